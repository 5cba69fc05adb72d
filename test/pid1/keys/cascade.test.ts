import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startContainer, type Container } from '../support/container.ts'
import { UNLESS_PID_1 } from '../support/requirements.ts'
import { IDLE, written } from '../support/written.ts'
import { signalProcess } from '../support/processes.ts'

const skip = UNLESS_PID_1

t.jobs = 4

/** A database that crashes as long as `broken` is there, and those who depend on it in each way. */
const CASCADE = written({
  db: {
    script: 'test ! -e broken || exit 1; echo up; exec sleep 1000',
    ready: { log: 'up' },
    restart: { delay: '20ms', max_delay: '20ms' },
  },
  ignores: { ...IDLE, depends_on: { db: { when_lost: 'ignore' } } },
  plain: { ...IDLE, depends_on: ['db'] },
  restarts: { ...IDLE, depends_on: { db: { when_lost: 'restart' } } },
  composes: { ...IDLE, depends_on: { db: { condition: 'service_ready', restart: true } } },
  declines: { ...IDLE, depends_on: { db: { restart: false } } },
  stops: { ...IDLE, depends_on: { db: { when_lost: 'stop' } } },
  above: { ...IDLE, depends_on: { stops: { when_lost: 'stop' } } },
})
const ALL = ['db', 'ignores', 'plain', 'restarts', 'composes', 'declines', 'stops', 'above']
const FOLLOWING = ['restarts', 'composes', 'stops', 'above']

void t.test(
  'depends_on.NAME.when_lost and depends_on.NAME.restart: after a crash',
  { skip, buffered: true },
  async (test) => {
    const container = await startContainer(test, { file: CASCADE })
    for (const name of ALL) await container.serviceThat(name, ({ state }) => state === 'running')
    const { pid } = await container.service('db')
    writeFileSync(join(container.folder, 'broken'), '')
    signalProcess(container.processOf(pid ?? 0)?.pid ?? 0, 'SIGKILL')
    for (const name of ['stops', 'above']) {
      test.match(await container.serviceThat(name, ({ state }) => state === 'waiting'), { pid: null, run: 1 })
    }
    for (const name of ['restarts', 'composes']) {
      test.match(await container.service(name), {
        state: 'running',
        run: 1,
        reason: 'to be restarted when db is ready again',
      })
    }
    rmSync(join(container.folder, 'broken'))
    for (const name of FOLLOWING) {
      await container.serviceThat(name, ({ state, run }) => state === 'running' && run === 2)
    }
    for (const name of ['ignores', 'plain', 'declines']) {
      test.match(await container.service(name), { state: 'running', run: 1, restarts: 0 })
    }
    const back = container.output.all(/db: ready/).at(-1)?.index ?? 0
    for (const name of FOLLOWING) {
      const [again] = container.output.all(new RegExp(`${name}: starting \\(run 2\\)`))
      test.ok((again?.index ?? 0) > back, `${name} is started again when db is ready`)
    }
  },
)

void t.test('depends_on.NAME.when_lost: after a stop and a start', { skip, buffered: true }, async (test) => {
  const container = await startContainer(test, { file: CASCADE })
  for (const name of ALL) await container.serviceThat(name, ({ state }) => state === 'running')
  const { stdout, stderr, status } = await container.supervisor('stop', 'db')
  test.equal(status, 0, stderr)
  test.match(stdout + stderr, /also stops stops, above/)
  test.match(await container.service('stops'), {
    state: 'waiting',
    pid: null,
    reason: 'waiting for db: stopped on request',
    blocked_by: ['db'],
  })
  test.ok(before(container, /above: stopped/, /stops: stopped/) && before(container, /stops: stopped/, /db: stopped/))
  test.match(await container.service('restarts'), { state: 'running', run: 1 })
  test.equal((await container.supervisor('start', 'db')).status, 0)
  for (const name of FOLLOWING) {
    await container.serviceThat(name, ({ state, run }) => state === 'running' && run === 2)
  }
  test.match(await container.service('ignores'), { state: 'running', run: 1 })
})

void t.test('depends_on.NAME.condition: service_healthy and service_ready', { skip, buffered: true }, async (test) => {
  const healthcheck = { exec: ['test', '-e', 'well'], interval: '30ms', retries: 1000 }
  const file = written({
    db: { ...IDLE, ready: { delay: '0s' }, healthcheck },
    ready: { ...IDLE, depends_on: { db: { condition: 'service_ready' } } },
    healthy: { ...IDLE, depends_on: { db: { condition: 'service_healthy' } } },
  })
  const container = await startContainer(test, { file })
  await container.serviceThat('ready', ({ state }) => state === 'running')
  test.match(await container.service('healthy'), {
    state: 'waiting',
    run: 0,
    reason: /^waiting for db: running, no health check has passed yet/,
  })
  writeFileSync(join(container.folder, 'well'), '')
  await container.serviceThat('healthy', ({ state }) => state === 'running')
})

/** Whether the first line of one kind comes before the first of the other. */
function before({ output }: Container, first: RegExp, second: RegExp): boolean {
  const [a] = output.all(first)
  const [b] = output.all(second)
  return a !== undefined && b !== undefined && a.index < b.index
}
