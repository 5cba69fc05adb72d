import t from 'tap'
import type { Healthcheck } from '../../../src/core/config/model.ts'
import type { HealthState } from '../../../src/core/service/state.ts'
import { restart, serviceConfig } from '../support.ts'
import { HEALTHCHECK, HOOK } from './cases.ts'
import { brief, spawned, type Life } from './life.ts'

/** What stops a service that is asked how it is. */
const STOP = ['no health-interval', 'cancel-health-check', 'SIGTERM', 'SIGCONT', 'grace-period in 10000']

void t.test('the first check is at once, each further one an interval after the answer', (test) => {
  const life = checked()
  test.same(health(life), { kind: 'starting', failures: 0, startPeriodUntil: 0 })
  test.same(brief(answer(life, 100, 'passed')), ['health-interval in 30000'])
  test.same(health(life), { kind: 'healthy', failures: 0 })
  test.same(brief(life.onRun(30_100, { kind: 'timer-expired', timer: 'health-interval' })), ['check-health'])
  test.same(brief(answer(life, 55_000, 'passed')), ['health-interval in 30000'], 'however long the check has taken')
  test.end()
})

void t.test('the last answer is kept, also over runs', (test) => {
  const life = checked()
  answer(life, 100, 'failed')
  test.same(life.history().lastCheck, { at: 100, result: 'failed', output: 'failed at 100' })
  answer(life, 200, 'passed')
  life.onRun(300, { kind: 'exited', exit: { kind: 'code', code: 1 } })
  life.onRun(300, { kind: 'cleared' })
  test.same(life.history().lastCheck, { at: 200, result: 'passed', output: 'passed at 200' })
  test.end()
})

void t.test('as many failures in a row as retries make it unhealthy, not one fewer', (test) => {
  for (const retries of [1, 2, 3, 5]) {
    const life = checked({ retries })
    for (let check = 1; check < retries; check++) answer(life, check, 'failed')
    test.same(health(life), { kind: 'starting', failures: retries - 1, startPeriodUntil: 0 })
    test.same(brief(answer(life, 9, 'failed')), STOP)
    test.same(life.state(), {
      kind: 'stopping',
      step: 'grace',
      since: 9,
      run: 1,
      process: { pid: 300, statusText: null, errno: null },
      until: 10_009,
      ending: {
        kind: 'failed',
        readyForMs: 9,
        failure: { kind: 'unhealthy', checks: retries, output: 'failed at 9' },
      },
    })
  }
  test.end()
})

void t.test('a pass between failures lets the count begin anew', (test) => {
  const life = checked({ retries: 2 })
  for (const [at, result] of (['failed', 'passed', 'failed', 'passed', 'failed'] as const).entries()) {
    answer(life, at, result)
  }
  test.same(health(life), { kind: 'healthy', failures: 1 })
  answer(life, 10, 'failed')
  test.equal(life.state().kind, 'stopping')
  test.end()
})

void t.test('failures in the start period do not count, and come at the start interval', (test) => {
  const life = checked({ retries: 1, startPeriodMs: 20_000 })
  for (const at of [0, 5_000, 19_999]) test.same(brief(answer(life, at, 'failed')), ['health-interval in 5000'])
  test.same(health(life), { kind: 'starting', failures: 0, startPeriodUntil: 20_000 })
  answer(life, 20_000, 'failed')
  test.equal(life.state().kind, 'stopping', 'from its end on they do')
  test.end()
})

void t.test('after the start period the interval is the usual one, passed or not', (test) => {
  const life = checked({ startPeriodMs: 20_000 })
  answer(life, 19_000, 'failed')
  test.same(brief(answer(life, 24_000, 'failed')), ['health-interval in 30000'])
  test.same(health(life), { kind: 'starting', failures: 1, startPeriodUntil: 20_000 })
  test.end()
})

void t.test('a pass ends the start period', (test) => {
  const life = checked({ retries: 2, startPeriodMs: 60_000 })
  test.same(brief(answer(life, 100, 'passed')), ['health-interval in 30000'])
  answer(life, 200, 'failed')
  test.same(health(life), { kind: 'healthy', failures: 1 })
  answer(life, 300, 'failed')
  test.equal(life.state().kind, 'stopping')
  test.end()
})

void t.test('who is not to be restarted stays unhealthy and is asked on, until a check passes', (test) => {
  for (const onUnhealthy of ['ignore', 'shutdown'] as const) {
    const life = checked({ retries: 2, onUnhealthy })
    answer(life, 1, 'failed')
    test.same(brief(answer(life, 2, 'failed')), ['health-interval in 30000'])
    test.same(health(life), { kind: 'unhealthy', failures: 2 })
    answer(life, 3, 'failed')
    test.same(health(life), { kind: 'unhealthy', failures: 3 })
    answer(life, 4, 'passed')
    test.same(health(life), { kind: 'healthy', failures: 0 })
    answer(life, 5, 'failed')
    test.same(health(life), { kind: 'healthy', failures: 1 })
  }
  test.end()
})

void t.test('where the first check is readiness it is healthy from the start', (test) => {
  const probe = HEALTHCHECK.probe
  const life = spawned(
    serviceConfig({
      ready: { kind: 'poll', probe, intervalMs: 250, timeoutMs: 1_000 },
      healthcheck: { ...HEALTHCHECK, isReadiness: true, startPeriodMs: 60_000, retries: 1 },
    }),
  )
  test.same(brief(life.onRun(400, { kind: 'became-ready' })), [
    'no start-timeout',
    'unwatch-readiness',
    'health-interval in 30000',
  ])
  test.same(health(life), { kind: 'healthy', failures: 0 })
  test.same(life.history().lastCheck, { at: 400, result: 'passed', output: '' })
  answer(life, 30_400, 'failed')
  test.equal(life.state().kind, 'stopping', 'its start period is over')
  test.end()
})

void t.test('an unhealthy run is judged by how long it was ready', (test) => {
  const table = [
    { at: 9_999, state: 'backoff', why: 'it did not last' },
    { at: 10_000, state: 'waiting', why: 'it lasted for reset_after' },
  ] as const
  for (const { at, state, why } of table) {
    const life = checked({ retries: 1 })
    answer(life, at, 'failed')
    life.onRun(at + 5, { kind: 'exited', exit: { kind: 'code', code: 0 } })
    life.onRun(at + 9, { kind: 'cleared' })
    test.equal(life.state().kind, state, why)
    test.same(life.history().lastFailure, { kind: 'unhealthy', checks: 1, output: `failed at ${at}` })
  }
  test.end()
})

void t.test('an unhealthy service that is never restarted has failed, though it ended well', (test) => {
  const life = checked({ retries: 1 }, { restart: restart({ policy: 'on-failure', maxAttempts: 1 }) })
  for (const run of [1, 2]) {
    answer(life, run, 'failed')
    life.onRun(run, { kind: 'exited', exit: { kind: 'code', code: 0 } })
    life.onRun(run, { kind: 'cleared' })
    life.onRun(run, { kind: 'timer-expired', timer: 'restart-delay' })
    life.on(run, { kind: 'dependencies-met' })
    life.onRun(run, { kind: 'spawned', pid: 300 })
  }
  test.same(life.state(), {
    kind: 'failed',
    since: 2,
    failure: { kind: 'unhealthy', checks: 1, output: 'failed at 2' },
    gaveUpAfter: 1,
  })
  test.end()
})

void t.test('an answer that comes when the run is on its way down changes nothing', (test) => {
  const life = checked({ retries: 1 }, { preStop: [HOOK] })
  test.same(brief(life.on(100, { kind: 'stop-requested' })), ['no health-interval', 'cancel-health-check', 'pre-stop'])
  const before = life.state()
  test.same(answer(life, 200, 'failed'), [])
  test.equal(life.state(), before)
  test.equal(life.history().lastCheck, null)
  test.end()
})

function checked(healthcheck: Partial<Healthcheck> = {}, keys: Parameters<typeof serviceConfig>[0] = {}): Life {
  return spawned(serviceConfig({ healthcheck: { ...HEALTHCHECK, ...healthcheck }, ...keys }))
}

function answer(life: Life, at: number, result: 'passed' | 'failed'): ReturnType<Life['onRun']> {
  return life.onRun(at, { kind: 'health-checked', passed: result === 'passed', output: `${result} at ${at}` })
}

function health(life: Life): HealthState | null {
  const state = life.state()
  return state.kind === 'running' ? state.health : null
}
