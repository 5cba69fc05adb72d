import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, Socket } from 'node:net'
import { join } from 'node:path'
import { test } from 'tap'
import { createProbe } from '../../../src/system/probe.ts'
import { ask, freePort, requestOf, serve, tempFolder } from './ask.ts'

void test('tcp passes when a connection is accepted, and closes it', async (t) => {
  const { port, server } = await serve(t, () => undefined)
  const accepted = once(server, 'connection')
  t.same(await ask({ kind: 'tcp', host: '127.0.0.1', port }), { kind: 'passed' })
  const [socket] = (await accepted) as [Socket]
  socket.resume()
  await once(socket, 'end')
})

void test('tcp fails with place and cause when nobody listens', async (t) => {
  const port = await freePort()
  t.same(await ask({ kind: 'tcp', host: '127.0.0.1', port }), {
    kind: 'failed',
    why: `connect 127.0.0.1:${port}: ECONNREFUSED`,
  })
})

void test('tcp by name asks each address of the name', async (t) => {
  const { port } = await serve(t, () => undefined)
  t.same(await ask({ kind: 'tcp', host: 'localhost', port }), { kind: 'passed' })
  const unused = await freePort()
  t.same(await ask({ kind: 'tcp', host: 'localhost', port: unused }), {
    kind: 'failed',
    why: `connect localhost:${unused}: ECONNREFUSED`,
  })
})

void test('tcp shows an IPv6 address in brackets', async (t) => {
  const port = await freePort()
  const result = await ask({ kind: 'tcp', host: '::1', port })
  t.match(result, { kind: 'failed', why: new RegExp(`^connect \\[::1\\]:${port}: E[A-Z]+$`) })
})

void test('tcp never connects to itself', async (t) => {
  // When a port of the ephemeral range is asked again and again, the kernel takes that very port as the source now
  // and then. Binding the source makes sure of it.
  const port = await freePort()
  const connect = Reflect.get(Socket.prototype, 'connect') as (options: object) => Socket
  const restore = () => Reflect.set(Socket.prototype, 'connect', connect)
  t.teardown(restore)
  Reflect.set(Socket.prototype, 'connect', function (this: Socket, options: object) {
    return Reflect.apply(connect, this, [{ ...options, localAddress: '127.0.0.1', localPort: port }])
  })
  t.same(await ask({ kind: 'tcp', host: '127.0.0.1', port }), {
    kind: 'failed',
    why: `connect 127.0.0.1:${port}: ECONNREFUSED`,
  })
  restore()
  const server = createServer().listen(port, '127.0.0.1')
  await once(server, 'listening')
  server.close()
})

void test('a port that no port can be fails instead of throwing', async (t) => {
  t.same(await ask({ kind: 'tcp', host: '127.0.0.1', port: 70_000 }), {
    kind: 'failed',
    why: 'connect 127.0.0.1:70000: ERR_SOCKET_BAD_PORT',
  })
})

void test('unix passes when the socket accepts, relative to the folder of the service too', async (t) => {
  const folder = tempFolder(t)
  const server = createServer().listen(join(folder, 's'))
  t.teardown(() => server.close())
  await once(server, 'listening')
  t.same(await ask({ kind: 'unix', path: join(folder, 's') }), { kind: 'passed' })
  t.same(await ask({ kind: 'unix', path: 's' }, { workingDir: folder }), { kind: 'passed' })
})

void test('unix names what is wrong with the path', async (t) => {
  const folder = tempFolder(t)
  const path = join(folder, 's')
  t.same(await ask({ kind: 'unix', path }), { kind: 'failed', why: `connect ${path}: ENOENT` })
  writeFileSync(path, '')
  t.same(await ask({ kind: 'unix', path }), { kind: 'failed', why: `connect ${path}: ECONNREFUSED` })
  const long = join(folder, 'x'.repeat(120))
  t.same(await ask({ kind: 'unix', path: long }), {
    kind: 'failed',
    why: `connect ${long}: the path is longer than the 107 bytes that a Unix socket can have`,
  })
  t.equal((await ask({ kind: 'unix', path: `${path}\0` })).kind, 'failed')
})

void test('a cancelled attempt closes its connection and says nothing', async (t) => {
  const { port, server } = await serve(t, () => undefined)
  const accepted = once(server, 'connection')
  const answers: unknown[] = []
  const probe = createProbe({ runOnce: () => () => undefined })
  const cancel = probe(requestOf({ kind: 'redis', at: { kind: 'tcp', host: '127.0.0.1', port } }), (answer) => {
    answers.push(answer)
  })
  const [socket] = (await accepted) as [Socket]
  socket.resume()
  const ended = once(socket, 'end')
  cancel()
  cancel()
  await ended
  t.same(answers, [])
})

void test('cancelled at once, an attempt does not even begin', async (t) => {
  let connections = 0
  const { port } = await serve(t, () => connections++)
  const answers: unknown[] = []
  const probe = createProbe({ runOnce: () => () => undefined })
  probe(requestOf({ kind: 'tcp', host: '127.0.0.1', port }), (answer) => answers.push(answer))()
  t.same(await ask({ kind: 'tcp', host: '127.0.0.1', port }), { kind: 'passed' })
  t.equal(connections, 1)
  t.same(answers, [])
})

void test('a timeout beyond what timers take is no timeout of 1 ms', async (t) => {
  const { at } = await serve(t, (socket) => {
    socket.once('data', () => setTimeout(() => socket.write('+PONG\r\n'), 50))
  })
  t.same(await ask({ kind: 'redis', at }, { timeoutMs: 2 ** 40 }), { kind: 'passed' })
})
