import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { makeFolder, SUPERVISOR, startContainer } from './support/container.ts'
import { UNLESS_PID_1 } from './support/requirements.ts'
import { until } from './support/until.ts'
import { shell, written } from './support/written.ts'
import { script } from '../system/fixture.ts'
import { signalProcess } from './support/processes.ts'

const skip = UNLESS_PID_1

/** The program has a parent that is PID 1, as with `docker --init` or a pod with a shared PID namespace. */
const pid1 = 'parent'

void t.test('below another PID 1 the orphans of its services come to it, and are reaped', { skip }, async (test) => {
  const container = await startContainer(test, {
    pid1,
    file: `services: {web: {command: [${script('double-forks-and-ignores-sigterm')}]}}`,
  })
  const { match } = await container.line(/daemon (\d+) \d+$/)
  const daemon = container.processOf(Number(match[1]))
  test.equal(daemon?.parent, container.pid)
  signalProcess(daemon?.pid ?? 0, 'SIGKILL')
  await until('it to be reaped', () => container.processOf(Number(match[1])) === null)
  test.equal((await container.service('web')).restarts, 0)
})

void t.test('below another PID 1 the statuses are the same', { skip }, async (test) => {
  for (const [command, status] of [
    ['exit 7', 7],
    ['kill -9 $$', 137],
  ] as const) {
    const container = await startContainer(test, { pid1, command: ['sh', '-c', command] })
    test.equal((await container.end()).status, status)
    test.strictSame(container.processes(), [])
  }
})

void t.test('below another PID 1 nothing outlives it, whatever it gave up to hide', { skip }, async (test) => {
  const command = ['sh', '-c', 'env -i setsid -f sleep 1000; exit 3']
  const container = await startContainer(test, { pid1, command })
  test.equal((await container.end()).status, 3)
  test.strictSame(container.processes(), [])
})

void t.test('its death by SIGKILL does not hinder the next one, whatever it left', { skip }, async (test) => {
  const services = {
    web: {
      script: shell('echo at $NOTIFY_SOCKET; exec sleep 1001'),
      ready: { notify: 'systemd' },
      start_timeout: '10m',
    },
    daemon: { command: [script('double-forks-and-ignores-sigterm')], ready: { log: 'daemon' } },
    limited: { command: ['sleep', '1002'], max_memory: '1G' },
  }
  const file = written(services, { shutdown: { when_killed: 'leave' } })
  const first = await startContainer(test, { file, pid1 })
  await first.line(/daemon: ready/)
  await first.serviceThat('limited', ({ state }) => state === 'running')
  const { match: before } = await first.line(/web +\| at (.*)$/)
  first.signal('SIGKILL')
  await first.ended
  const second = await startContainer(test, { folder: first.folder, beside: first })
  await second.line(/daemon: ready/)
  const { match: after } = await second.line(/web +\| at (.*)$/)
  test.not(after[1], before[1], 'what was left cannot speak for what is new')
  test.match(await second.status(), { services: [{ state: 'starting' }, { state: 'running' }, { state: 'running' }] })
  second.signal('SIGTERM')
  test.equal((await second.end()).status, 0)
  const left = first.processes().flatMap(({ name, state }) => (state === 'Z' ? [] : [name]))
  test.strictSame(left.toSorted(), ['sh', 'sleep', 'sleep', 'sleep', 'sleep'])
})

const UP = [SUPERVISOR, 'up']

const THREE = `
name: three
services:
  db: {command: [sleep, '1000']}
  app: {command: [sleep, '1000'], depends_on: [db]}
  extra: {command: [sleep, '1000']}
`

void t.test('up runs the named services with what they need, and no others', { skip }, async (test) => {
  const container = await startContainer(test, { file: THREE, pid1, program: [SUPERVISOR, 'up', 'app'] })
  await container.serviceThat('app', ({ state }) => state === 'running')
  test.match(await container.service('extra'), { state: 'stopped', wanted: false, well: true, reason: 'not asked for' })
  test.equal((await container.status()).state, 'running')
  test.equal(container.processes().filter(({ name }) => name === 'sleep').length, 2)
  container.signal('SIGTERM')
  test.equal((await container.end()).status, 0)
})

void t.test('up with a service that is not there names one that is', { skip }, async (test) => {
  const container = await startContainer(test, { file: THREE, pid1, program: [SUPERVISOR, 'up', 'ap'] })
  test.equal((await container.end()).status, 64)
  test.match(container.output.text(), /no service "ap"; did you mean "app"\?/)
})

void t.test('under up Ctrl-C stops in order', { skip }, async (test) => {
  const container = await startContainer(test, { file: THREE, pid1, program: [SUPERVISOR, 'up'] })
  await container.serviceThat('app', ({ state }) => state === 'running')
  container.signal('SIGINT')
  const { status } = await container.end()
  test.equal(status, 0)
  const order = container.output.all(/(app|db): stopp/).map(({ match }) => match[1])
  test.strictSame(order, ['app', 'app', 'db', 'db'])
  test.strictSame(container.processes(), [])
})

void t.test('under up Ctrl-C twice kills', { skip }, async (test) => {
  const container = await startContainer(test, {
    file: `services: {stubborn: {script: 'trap "sleep 0.4; echo refused" TERM; echo up; while :; do sleep 0.02; done', ready: {log: up}, stop_grace_period: 10m}}`,
    pid1,
    program: [SUPERVISOR, 'up'],
  })
  await container.line(/stubborn: ready/)
  container.signal('SIGINT')
  await container.line(/stubborn: stopping/)
  // Two that come at once are one stroke, which npm hands on.
  await until('the second stroke to be heard', () => {
    const isKilled = container.output.all(/stubborn: stopped, killed by SIGKILL/).length > 0
    if (!isKilled) container.signalIfThere('SIGINT')
    return isKilled
  })
  test.equal((await container.end()).status, 0)
  test.strictSame(container.processes(), [])
})

void t.test('under up a failure is ignored by default, under init it is not', { skip }, async (test) => {
  const file = "services: {fails: {script: 'exit 9', restart: 'no'}, other: {command: [sleep, '1000']}}"
  const up = await startContainer(test, { file, pid1, program: [SUPERVISOR, 'up'] })
  await up.line(/fails: failed: exited with 9/)
  test.equal((await up.service('other')).state, 'running')
  const init = await startContainer(test, { file, pid1 })
  test.equal((await init.end()).status, 9)
})

function project(name: string): string {
  return `name: ${name}\nservices: {${name}: {command: [sleep, '1000']}}\n`
}

void t.test(
  'projects run side by side, each found from its own folder, two of one name too',
  { skip },
  async (test) => {
    const environment = { PIDONE_RUNTIME_DIR: '', XDG_RUNTIME_DIR: makeFolder(test) }
    const containers = await Promise.all(
      ['one', 'two', 'one'].map((name) =>
        startContainer(test, { file: project(name), pid1, program: UP, environment }),
      ),
    )
    const [one, two, other] = containers
    for (const [container, name] of [[one, 'one'] as const, [two, 'two'] as const, [other, 'one'] as const]) {
      await container?.line(new RegExp(`${name}: starting`))
      const status = await until('its status', async () => {
        const ran = await container?.supervisor('status', '--json')
        return ran?.status === 0 && ran
      })
      test.match(JSON.parse(status.stdout), { name, services: [{ name, state: 'running' }] })
    }
    one?.signal('SIGINT')
    test.equal((await one?.end())?.status, 0)
    test.equal((await one?.supervisor('status'))?.status, 3)
    for (const container of [two, other]) test.equal((await container?.supervisor('status'))?.status, 0)
  },
)

void t.test('the same project twice is refused, and the first is still found', { skip }, async (test) => {
  const environment = { PIDONE_RUNTIME_DIR: '', XDG_RUNTIME_DIR: makeFolder(test) }
  const first = await startContainer(test, { file: THREE, pid1, program: UP, environment })
  await first.line(/app: starting/)
  const link = join(makeFolder(test), 'link')
  symlinkSync(first.folder, link)
  for (const file of ['services.yaml', join(link, 'services.yaml')]) {
    const second = await startContainer(test, { folder: first.folder, pid1, program: [...UP, '-f', file], environment })
    test.equal((await second.end()).status, 70)
    test.match(second.output.text(), /already running/)
  }
  test.equal((await first.supervisor('status')).status, 0)
})
