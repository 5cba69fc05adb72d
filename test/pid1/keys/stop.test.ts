import t from 'tap'
import { startContainer } from '../support/container.ts'
import { UNLESS_PID_1 } from '../support/requirements.ts'
import { until } from '../support/until.ts'
import { IDLE, shell, written } from '../support/written.ts'

const skip = UNLESS_PID_1

/** Ends with that status at a signal, and tells which it was. */
function endsAt(signals: readonly string[]): string {
  const traps = signals.map((signal) => `trap 'echo got ${signal}; exit 0' ${signal}`)
  return shell(`${traps.join('; ')}; echo up; while :; do sleep 0.02; done`)
}

/** Tidies up for so long when it is told to end. */
function tidies(seconds: number): string {
  return shell(`trap 'echo tidying; sleep ${seconds}; echo tidy; exit 0' TERM; echo up; while :; do sleep 0.02; done`)
}

t.jobs = 4

void t.test('stop_signal: by any of its names, it is what arrives', { skip, buffered: true }, async (test) => {
  const script = endsAt(['TERM', 'INT', 'USR1', 'QUIT'])
  const ready = { log: 'up' }
  const file = written({
    term: { script, ready },
    int: { script, ready, stop_signal: 'SIGINT' },
    usr1: { script, ready, stop_signal: 'USR1' },
    quit: { script, ready, stop_signal: 3 },
  })
  const container = await startContainer(test, { file })
  const names = ['term', 'int', 'usr1', 'quit']
  await Promise.all(names.map((name) => container.line(new RegExp(`${name}: ready`))))
  container.signal('SIGTERM')
  const { status } = await container.end()
  test.equal(status, 0)
  const told = container.output.all(/^(\w+) +\| got (\w+)$/).map(({ match }) => `${match[1]} ${match[2]}`)
  test.same(told.toSorted(), ['int INT', 'quit QUIT', 'term TERM', 'usr1 USR1'])
})

void t.test('stop_grace_period: until then it may end by itself', { skip, buffered: true }, async (test) => {
  const ready = { log: 'up' }
  const file = written({
    hasty: { script: tidies(1000), ready, stop_grace_period: '200ms' },
    patient: { script: tidies(1), ready, stop_grace_period: '10m' },
    idle: IDLE,
  })
  const container = await startContainer(test, { file })
  await Promise.all([container.line(/hasty: ready/), container.line(/patient: ready/)])
  test.equal((await container.supervisor('stop', 'hasty', 'patient')).status, 0)
  test.match(await container.service('hasty'), { state: 'stopped', exit: { code: null, signal: 'SIGKILL' } })
  test.match(await container.service('patient'), { state: 'stopped', exit: { code: 0, signal: null } })
  test.same(
    container.output.all(/\| tidy$/).map(({ text }) => text),
    ['patient    | tidy'],
  )
})

void t.test(
  'shutdown.when_killed: a killed supervisor takes its services along',
  { skip, buffered: true },
  async (test) => {
    for (const [when_killed, left] of [
      ['kill', []],
      ['leave', ['sleep', 'sleep']],
    ] as const) {
      const services = { web: { script: shell('(setsid -f sleep 1001); exec sleep 1002') } }
      const container = await startContainer(test, {
        pid1: 'parent',
        file: written(services, { shutdown: { when_killed } }),
      })
      await until('all to run', () => container.names().filter((name) => name === 'sleep').length === 2)
      container.signal('SIGKILL')
      await container.ended
      const names = (): readonly string[] =>
        container.processes().flatMap(({ name, state }) => (state === 'Z' ? [] : [name]))
      await until('what is to go to be gone', () => names().length <= left.length)
      test.strictSame(names(), left)
    }
  },
)

void t.test('reload_signal: what "supervisor reload" sends', { skip, buffered: true }, async (test) => {
  const script = shell(`trap 'echo got HUP' HUP; trap 'echo got USR2' USR2; echo up; while :; do sleep 0.02; done`)
  const file = written({
    plain: { script, ready: { log: 'up' } },
    own: { script, ready: { log: 'up' }, reload_signal: 'SIGUSR2' },
  })
  const container = await startContainer(test, { file })
  await Promise.all([container.line(/plain: ready/), container.line(/own: ready/)])
  test.equal((await container.supervisor('reload', 'plain', 'own')).status, 0)
  await Promise.all([container.line(/^plain +\| got HUP$/), container.line(/^own +\| got USR2$/)])
  test.equal(container.output.all(/\| got /).length, 2)
  test.match(await container.service('own'), { state: 'running', run: 1 })
})
