import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startContainer, type Container } from '../support/container.ts'
import { INIT_IN_OWN_NETWORK, UNLESS_OWN_NETWORK } from '../support/own-network.ts'
import { UNLESS_PID_1 } from '../support/requirements.ts'
import { until } from '../support/until.ts'
import { IDLE, shell, written } from '../support/written.ts'
import { program } from '../../system/fixture.ts'
import { signalProcess } from '../support/processes.ts'

const skip = UNLESS_PID_1
const OFTEN = { interval: '50ms', timeout: '10s', retries: 2 }
const AT_ONCE = { ready: { delay: '0s' } }

t.jobs = 4

void t.test(
  'healthcheck.tcp, healthcheck.unix, healthcheck.http, healthcheck.postgres, healthcheck.redis, healthcheck.exec, healthcheck.file, healthcheck.timeout and healthcheck.on_unhealthy: each form sees a server that hangs',
  { skip: UNLESS_OWN_NETWORK, buffered: true },
  async (test) => {
    const forms = {
      tcp: { tcp: 6379 },
      unix: { unix: 'app.sock' },
      http: { http: 'http://127.0.0.1:8000/' },
      postgres: { postgres: {} },
      redis: { redis: { unix: 'redis/redis.sock' } },
      exec: { exec: ['test', '-e', 'well'] },
      file: { file: 'well' },
    }
    const rules = { interval: '50ms', timeout: '300ms', retries: 2, on_unhealthy: 'ignore' }
    const server = { command: [process.execPath, program('answers-every-probe'), '.'], ready: { log: 'Listening' } }
    const checked = Object.entries(forms).map(([name, form]) => [
      name,
      { script: 'touch well; exec sleep 1000', healthcheck: { ...form, ...rules }, depends_on: ['server'] },
    ])
    const file = written({ server, ...Object.fromEntries(checked) })
    const container = await startContainer(test, { file, program: INIT_IN_OWN_NETWORK })
    for (const name of Object.keys(forms)) {
      await container.serviceThat(name, ({ state, health }) => state === 'running' && health === 'healthy')
    }
    const { pid } = await container.service('server')
    // A stopped server still has its connections accepted by the kernel: those that only connect see no fault.
    signalProcess(container.processOf(pid ?? 0)?.pid ?? 0, 'SIGSTOP')
    rmSync(join(container.folder, 'well'))
    for (const name of ['http', 'postgres', 'redis', 'exec', 'file']) {
      const status = await container.serviceThat(name, ({ health }) => health === 'unhealthy')
      test.match(status, { state: 'running', run: 1, well: false, check: { passed: false } }, name)
    }
    signalProcess(container.processOf(pid ?? 0)?.pid ?? 0, 'SIGKILL')
    for (const name of ['tcp', 'unix']) await container.line(new RegExp(`${name}: unhealthy: 2 checks in a row failed`))
  },
)

void t.test('healthcheck and healthcheck.test: all ways of writing it', { skip, buffered: true }, async (test) => {
  const script = 'test -e well'
  const file = written({
    text: tested(script),
    shell: tested(['CMD-SHELL', script]),
    words: tested(['CMD', 'test', '-e', 'well']),
    none: tested(['NONE']),
    word: tested('NONE'),
  })
  const container = await startContainer(test, { file })
  const asked = ['text', 'shell', 'words']
  for (const name of asked) await container.serviceThat(name, ({ health }) => health === 'unhealthy')
  writeFileSync(join(container.folder, 'well'), '')
  for (const name of asked) await container.serviceThat(name, ({ health }) => health === 'healthy')
  for (const name of ['none', 'word']) test.match(await container.service(name), { health: 'none', check: null })
})

void t.test('healthcheck: with no "ready", its first pass is readiness', { skip, buffered: true }, async (test) => {
  const file = written({
    web: { ...IDLE, healthcheck: { exec: ['test', '-e', 'well'], interval: '50ms' } },
    app: { ...IDLE, depends_on: ['web'] },
  })
  const container = await startContainer(test, { file })
  test.match(await container.serviceThat('app', ({ state }) => state === 'waiting'), {
    reason: /^waiting for web: starting, not ready for .* of 1 min/,
  })
  test.match(await container.service('web'), { state: 'starting', health: 'starting' })
  writeFileSync(join(container.folder, 'well'), '')
  test.match(await container.serviceThat('app', ({ state }) => state === 'running'), { run: 1 })
  test.match(await container.service('web'), { state: 'running', health: 'healthy', run: 1 })
})

void t.test(
  'healthcheck.disable: there are no checks, whatever else stands there',
  { skip, buffered: true },
  async (test) => {
    const healthcheck = { test: 'echo asked >> "$$WHO"; exit 1', interval: '20ms', on_unhealthy: 'ignore' }
    const file = written({
      asked: { ...IDLE, ...AT_ONCE, environment: { WHO: 'asked' }, healthcheck },
      spared: { ...IDLE, ...AT_ONCE, environment: { WHO: 'spared' }, healthcheck: { ...healthcheck, disable: true } },
    })
    const container = await startContainer(test, { file })
    await until('checks', () => countLines(container, 'asked') >= 5)
    test.equal(countLines(container, 'spared'), 0)
    test.match(await container.service('spared'), { state: 'running', health: 'none', check: null })
  },
)

void t.test(
  'healthcheck.interval, healthcheck.start_period, healthcheck.start_interval and healthcheck.retries: when is asked, and what counts',
  { skip, buffered: true },
  async (test) => {
    const file = written({
      often: counted('often', 0, { interval: '50ms' }),
      rarely: counted('rarely', 0, { interval: '10m' }),
      // Failures do not count, and the short interval holds for as long as nothing has passed.
      young: counted('young', 1, { interval: '10m', start_period: '10m', start_interval: '50ms', retries: 1 }),
      grown: counted('grown', 0, { interval: '10m', start_period: '10m', start_interval: '50ms', retries: 1 }),
      brief: counted('brief', 1, { interval: '50ms', start_period: '1s', start_interval: '50ms', retries: 1 }),
      patient: counted('patient', 1, { interval: '50ms', retries: 1000 }),
    })
    const container = await startContainer(test, { file })
    const rare = ['rarely', 'grown']
    await until('10 checks', () => ['often', 'young', 'patient'].every((name) => countLines(container, name) >= 10))
    await until('the first of the others', () => rare.every((name) => countLines(container, name) > 0))
    for (const name of rare) test.equal(countLines(container, name), 1, name)
    test.equal((await container.service('young')).health, 'starting')
    test.equal((await container.service('patient')).health, 'starting')
    await container.serviceThat('brief', ({ health }) => health === 'unhealthy')
    test.ok(countLines(container, 'brief') >= 2, 'its first failures did not count')
    await container.line(/brief: unhealthy: a check failed/)
  },
)

void t.test('healthcheck.on_unhealthy: restart, which is the default', { skip, buffered: true }, async (test) => {
  const script = shell(`trap 'echo got TERM; exit 0' TERM; rm -f well; touch well; while :; do sleep 0.02; done`)
  const healthcheck = { exec: ['test', '-e', 'well'], ...OFTEN }
  const file = written({
    plain: { script, working_dir: '.', healthcheck },
    final: { ...IDLE, ...AT_ONCE, healthcheck: { exec: 'false', ...OFTEN }, restart: 'no', on_failure: 'ignore' },
  })
  const container = await startContainer(test, { file })
  await container.serviceThat('plain', ({ health }) => health === 'healthy')
  rmSync(join(container.folder, 'well'))
  test.match(await container.serviceThat('plain', ({ run, health }) => run === 2 && health === 'healthy'), {
    state: 'running',
    restarts: 1,
    exit: { code: 0 },
  })
  await container.line(/^plain +\| got TERM$/)
  test.match(await container.serviceThat('final', ({ state }) => state === 'failed'), {
    run: 1,
    health: 'none',
    reason: /^unhealthy: 2 checks in a row failed/,
  })
})

void t.test('healthcheck.on_unhealthy: shutdown', { skip, buffered: true }, async (test) => {
  const healthcheck = { exec: 'sh -c "echo the disk is full; exit 1"', ...OFTEN, on_unhealthy: 'shutdown' }
  const container = await startContainer(test, {
    file: written({ web: { ...IDLE, ...AT_ONCE, healthcheck }, idle: IDLE }),
  })
  const { status, text } = await container.end()
  test.equal(status, 1)
  test.match(text, /web: unhealthy: 2 checks in a row failed \(the disk is full\)/)
  test.match(text, /shutting down: "web" is unhealthy/)
})

/** One with a `test`, in any of its ways. */
function tested(how: unknown): object {
  return {
    ...IDLE,
    ...AT_ONCE,
    healthcheck: { test: how, ...OFTEN, on_unhealthy: 'ignore' },
  }
}

/** One whose checks end so, and leave a line in a file each time. */
function counted(name: string, exit: number, rules: object): object {
  return {
    ...IDLE,
    ...AT_ONCE,
    healthcheck: { test: `echo asked >> ${name}; exit ${exit}`, on_unhealthy: 'ignore', ...rules },
  }
}

function countLines({ folder }: Container, name: string): number {
  const path = join(folder, name)
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0
}
