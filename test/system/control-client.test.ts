import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { callControl } from '../../src/system/control-client.ts'

/** Answers each request, and has room for one or two who wait to be taken. */
const NARROW = `
const server = require('node:http').createServer((_, response) => response.end('{"ok":true}'))
server.listen({ path: process.argv[1], backlog: 1 }, () => console.log('listening'))
`

/** Connects until the queue is full. */
async function crowd(path: string): Promise<readonly Socket[]> {
  const sockets: Socket[] = []
  for (;;) {
    const socket = connect(path)
    const refused = await new Promise((resolve) => {
      socket.once('connect', () => resolve(null))
      socket.once('error', resolve)
    })
    if (refused !== null) return sockets
    sockets.push(socket)
  }
}

void t.test('a client waits for its turn where too many others wait to be taken', async (test) => {
  const path = join(mkdtempSync(join(tmpdir(), 'narrow-')), 'control.sock')
  const server = spawn(process.execPath, ['-e', NARROW, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  test.teardown(() => server.kill('SIGKILL'))
  await once(server.stdout, 'data')
  server.kill('SIGSTOP')
  const waiting = await crowd(path)
  const answered = callControl({ sockets: [path], method: 'GET', path: '/', timeoutMs: 10_000 })
  const first = await Promise.race([answered, crowd(path).then(() => 'still waiting')])
  test.equal(first, 'still waiting')
  server.kill('SIGCONT')
  for (const socket of waiting) socket.destroy()
  test.strictSame(await answered, { kind: 'answered', status: 200, body: { ok: true } })
})

/** Sends the first two connections away, one with and one without a word, and answers the third. */
const CROWDED = `
let connections = 0
const refusal = 'HTTP/1.1 503 Service Unavailable\\r\\nRetry-After: 1\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n\\r\\n{}'
const server = require('node:http').createServer((_, response) => response.end('{"connections":' + connections + '}'))
require('node:net').createServer((socket) => {
  connections += 1
  if (connections === 1) socket.destroy()
  else if (connections === 2) socket.once('data', () => socket.end(refusal))
  else server.emit('connection', socket)
}).listen(process.argv[1], () => console.log('listening'))
`

void t.test('a question that was not heard is asked again, and no change', async (test) => {
  const path = join(mkdtempSync(join(tmpdir(), 'crowded-')), 'control.sock')
  const server = spawn(process.execPath, ['-e', CROWDED, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  test.teardown(() => server.kill('SIGKILL'))
  await once(server.stdout, 'data')
  const call = { sockets: [path], path: '/', timeoutMs: 10_000 }
  test.match(await callControl({ ...call, method: 'POST', body: {} }), { kind: 'failed' })
  const answer = { kind: 'answered', status: 200, body: { connections: 3 } }
  test.strictSame(await callControl({ ...call, method: 'GET' }), answer)
})

void t.test('nobody listens on a path that is too long for a socket', async (test) => {
  const path = `/tmp/${'x'.repeat(100)}/control.sock`
  const answer = await callControl({ sockets: [path], method: 'GET', path: '/', timeoutMs: 10_000 })
  test.strictSame(answer, { kind: 'no-supervisor' })
})
