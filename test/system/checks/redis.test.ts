import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { test } from 'tap'
import type { Endpoint } from '../../../src/core/config/model.ts'
import type { ProbeResult } from '../../../src/core/machine.ts'
import { ask, drip, freePort, serve, tempFolder } from './ask.ts'

/** What each first line of an answer means. */
const ANSWERS: readonly (readonly [string, string | null])[] = [
  ['+PONG\r\n', null],
  ['-NOAUTH Authentication required.\r\n', null],
  ["-NOPERM this user has no permissions to run the 'ping' command\r\n", null],
  ['-DENIED Redis is running in protected mode because …\r\n', null],
  ['-ERR max number of clients reached\r\n', null],
  ["-ERR unknown command 'PING'\r\n", null],
  ['-LOADING Redis is loading the dataset in memory\r\n', 'says: LOADING Redis is loading the dataset in memory'],
  ['-MASTERDOWN Link with MASTER is down\r\n', 'says: MASTERDOWN Link with MASTER is down'],
  ['-MISCONF Redis is configured to save\r\n', 'says: MISCONF Redis is configured to save'],
  ['-ERR unbalanced\r\n', 'says: ERR unbalanced'],
  ['HTTP/1.1 400 Bad Request\r\n\r\n', 'does not speak its protocol, answers "HTTP/1.1 400 Bad Request"'],
  ['+PONGO\r\n', 'does not speak its protocol, answers "+PONGO"'],
  ['\x00\xff\x1b[31m', 'does not speak its protocol, answers "????[31m"'],
  [`+${'x'.repeat(2000)}`, `does not speak its protocol, answers "+${'x'.repeat(59)}"`],
]

function expected(at: Endpoint & { readonly kind: 'tcp' }, why: string | null): ProbeResult {
  return why === null ? { kind: 'passed' } : { kind: 'failed', why: `Redis at 127.0.0.1:${at.port}: ${why}` }
}

for (const [answer, cause] of ANSWERS) {
  void test(`the answer ${JSON.stringify(answer.slice(0, 40))}, whole`, async (t) => {
    const { at } = await serve(t, (socket) => socket.once('data', () => socket.write(answer)))
    t.same(await ask({ kind: 'redis', at }), says(expected(at, cause)))
  })
  void test(`the answer ${JSON.stringify(answer.slice(0, 40))}, byte by byte`, async (t) => {
    const { at } = await serve(t, (socket) => socket.once('data', () => drip(socket, Buffer.from(answer))))
    const result = await ask({ kind: 'redis', at })
    t.equal(result.kind, cause === null ? 'passed' : 'failed')
  })
}

/** An error in words has no colon before it. */
function says(result: ProbeResult): ProbeResult {
  return result.kind === 'failed' ? { ...result, why: result.why.replace(': says:', ' says:') } : result
}

void test('PING is asked in the form that every server and proxy takes', async (t) => {
  const heard: Buffer[] = []
  const { at } = await serve(t, (socket) =>
    socket.on('data', (chunk) => {
      heard.push(chunk)
      socket.write('+PONG\r\n')
    }),
  )
  t.same(await ask({ kind: 'redis', at }), { kind: 'passed' })
  t.equal(Buffer.concat(heard).toString(), '*1\r\n$4\r\nPING\r\n')
})

void test('a refusal that comes with the connection and closes it is heard', async (t) => {
  const { at } = await serve(t, (socket) => socket.end('-ERR max number of clients reached\r\n'))
  t.same(await ask({ kind: 'redis', at }), { kind: 'passed' })
})

void test('closing without a word is a failure', async (t) => {
  const { at } = await serve(t, (socket) => socket.end())
  t.same(await ask({ kind: 'redis', at }), {
    kind: 'failed',
    why: `Redis at 127.0.0.1:${at.port}: closed the connection without an answer`,
  })
})

void test('a reset connection is a failure', async (t) => {
  const { at } = await serve(t, (socket) => socket.once('data', () => socket.resetAndDestroy()))
  t.same(await ask({ kind: 'redis', at }), { kind: 'failed', why: `connect 127.0.0.1:${at.port}: ECONNRESET` })
})

void test('a silent server and half an answer fail when the time is over', async (t) => {
  for (const words of ['', '+PON']) {
    const { at } = await serve(t, (socket) => socket.write(words))
    t.same(await ask({ kind: 'redis', at }, { timeoutMs: 100 }), {
      kind: 'failed',
      why: `Redis at 127.0.0.1:${at.port}: no answer within 0.1 s`,
    })
  }
})

void test('a real server', { skip: hasRedis() ? false : 'redis-server is not installed' }, async (t) => {
  const folder = tempFolder(t)
  const port = await freePort()
  const socket = join(folder, 'redis.sock')
  const args = ['--port', String(port), '--unixsocket', socket, '--dir', folder, '--save', '']
  const server = spawn('redis-server', [...args, '--requirepass', 'secret', '--maxclients', '2'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => server.kill('SIGKILL'))
  await said(server, 'Ready to accept connections')
  const at = { kind: 'tcp', host: '127.0.0.1', port } as const
  t.same(await ask({ kind: 'redis', at }), { kind: 'passed' })
  t.same(await ask({ kind: 'redis', at: { kind: 'unix', path: socket } }), { kind: 'passed' })

  const others: readonly Socket[] = [connect(port), connect(port)]
  t.teardown(() => others.forEach((other) => other.destroy()))
  await Promise.all(
    others.map((other) => {
      other.write('PING\r\n')
      return once(other, 'data')
    }),
  )
  t.same(await ask({ kind: 'redis', at }), { kind: 'passed' }, 'all connections are taken')
})

function hasRedis(): boolean {
  return spawnSync('redis-server', ['--version']).error === undefined
}

async function said(child: ChildProcess, text: string): Promise<void> {
  let output = ''
  for await (const chunk of child.stdout ?? []) {
    output += String(chunk)
    if (output.includes(text)) break
  }
  child.stdout?.resume()
}
