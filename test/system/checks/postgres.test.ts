import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { appendFileSync, chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { test } from 'tap'
import type { Endpoint, Probe } from '../../../src/core/config/model.ts'
import { ask, drip, freePort, serve, tempFolder } from './ask.ts'
import { POSTGRES_FOLDER } from '../../pid1/support/postgres.ts'
import { until } from '../../pid1/support/until.ts'

type Teardown = Parameters<typeof serve>[0]

const WHO = { user: 'postgres', database: 'postgres' }

function message(type: string, body: readonly number[] | string): Buffer {
  const bytes = typeof body === 'string' ? Buffer.from(body) : Buffer.from(body)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(4 + bytes.length)
  return Buffer.concat([Buffer.from(type), length, bytes])
}

function refusal(code: string, text: string): Buffer {
  return message('E', `SFATAL\0VFATAL\0C${code}\0M${text}\0Fpostmaster.c\0\0`)
}

const AUTHENTICATION_OK = message('R', [0, 0, 0, 0])
const READY_FOR_QUERY = message('Z', 'I')
const WELCOME = Buffer.concat([
  AUTHENTICATION_OK,
  message('S', 'server_version\x0015.1\0'),
  message('K', [0, 0, 0, 1, 0, 0, 0, 2]),
  message('N', 'SNOTICE\0C00000\0Mhello\0\0'),
  READY_FOR_QUERY,
])

/** What each answer means; null: ready. */
const ANSWERS: readonly (readonly [string, Buffer, string | null])[] = [
  ['a welcome', WELCOME, null],
  ['a welcome in an older minor version', Buffer.concat([message('v', [0, 3, 0, 0, 0, 0, 0, 0]), WELCOME]), null],
  ['a request for a password', message('R', [0, 0, 0, 3]), null],
  ['a request for SCRAM', message('R', [0, 0, 0, 10, ...Buffer.from('SCRAM-SHA-256\0\0')]), null],
  ['28P01', refusal('28P01', 'password authentication failed for user "postgres"'), null],
  ['28000', refusal('28000', 'no pg_hba.conf entry for host "127.0.0.1"'), null],
  ['3D000', refusal('3D000', 'database "shop" does not exist'), null],
  ['3D000 after the welcome', Buffer.concat([AUTHENTICATION_OK, refusal('3D000', 'no such database')]), null],
  ['42501', refusal('42501', 'permission denied for database "postgres"'), null],
  ['53300', refusal('53300', 'sorry, too many clients already'), null],
  [
    '57P03',
    refusal('57P03', 'the database system is starting up'),
    ' says: the database system is starting up (57P03)',
  ],
  ['57P01', refusal('57P01', 'terminating connection'), ' says: terminating connection (57P01)'],
  ['XX000', refusal('XX000', 'could not open file'), ' says: could not open file (XX000)'],
  ['an error without fields', message('E', '\0'), ' says: an error without a message ()'],
  [
    'HTTP',
    Buffer.from('HTTP/1.1 400 Bad Request\r\n'),
    ': does not speak its protocol, answers "HTTP/1.1 400 Bad Request"',
  ],
  ['one strange byte', Buffer.from('?'), ': does not speak its protocol, answers "?"'],
  ['a length under 4', Buffer.from('R\0\0\0\x03'), ': does not speak its protocol, answers "R????"'],
  [
    'the plain error of a server that cannot fork',
    Buffer.from('Ecould not fork new process for connection: Cannot allocate memory\n\0'),
    ': does not speak its protocol, answers "Ecould not fork new process for connection: Cannot allocate "',
  ],
  ['an authentication without a kind', message('R', ''), ': does not speak its protocol, answers ""'],
]

function probeOf(at: Endpoint, who: { user: string; database: string } = WHO): Probe {
  return { kind: 'postgres', at, ...who }
}

for (const [name, answer, cause] of ANSWERS) {
  void test(`${name}, whole and byte by byte`, async (t) => {
    const whole = await serve(t, (socket) => socket.once('data', () => socket.write(answer)))
    const slow = await serve(t, (socket) => socket.once('data', () => drip(socket, answer)))
    t.same(
      await ask(probeOf(whole.at)),
      cause === null ? { kind: 'passed' } : { kind: 'failed', why: `PostgreSQL at 127.0.0.1:${whole.port}${cause}` },
    )
    t.equal((await ask(probeOf(slow.at))).kind, cause === null ? 'passed' : 'failed')
  })
}

void test('the start-up message is that of protocol 3.0, and a welcome is left with Terminate', async (t) => {
  const heard: Buffer[] = []
  const { at, server } = await serve(t, (socket) => {
    socket.once('data', () => socket.write(WELCOME))
    socket.on('data', (chunk) => heard.push(chunk))
  })
  const ended = once(server, 'connection').then(([socket]) => once(socket as Socket, 'end'))
  t.same(await ask(probeOf(at, { user: 'jürgen', database: 'shop' })), { kind: 'passed' })
  const text = 'user\0jürgen\0database\0shop\0application_name\0pidone\0\0'
  const head = Buffer.from([0, 0, 0, 8 + Buffer.byteLength(text), 0, 3, 0, 0])
  await ended
  t.same(Buffer.concat(heard), Buffer.concat([head, Buffer.from(text), Buffer.from('X\0\0\0\x04')]))
})

void test('a server that never comes to the point', async (t) => {
  const endless = await serve(t, (socket) => {
    const more = () => {
      if (!socket.destroyed && socket.write(message('S', 'x'.repeat(1000)))) setImmediate(more)
    }
    socket.on('drain', more)
    socket.once('data', more)
  })
  t.same(await ask(probeOf(endless.at)), {
    kind: 'failed',
    why: `PostgreSQL at 127.0.0.1:${endless.port}: does not come to an end with its answer`,
  })
  const half = await serve(t, (socket) => socket.write(WELCOME.subarray(0, -1)))
  t.same(await ask(probeOf(half.at), { timeoutMs: 100 }), {
    kind: 'failed',
    why: `PostgreSQL at 127.0.0.1:${half.port}: no answer within 0.1 s`,
  })
  const closing = await serve(t, (socket) => socket.once('data', () => socket.end(AUTHENTICATION_OK)))
  t.same(await ask(probeOf(closing.at)), {
    kind: 'failed',
    why: `PostgreSQL at 127.0.0.1:${closing.port}: closed the connection without an answer`,
  })
})

void test('a folder stands for the socket of the default port in it', async (t) => {
  const folder = tempFolder(t)
  const path = join(folder, '.s.PGSQL.5432')
  const why = `connect ${path}: ENOENT`
  t.same(await ask(probeOf({ kind: 'unix', path: folder })), { kind: 'failed', why })
  t.same(await ask(probeOf({ kind: 'unix', path: `${folder}/` })), { kind: 'failed', why })
  t.same(await ask(probeOf({ kind: 'unix', path })), { kind: 'failed', why })
})

const missing = process.getuid?.() !== 0 ? 'not root' : POSTGRES_FOLDER === null && 'PostgreSQL is not installed'
void test('a real server', { skip: missing }, async (t) => {
  const cluster = makeCluster(tempFolder(t), await freePort())
  const { port, folder } = cluster
  const tcp = { kind: 'tcp', host: '127.0.0.1', port } as const

  const server = await startPostgres(t, cluster, 'ready to accept connections')
  t.same(await ask(probeOf({ kind: 'unix', path: `${folder}/.s.PGSQL.${port}` })), { kind: 'passed' })
  t.same(await ask(probeOf(tcp)), { kind: 'passed' }, 'a password would be wanted')
  t.same(await ask(probeOf(tcp, { user: 'trusted', database: 'postgres' })), { kind: 'passed' }, 'no such role')
  // A backend that has not yet seen the end of its connection would say so when the server stops.
  await until('the server to have seen us go', () => !hasClients(server))
  const log = await stopPostgres(server, cluster)
  const complaints = log.split('\n').filter((line) => /WARNING|ERROR|FATAL|could not|unexpected|incomplete/.test(line))
  t.equal(complaints.length, 1, complaints.join('\n'))
  t.match(complaints[0], /FATAL: {2}role "trusted" does not exist/)

  // A standby that nobody may read stays in "not accepting connections" for as long as it runs.
  writeFileSync(join(cluster.data, 'standby.signal'), '')
  appendFileSync(join(cluster.data, 'postgresql.conf'), 'hot_standby = off\n')
  const standby = await startPostgres(t, cluster, 'entering standby mode')
  t.match(await ask(probeOf(tcp)), {
    kind: 'failed',
    why: new RegExp(`^PostgreSQL at 127\\.0\\.0\\.1:${port} says: the database system is .* \\(57P03\\)$`),
  })
  await stopPostgres(standby, cluster)
  t.same(await ask(probeOf(tcp)), { kind: 'failed', why: `connect 127.0.0.1:${port}: ECONNREFUSED` })
})

interface Cluster {
  readonly folder: string
  readonly data: string
  readonly port: number
}

const AS_POSTGRES = ['--reuid=postgres', '--regid=postgres', '--init-groups', '--']

function makeCluster(folder: string, port: number): Cluster {
  chmodSync(folder, 0o777)
  const data = join(folder, 'data')
  execFileSync('setpriv', [...AS_POSTGRES, `${POSTGRES_FOLDER}/initdb`, '-D', data, '--auth=trust', '--no-sync'], {
    stdio: 'ignore',
    cwd: folder,
  })
  const rules = ['local all all trust', 'host all trusted all trust', 'host all all all scram-sha-256']
  writeFileSync(join(data, 'pg_hba.conf'), `${rules.join('\n')}\n`)
  return { folder, data, port }
}

async function startPostgres(t: Teardown, { folder, data, port }: Cluster, said: string): Promise<ChildProcess> {
  const options = ['-D', data, '-p', String(port), '-k', folder, '-c', 'fsync=off', '-c', 'lc_messages=C']
  const server = spawn('setpriv', [...AS_POSTGRES, `${POSTGRES_FOLDER}/postgres`, ...options], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  t.teardown(() => server.kill('SIGQUIT'))
  const log = join(folder, 'log')
  await new Promise<void>((resolve, reject) => {
    server.stderr?.on('data', (chunk: Buffer) => {
      appendFileSync(log, chunk)
      if (readFileSync(log, 'utf8').includes(said)) resolve()
    })
    server.once('close', () => reject(new Error(readFileSync(log, 'utf8'))))
  })
  return server
}

/** Whether a backend serves somebody: its title then tells whom. */
function hasClients({ pid = 0 }: ChildProcess): boolean {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
  return children.some((child) => /\(\d+\)|\[local\]/.test(titleOf(child)))
}

function titleOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

async function stopPostgres(server: ChildProcess, { folder }: Cluster): Promise<string> {
  const closed = once(server, 'close')
  server.kill('SIGINT')
  await closed
  return readFileSync(join(folder, 'log'), 'utf8')
}
