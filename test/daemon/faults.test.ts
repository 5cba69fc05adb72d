import t from 'tap'
import { config, needs, serviceConfig } from '../core/support.ts'
import { supervised } from './supervised.ts'

const SET = config(
  serviceConfig({ name: 'db' }),
  serviceConfig({ name: 'web', dependsOn: [needs('db')] }),
  serviceConfig({ name: 'mail' }),
)
const STOP = { kind: 'shutdown-requested', by: 'SIGTERM', status: 0, insist: true } as const

void t.test('an effect that cannot be performed takes no other with it', (test) => {
  const { machine, loop, faults } = supervised(SET)
  machine.breaks = /^spawn db$/u
  loop.dispatch({ kind: 'begun' })
  test.strictSame(machine.news(), ['spawn db', 'spawn mail', 'timer 100'])
  test.equal(faults.length, 1)
  test.strictSame(String(faults[0]), 'Error: internal error: spawn db')
  test.end()
})

void t.test('a service whose spawn cannot be performed has failed to start', (test) => {
  const { machine, loop, states, told, ends } = supervised(SET)
  machine.breaks = /^spawn db$/u
  loop.dispatch({ kind: 'begun' })
  test.strictSame(states(), ['db backoff', 'web waiting', 'mail starting'])
  test.match(told, ['db: starting', 'mail: starting', 'warning: db: internal error: spawn db; next try in 100 ms'])
  machine.spawned('mail')
  loop.dispatch(STOP)
  machine.ends('mail')
  test.strictSame(ends, [0])
  test.end()
})

void t.test('whatever cannot be done on the way down, the end comes', (test) => {
  const broken = [
    /^mail SIGTERM/u,
    /^(mail|web) clear$/u,
    /^timer 10000$/u,
    /^ready file absent$/u,
    /^cancel timer 10000$/u,
  ]
  for (const breaks of broken) {
    const { machine, loop, states, ends, faults } = supervised(SET)
    loop.dispatch({ kind: 'begun' })
    for (const name of ['db', 'web', 'mail']) machine.spawned(name)
    machine.breaks = breaks
    loop.dispatch(STOP)
    for (const name of ['mail', 'web', 'db']) {
      const { listener } = machine.process(name)
      listener.exited({ kind: 'code', code: 0 })
      listener.outputEnded()
      if (machine.process(name).cleared !== null) machine.clears(name)
    }
    test.strictSame(states(), ['db stopped', 'web stopped', 'mail stopped'], String(breaks))
    test.strictSame(ends, [0], String(breaks))
    test.ok(faults.length > 0, String(breaks))
  }
  test.end()
})

void t.test('a shutdown whose timer cannot be started does not wait for it', (test) => {
  const { machine, loop } = supervised({ ...SET, shutdownTimeoutMs: 5_000 })
  loop.dispatch({ kind: 'begun' })
  machine.spawned('mail')
  machine.breaks = /^timer 5000$/u
  machine.news()
  loop.dispatch(STOP)
  test.match(
    machine.news().filter((call) => call.startsWith('mail')),
    ['mail SIGTERM process', 'mail SIGCONT process', 'mail SIGKILL group'],
  )
  test.end()
})

void t.test('an event that cannot be understood does not stop those after it', (test) => {
  const { loop, machine, faults } = supervised(SET)
  loop.dispatch({ kind: 'start-requested', services: 3 as unknown as readonly string[] })
  test.equal(faults.length, 1)
  loop.dispatch({ kind: 'begun' })
  test.strictSame(machine.news(), ['spawn db', 'spawn mail'])
  test.end()
})

void t.test('a listener that throws keeps no other from hearing', (test) => {
  const { loop, faults } = supervised(SET)
  let heard = 0
  loop.onSettled(() => {
    throw new Error('deaf')
  })
  loop.onSettled(() => void (heard += 1))
  loop.dispatch({ kind: 'begun' })
  test.equal(heard, 1)
  test.strictSame(faults.map(String), ['Error: deaf'])
  test.end()
})

void t.test('the end comes even when the last words cannot be said', (test) => {
  const { loop, ends, faults, told } = supervised(SET)
  Object.defineProperty(told, 'push', { value: () => fail('no voice') })
  loop.dispatch(STOP)
  test.strictSame(ends, [0])
  test.ok(faults.length > 0)
  test.end()
})

void t.test('in the last resort, everything that is known is killed', (test) => {
  const { loop, machine } = supervised(SET)
  loop.dispatch({ kind: 'begun' })
  machine.spawned('db')
  machine.news()
  loop.killAll()
  test.strictSame(machine.news(), ['db SIGKILL group', 'mail SIGKILL group', 'web SIGKILL group'])
  test.end()
})

function fail(why: string): never {
  throw new Error(why)
}
