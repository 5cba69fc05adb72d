import { existsSync, lstatSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { makeFolder, startContainer, type Container } from './support/container.ts'
import { UNLESS_PID_1 } from './support/requirements.ts'
import { until } from './support/until.ts'
import { signalProcess } from './support/processes.ts'

const skip = UNLESS_PID_1
const SLEEPER = "services: {web: {command: [sleep, '1000']}}"

void t.test('the file "ready" exists exactly while all is well', { skip }, async (test) => {
  const container = await startContainer(test, {
    file: `
services:
  db: {script: 'until [ -e go ]; do sleep 0.02; done; echo up; exec sleep 1000', ready: {log: up}, restart: {delay: 10m, max_delay: 10m, reset_after: 10m}}
  app: {command: [sleep, '1000'], depends_on: [db]}
`,
  })
  const ready = join(container.runtimeDir, 'ready')
  await container.line(/db: starting/)
  test.notOk(existsSync(ready), 'while the first one starts')
  mkdirSync(join(container.folder, 'go'))
  await until('the file', () => existsSync(ready))
  test.equal((await container.status()).state, 'running')
  test.equal((await container.supervisor('health')).status, 0)
  test.equal((await container.supervisor('status')).status, 0)

  signalProcess(container.processOf((await container.service('db')).pid ?? 0)?.pid ?? 0, 'SIGKILL')
  await until('no file in the back-off', () => !existsSync(ready))
  test.equal((await container.status()).state, 'degraded')
  test.equal((await container.supervisor('health')).status, 1)
  test.equal((await container.supervisor('status')).status, 1)

  await container.supervisor('start', 'db')
  await until('the file again', () => existsSync(ready))
  await container.supervisor('stop', 'db')
  test.ok(existsSync(ready), 'what is stopped on request is as wanted')
  container.signal('SIGTERM')
  await container.end()
  test.notOk(existsSync(ready))
})

void t.test('the ready file is gone before the first service is told to stop', { skip }, async (test) => {
  const container = await startContainer(test, {
    file: `
services:
  web: {script: 'trap "test -e run/ready && echo there || echo gone; exit 0" TERM; echo up; while :; do sleep 0.02; done', ready: {log: up}}
`,
  })
  await until('the file', () => existsSync(join(container.runtimeDir, 'ready')))
  container.signal('SIGTERM')
  test.match((await container.end()).text, /^web +\| gone$/m)
})

void t.test('folder and socket are private', { skip }, async (test) => {
  const container = await startContainer(test, {
    file: "services: {web: {command: [sleep, '1000'], ready: {notify: systemd}}}",
  })
  await container.status()
  const mode = (name: string): string => (lstatSync(join(container.runtimeDir, name)).mode & 0o777).toString(8)
  test.equal(mode('.'), '711')
  test.equal(mode('control.sock'), '600')
  test.equal(mode('notify'), '711')
})

void t.test('a second supervisor on the same folder is refused, and the first goes on', { skip }, async (test) => {
  const first = await startContainer(test, { file: SLEEPER })
  await first.status()
  const second = await startContainer(test, { file: SLEEPER, environment: { PIDONE_RUNTIME_DIR: first.runtimeDir } })
  const { status, text } = await second.end()
  test.equal(status, 70)
  test.match(text, /another supervisor .*is already running/)
  test.notMatch(text, /starting/)
  test.equal((await first.status()).state, 'running')
})

void t.test('of ten that start at once on the same folder one wins', { skip }, async (test) => {
  const folder = makeFolder(test)
  const containers = await Promise.all(
    Array.from({ length: 10 }, () =>
      startContainer(test, { file: SLEEPER, environment: { PIDONE_RUNTIME_DIR: join(folder, 'run') } }),
    ),
  )
  const ended: number[] = []
  for (const container of containers) void container.ended.then((status) => ended.push(status))
  await until('nine to end', () => ended.length === 9, 60_000)
  test.strictSame(new Set(ended), new Set([70]))
})

void t.test('after a SIGKILL of the supervisor its socket is replaced', { skip }, async (test) => {
  const folder = makeFolder(test)
  const first = await startContainer(test, { file: SLEEPER, folder })
  await first.status()
  await until('the file', () => existsSync(join(first.runtimeDir, 'ready')))
  await first.kill()
  test.ok(existsSync(join(first.runtimeDir, 'control.sock')))
  test.ok(existsSync(join(first.runtimeDir, 'ready')))
  const { status, stderr } = await first.supervisor('status')
  test.equal(status, 3, stderr)
  const second = await startContainer(test, { file: SLEEPER, folder })
  await second.line(/web: starting/)
  test.equal((await until('an answer', () => second.status().catch(() => null))).state, 'running')
  second.signal('SIGTERM')
  test.equal((await second.end()).status, 0)
})

void t.test('one that ends takes nothing away from the next, however slowly it ends', { skip }, async (test) => {
  const folder = makeFolder(test)
  const first = await startContainer(test, { folder, file: 'services: {web: {command: [yes]}}' })
  await first.line(/web *\| y/)
  first.output.stall()
  await first.ask('POST', '/v1/shutdown')
  await until('its last words', async () => (await first.ask('GET', '/v1/health').catch(() => GONE)).status >= 500)

  const early = await startContainer(test, { folder, file: SLEEPER })
  await first.ended
  // Refused, as long as the first one is there.
  const second = (await isUp(early)) ? early : await startContainer(test, { folder, file: SLEEPER })
  test.equal((await until('an answer', () => second.status().catch(() => null))).state, 'running')
  test.equal((await second.supervisor('status')).status, 0)
  test.strictSame(readdirSync(second.runtimeDir).toSorted(), ['control.lock', 'control.sock', 'ready'])
})

const GONE = { status: 599, body: '' }

/** Whether it has started its service; false when it has ended. */
function isUp(container: Container): Promise<boolean> {
  return container.line(/web: starting/).then(
    () => true,
    () => false,
  )
}

void t.test('in the end nothing is left of the run-time files', { skip }, async (test) => {
  const container = await startContainer(test, { file: SLEEPER })
  await container.status()
  container.signal('SIGTERM')
  test.notMatch((await container.end()).text, /warning|error/)
  test.strictSame(
    readdirSync(container.folder).filter((name) => name === 'run'),
    ['run'].filter(() => existsSync(container.runtimeDir)),
  )
  if (existsSync(container.runtimeDir)) test.strictSame(readdirSync(container.runtimeDir), [])
})
