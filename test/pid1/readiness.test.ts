import t from 'tap'
import { startContainer } from './support/container.ts'
import { freePorts } from './support/free-ports.ts'
import { UNLESS_PID_1 } from './support/requirements.ts'
import { program } from '../system/fixture.ts'

const skip = UNLESS_PID_1
const NODE = process.execPath

interface Form {
  readonly name: string
  /** A port that nobody else has may stand in it. */
  readonly service: (port: number) => object
}

/** What every form has in common: for so long it is not ready. */
const BUSY_MS = 200

const FORMS: readonly Form[] = [
  {
    name: 'notify: systemd',
    service: () => ({
      script: `sleep 0.2; exec ${NODE} ${program('says-notify')} READY=1 wait`,
      ready: { notify: 'systemd' },
    }),
  },
  {
    name: 'notify: fd:3',
    service: () => ({ script: 'sleep 0.2; echo >&3; exec sleep 1000', ready: { notify: 'fd:3' } }),
  },
  {
    name: 'notify: fd:auto',
    service: () => ({
      script: 'sleep 0.2; eval "echo >&$$NOTIFY_FD"; exec sleep 1000',
      ready: { notify: 'fd:auto' },
    }),
  },
  {
    name: 'log',
    service: () => ({
      script: 'sleep 0.2; echo listening on 8000; exec sleep 1000',
      ready: { log: 'listening on \\d+' },
    }),
  },
  {
    name: 'tcp',
    service: (port) => ({ command: listen(`server.listen(${port}, '127.0.0.1')`), ready: { tcp: port } }),
  },
  {
    name: 'unix',
    service: () => ({ command: listen(`server.listen('socket')`), ready: { unix: 'socket' } }),
  },
  {
    name: 'http',
    service: (port) => ({
      command: answer(port, `response.statusCode = isReady ? 204 : 503; response.end()`),
      ready: { http: `http://127.0.0.1:${port}/health` },
    }),
  },
  {
    name: 'http with all that it can ask for',
    service: (port) => ({
      command: answer(
        port,
        `response.statusCode = 418; response.end(isReady && request.headers['x-word'] === 'a' ? 'well' : 'ill')`,
      ),
      ready: { http: { url: `http://127.0.0.1:${port}/`, status: 418, headers: { 'X-Word': 'a' }, body: 'well' } },
    }),
  },
  {
    name: 'postgres',
    // Says that it starts up, then asks for a password: that is ready.
    service: (port) => ({
      command: speak(
        port,
        `isReady ? 'R\\0\\0\\0\\x08\\0\\0\\0\\x03' : 'E\\0\\0\\0\\x2fSFATAL\\0VFATAL\\0C57P03\\0Mthe database is up\\0\\0\\0'`,
      ),
      ready: { postgres: { port } },
    }),
  },
  {
    name: 'redis',
    service: (port) => ({
      command: speak(port, `isReady ? '+PONG\\r\\n' : '-LOADING Redis is loading the dataset in memory\\r\\n'`),
      ready: { redis: { port } },
    }),
  },
  {
    name: 'exec',
    service: () => ({ script: 'sleep 0.2; touch well; exec sleep 1000', ready: { exec: 'test -e well' } }),
  },
  {
    name: 'file',
    service: () => ({ script: 'sleep 0.2; touch well; exec sleep 1000', ready: { file: 'well' } }),
  },
  {
    name: 'delay',
    service: () => ({ script: 'exec sleep 1000', ready: { delay: '300ms' } }),
  },
]

for (const { name, service } of FORMS) {
  void t.test(`ready by ${name}: what depends on it starts then, not before`, { skip }, async (test) => {
    const [port = 0] = await freePorts(1)
    const app = { command: ['sleep', '1000'], depends_on: ['db'] }
    const container = await startContainer(test, {
      file: JSON.stringify({ services: { db: { ...service(port), start_timeout: '30s' }, app } }),
    })
    const started = await container.line(/app: starting/)
    const ready = await container.line(/db: ready after ([\d.]+) (ms|s)/)
    const [, amount, unit] = ready.match
    test.ok(Number(amount) * (unit === 's' ? 1_000 : 1) >= BUSY_MS, ready.text)
    test.equal(started.index, ready.index + 1)
    test.match(await container.service('db'), { state: 'running', restarts: 0, run: 1 })
  })
}

void t.test('one that is started again has to become ready again', { skip }, async (test) => {
  const container = await startContainer(test, {
    file: `
services:
  db:
    script: 'echo up; if [ -e again ]; then exec sleep 1000; fi; touch again; exit 1'
    ready: {log: never}
`,
  })
  const again = await container.line(/db: starting \(run 2\)/)
  await container.line(/db +\| up/, { after: again.index })
  test.match(await container.service('db'), { state: 'starting', restarts: 1, well: false })
})

void t.test('the conditions of an edge hold', { skip }, async (test) => {
  const container = await startContainer(test, {
    file: `
services:
  db: {script: 'echo up; exec sleep 1000', ready: {log: never}}
  fails: {type: oneshot, script: 'exit 3', on_failure: ignore}
  started: {command: [sleep, '1000'], depends_on: {db: {condition: service_started}}}
  completed: {command: [sleep, '1000'], depends_on: {fails: {condition: service_completed}}}
  optional: {command: [sleep, '1000'], depends_on: {fails: {required: false}, missing: {required: false}}}
  ready: {command: [sleep, '1000'], depends_on: [db]}
  successful: {command: [sleep, '1000'], depends_on: [fails]}
`,
  })
  for (const name of ['started', 'completed', 'optional']) {
    await container.serviceThat(name, ({ state }) => state === 'running')
  }
  test.match(await container.service('ready'), {
    state: 'waiting',
    reason: /^waiting for db: starting, not ready for /,
  })
  test.match(await container.service('successful'), { pid: null, run: 0, well: false })
})

/** A server that listens after a while. */
function listen(how: string): readonly string[] {
  const text = `const server = require('net').createServer((socket) => socket.on('error', () => {}))
    setTimeout(() => { ${how} }, ${BUSY_MS})`
  return [NODE, '-e', text]
}

/** An HTTP server that answers at once, and is ready after a while. */
function answer(port: number, how: string): readonly string[] {
  const text = `let isReady = false; setTimeout(() => (isReady = true), ${BUSY_MS})
    require('http').createServer((request, response) => { ${how} }).listen(${port}, '127.0.0.1')`
  return [NODE, '-e', text]
}

/** A server that says the same to everything, and something else after a while. */
function speak(port: number, what: string): readonly string[] {
  const text = `let isReady = false; setTimeout(() => (isReady = true), ${BUSY_MS})
    require('net').createServer((socket) => socket.on('error', () => {}).on('data', () => socket.end(Buffer.from(${what}, 'latin1')))).listen(${port}, '127.0.0.1')`
  return [NODE, '-e', text]
}
