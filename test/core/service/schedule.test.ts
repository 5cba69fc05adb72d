import t from 'tap'
import type { ServiceConfig } from '../../../src/core/config/model.ts'
import type { State } from '../../../src/core/service/state.ts'
import { transition } from '../../../src/core/service/transition.ts'
import { NOTHING_SAID, restart, serviceConfig } from '../support.ts'
import { HISTORY, STATE_LIST } from './cases.ts'
import { begin, brief, spawned, type Life } from './life.ts'

void t.test('a scheduled oneshot waits for its time first, and then for its conditions', (test) => {
  const life = begin(job())
  test.same(life.state(), { kind: 'waiting', since: 0, for: 'schedule' })
  test.same(brief(life.on(0, { kind: 'begun' })), ['await-schedule'])
  test.same(life.on(1, { kind: 'dependencies-met' }), [], 'that its conditions hold is not enough')
  test.same(life.on(60_000, { kind: 'schedule-due' }), [])
  test.same(life.state(), { kind: 'waiting', since: 60_000, for: 'dependencies' })
  test.same(brief(life.on(60_001, { kind: 'dependencies-met' })), ['spawn'])
  test.end()
})

void t.test('who has no schedule, or is not wanted, begins with nothing', (test) => {
  test.same(begin(serviceConfig()).on(0, { kind: 'begun' }), [])
  const life = begin(job(), 'not-asked')
  test.same(life.on(0, { kind: 'begun' }), [])
  test.same(life.state(), { kind: 'stopped', since: 0, because: 'not-asked' })
  test.end()
})

void t.test('after each run its next time is waited for, however it ended', (test) => {
  for (const [code, kind] of [
    [0, 'completed'],
    [3, 'failed'],
  ] as const) {
    const life = spawned(job())
    test.same(brief(end(life, 100, code)), ['await-schedule'])
    test.equal(life.state().kind, kind)
    test.same(life.on(60_000, { kind: 'schedule-due' }), [])
    test.same(brief(life.on(60_000, { kind: 'dependencies-met' })), ['spawn'])
    test.equal(life.history().run, 2)
  }
  test.end()
})

void t.test('also after a run that had nothing to do, or could not be spawned', (test) => {
  const life = begin(job())
  life.on(0, { kind: 'schedule-due' })
  life.on(0, { kind: 'dependencies-met' })
  test.same(brief(life.onRun(1, { kind: 'already-created' })), ['await-schedule'])
  life.on(60_000, { kind: 'schedule-due' })
  life.on(60_000, { kind: 'dependencies-met' })
  const failed = life.onRun(60_001, { kind: 'spawn-failed', message: 'no "dump" in PATH', status: 127 })
  test.same(brief(failed), ['await-schedule'])
  test.end()
})

void t.test(
  'a run that is to be tried again waits for its back-off, and for its time only when that gives up',
  (test) => {
    const life = spawned(job({ restart: restart({ policy: 'on-failure', maxAttempts: 1 }) }))
    test.same(brief(end(life, 100, 3)), ['restart-delay in 100'])
    test.same(life.on(150, { kind: 'schedule-due' }), [], 'a time that passes meanwhile is skipped')
    life.onRun(200, { kind: 'timer-expired', timer: 'restart-delay' })
    life.on(200, { kind: 'dependencies-met' })
    life.onRun(200, { kind: 'spawned', pid: 301 })
    test.same(brief(end(life, 300, 3)), ['await-schedule'])
    test.match(life.state(), { kind: 'failed', gaveUpAfter: 1 })

    life.on(400, { kind: 'schedule-due' })
    test.same(life.history().restartedAt, [], 'each time has its own tries')
    test.same(life.history().lastFailure, { kind: 'exited', exit: { kind: 'code', code: 3 }, said: NOTHING_SAID })
    life.on(400, { kind: 'dependencies-met' })
    life.onRun(400, { kind: 'spawned', pid: 302 })
    test.same(brief(end(life, 500, 3)), ['restart-delay in 100'])
    test.end()
  },
)

void t.test('there are never two at once: what is not at rest skips a time', (test) => {
  const skipping = STATE_LIST.filter(({ value: state }) => {
    const service = { config: job(), state, history: HISTORY }
    return transition(service, { kind: 'schedule-due' }, { at: 50_000, chance: 0.5 }).service === service
  })
  const busy = new Set<State['kind']>(['starting', 'running', 'stopping', 'backoff', 'stopped', 'disabled'])
  test.same(
    skipping.map(({ name }) => name),
    STATE_LIST.filter(({ name, value }) => busy.has(value.kind) || name === 'waiting: for its dependencies').map(
      ({ name }) => name,
    ),
  )
  test.end()
})

void t.test('a start on request runs it at once and waits for its time no longer', (test) => {
  const life = begin(job())
  test.same(brief(life.on(1, { kind: 'start-requested' })), ['cancel-schedule'])
  test.same(life.state(), { kind: 'waiting', since: 1, for: 'dependencies' })
  life.on(1, { kind: 'dependencies-met' })
  life.onRun(1, { kind: 'spawned', pid: 300 })
  test.same(brief(end(life, 2, 0)), ['await-schedule'])
  test.same(brief(life.on(3, { kind: 'start-requested' })), ['cancel-schedule'])
  test.same(life.state(), { kind: 'waiting', since: 3, for: 'dependencies' })
  test.end()
})

void t.test('a stop ends its waiting, and no time starts it again', (test) => {
  const waiting = begin(job())
  test.same(brief(waiting.on(1, { kind: 'stop-requested' })), ['cancel-schedule'])
  for (const code of [0, 3]) {
    const life = spawned(job())
    end(life, 1, code)
    test.same(brief(life.on(2, { kind: 'stop-requested' })), ['cancel-schedule'])
    test.same(life.state(), { kind: 'stopped', since: 2, because: 'requested' })
    test.same(life.on(3, { kind: 'schedule-due' }), [])
    test.same(life.state(), { kind: 'stopped', since: 2, because: 'requested' })
  }
  test.end()
})

void t.test('a run that is stopped on request has no next time', (test) => {
  const life = spawned(job())
  life.on(1, { kind: 'stop-requested' })
  test.same(end(life, 2, 0), [])
  test.same(life.state(), { kind: 'stopped', since: 2, because: 'requested' })
  test.end()
})

function job(keys: Partial<ServiceConfig> = {}): ServiceConfig {
  return serviceConfig({ type: 'oneshot', schedule: { kind: 'every', everyMs: 60_000 }, ...keys })
}

function end(life: Life, at: number, code: number): ReturnType<Life['onRun']> {
  life.onRun(at, { kind: 'exited', exit: { kind: 'code', code } })
  return life.onRun(at, { kind: 'cleared' })
}
