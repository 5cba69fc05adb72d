import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { Agent, get, type IncomingMessage } from 'node:http'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import t, { type Test } from 'tap'
import { SOON_MS } from '../pid1/support/until.ts'

const FOLDER = join(import.meta.dirname, '..', '..', '..', 'examples', 'app')
const VISITS = join(FOLDER, 'visits.js')
const skip = existsSync(join(FOLDER, 'node_modules')) ? false : 'the example is not installed; run scripts/setup'

/** Well below the time after which the app gives its clients up. */
const NOT_GIVEN_UP_MS = 4_000

t.jobs = 4

void t.test('asked to stop in the middle of an answer, the app gives it and ends well', { skip }, async (test) => {
  const store = await startMuteStore(test)
  const app = await startApp(test, store)
  const agent = new Agent({ keepAlive: true })
  test.teardown(() => agent.destroy())
  const answered = request(`${app.url}health`, agent)
  // From here on the answer waits for the store.
  await once(store, 'connection')
  app.child.kill('SIGTERM')
  const { statusCode, headers } = await answered
  test.strictSame([statusCode, headers.connection], [503, 'close'])
  test.strictSame(await endOf(app.child, NOT_GIVEN_UP_MS), [0, null])
})

void t.test('without its servers the app lives, and is not healthy', { skip }, async (test) => {
  const app = await startApp(test, await startMuteStore(test))
  const answers = await Promise.all(['live', 'health'].map((path) => request(`${app.url}${path}`, new Agent())))
  test.strictSame(
    answers.map(({ statusCode }) => statusCode),
    [200, 503],
  )
})

void t.test('connections that ask for nothing do not keep the app', { skip }, async (test) => {
  const app = await startApp(test, await startMuteStore(test))
  const agent = new Agent({ keepAlive: true })
  test.teardown(() => agent.destroy())
  test.equal((await request(`${app.url}nowhere`, agent)).statusCode, 404)
  app.child.kill('SIGTERM')
  test.strictSame(await endOf(app.child, NOT_GIVEN_UP_MS), [0, null])
})

void t.test('nor for longer than a while do those that began to ask', { skip }, async (test) => {
  const app = await startApp(test, await startMuteStore(test))
  const socket = connect(Number(new URL(app.url).port), '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write('GET / HTTP/1.1\r\n')
  test.equal((await request(`${app.url}nowhere`, new Agent())).statusCode, 404)
  app.child.kill('SIGTERM')
  test.strictSame(await endOf(app.child, 10_000), [0, null])
})

void t.test('an odd address is not found, and the app lives on', { skip }, async (test) => {
  const app = await startApp(test, await startMuteStore(test))
  for (const path of ['//', '/%', '/constructor', '/a?b']) {
    test.equal((await request(`${app.url.slice(0, -1)}${path}`, new Agent())).statusCode, 404, path)
  }
})

void t.test('whatever is wrong with its settings is told at once, without a value', { skip }, async (test) => {
  const env = {
    PORT: 'web',
    DATABASE_URL: 'hunter2',
    REDIS_URL: 'hunter2',
    PUBLIC_URL: 'ftp://a',
    SESSION_SECRET: 'short',
  }
  const { status, stdout } = spawnSync(process.execPath, [VISITS, 'serve'], { env, encoding: 'utf8' })
  const told = stdout.split('\n').flatMap((line) => /"msg":"cannot take (\w+): /.exec(line)?.[1] ?? [])
  test.strictSame([status, told], [78, ['PORT', 'DATABASE_URL', 'REDIS_URL', 'PUBLIC_URL', 'SESSION_SECRET']])
  test.notMatch(stdout, 'hunter2')
})

void t.test('so is what only the client of a server finds in its URL', { skip }, async (test) => {
  const env = {
    DATABASE_URL: 'postgres://u:hunter2@127.0.0.1/shop?sslmode=verify-full&sslrootcert=/none',
    REDIS_URL: 'redis://:hunter2%@127.0.0.1',
  }
  const { status, stdout } = spawnSync(process.execPath, [VISITS, 'start'], { env, encoding: 'utf8' })
  const told = stdout.split('\n').flatMap((line) => (line === '' ? [] : (JSON.parse(line) as { msg: string }).msg))
  test.strictSame(
    [status, told],
    [
      78,
      [
        "cannot take DATABASE_URL: ENOENT: no such file or directory, open '/none'; correct it",
        'cannot take REDIS_URL: URI malformed; write a "%" in it as "%25"',
      ],
    ],
  )
})

void t.test('its command tells what it knows, and that it does not know more', { skip }, async (test) => {
  const { stdout } = spawnSync(process.execPath, [VISITS], { encoding: 'utf8' })
  test.match(stdout, /^visits start .+\nvisits serve .+\nvisits migrate .+\nvisits report .+\n$/)
  const { status, stderr } = spawnSync(process.execPath, [VISITS, 'sell'], { encoding: 'utf8' })
  test.strictSame([status, stderr], [64, 'visits: no command "sell"; there are start, serve, migrate and report\n'])
})

void t.test(
  'a password beside a URL is put into it, whatever it is made of, unless that has one',
  { skip },
  async (test) => {
    const env = {
      POSTGRES_PASSWORD: `p"a's s$%25@/é`,
      REDIS_PASSWORD: 'x',
      REDIS_URL: 'redis://:own@127.0.0.1',
      PUBLIC_URL: 'https://visits.example',
      SESSION_SECRET: 'a secret of some length',
    }
    const { databaseUrl, redisUrl, cookie, own, forged, odd } = inApp(env)
    test.equal(decodeURIComponent(new URL(databaseUrl ?? '').password), env.POSTGRES_PASSWORD)
    const hostless = inApp({ ...env, DATABASE_URL: 'postgres:///shop?host=db&user=u' })['databaseUrl'] ?? ''
    test.equal(new URL(hostless).searchParams.get('password'), env.POSTGRES_PASSWORD)
    test.equal(redisUrl, env.REDIS_URL)
    test.match(cookie, /^visits=7\.[\w-]{43}; Path=\/; Max-Age=31536000; HttpOnly; SameSite=Lax; Secure$/)
    test.strictSame([own, forged, odd], [7, 0, 0])
  },
)

void t.test('its status tells what no later try mends from what may pass', { skip }, async (test) => {
  // A wrong password, a database that is not there, a server that is starting: of the last one may hope.
  for (const [code, status] of Object.entries({ '28P01': 78, '3D000': 78, '57P03': 1 })) {
    const store = await startMuteStore(test)
    const fields = `SFATAL\0C${code}\0Mno\0\0`
    const length = Buffer.alloc(4)
    length.writeInt32BE(length.length + fields.length)
    store.on('connection', (socket: Socket) => {
      socket.once('data', () => socket.write(Buffer.concat([Buffer.from('E'), length, Buffer.from(fields)])))
    })
    const { port } = store.address() as AddressInfo
    const env = { DATABASE_URL: `postgres://postgres@127.0.0.1:${port}/postgres` }
    const child = spawn(process.execPath, [VISITS, 'start'], { env, stdio: 'ignore' })
    test.teardown(() => child.kill('SIGKILL'))
    test.strictSame(await endOf(child), [status, null], code)
  }
})

void t.test('of a server that is not there it tells how to go on, also by a socket', { skip }, async (test) => {
  const { port } = (await startMuteStore(test)).address() as AddressInfo
  const env = { DATABASE_URL: `postgres://postgres@127.0.0.1:${port}/postgres`, REDIS_URL: 'redis://127.0.0.1:1' }
  const report = spawnSync(process.execPath, [VISITS, 'report'], { env, encoding: 'utf8' })
  const migrate = spawnSync(process.execPath, [VISITS, 'migrate'], { env: { PGHOST: FOLDER }, encoding: 'utf8' })
  const told = [report, migrate].map(({ stdout }) => (JSON.parse(stdout) as { readonly error: string }).error)
  const wayOut = 'nobody listens there; of the servers in here "supervisor status" tells'
  test.strictSame(told, [
    `connect ECONNREFUSED 127.0.0.1:1; ${wayOut}`,
    `connect ENOENT ${join(FOLDER, '.s.PGSQL.5432')}; ${wayOut}`,
  ])
})

void t.test('where it cannot listen it says what to give it', { skip }, async (test) => {
  const { port } = (await startMuteStore(test)).address() as AddressInfo
  const told = [
    { HOST: '127.0.0.1', PORT: String(port) },
    { HOST: '192.0.2.1', PORT: '8000' },
  ].map((env) => {
    const { status, stdout } = spawnSync(process.execPath, [VISITS, 'serve'], { env, encoding: 'utf8' })
    return [status, (JSON.parse(stdout) as { readonly error: string }).error]
  })
  test.strictSame(told, [
    [1, `listen EADDRINUSE: address already in use 127.0.0.1:${port}; give another PORT, 1024 or more`],
    [78, 'listen EADDRNOTAVAIL: address not available 192.0.2.1:8000; give another HOST'],
  ])
})

/** What the app makes of its settings, and of visitors with its own cookie, with a forged one, and with bytes that are not ASCII. */
function inApp(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const program = `
    const { settings } = await import('./settings.js')
    const { rememberVisits, visitsOf } = await import('./session.js')
    const cookie = rememberVisits(7)['Set-Cookie']
    const visit = (cookie) => visitsOf({ headers: { cookie } })
    const own = visit('a=b; ' + cookie.split(';')[0])
    const forged = visit(cookie.split(';')[0].replace('7', '8'))
    const odd = visit('visits=7.' + 'é'.repeat(43))
    console.log(JSON.stringify({ ...settings, cookie, own, forged, odd }))`
  const argv = ['--input-type=module', '-e', program]
  const { stdout } = spawnSync(process.execPath, argv, { cwd: FOLDER, env, encoding: 'utf8' })
  return JSON.parse(stdout) as Readonly<Record<string, string>>
}

/** Accepts connections and says nothing: no PostgreSQL, no Redis, but somebody to wait for. */
async function startMuteStore(test: Test): Promise<Server> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => sockets.add(socket.on('error', () => {})))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  test.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return server
}

interface App {
  readonly child: ChildProcess
  /** With a slash at its end. */
  readonly url: string
}

async function startApp(test: Test, store: Server): Promise<App> {
  const { port } = store.address() as AddressInfo
  const env = {
    PATH: process.env['PATH'],
    PORT: '0',
    DATABASE_URL: `postgres://postgres@127.0.0.1:${port}/postgres`,
    // Nobody listens there: only PostgreSQL is waited for.
    REDIS_URL: 'redis://127.0.0.1:1',
  }
  const child = spawn(process.execPath, [VISITS, 'serve'], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  test.teardown(() => child.kill('SIGKILL'))
  for await (const text of createInterface({ input: child.stdout })) {
    const line = JSON.parse(text) as { readonly msg: string; readonly port?: number }
    if (line.msg === 'listening') {
      child.stdout.resume()
      return { child, url: `http://127.0.0.1:${line.port}/` }
    }
  }
  throw new Error('the app has ended')
}

async function request(url: string, agent: Agent): Promise<IncomingMessage> {
  const [response] = (await once(get(url, { agent }), 'response')) as [IncomingMessage]
  response.resume()
  await once(response, 'end')
  return response
}

async function endOf(child: ChildProcess, withinMs = SOON_MS): Promise<unknown> {
  if (child.exitCode !== null || child.signalCode !== null) return [child.exitCode, child.signalCode]
  return once(child, 'exit', { signal: AbortSignal.timeout(withinMs) })
}
