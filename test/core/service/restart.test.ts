import t from 'tap'
import type { Restart, ServiceConfig } from '../../../src/core/config/model.ts'
import { backoffDelay, judge, type RunOutcome, type Verdict } from '../../../src/core/service/restart.ts'
import type { History, Service, State } from '../../../src/core/service/state.ts'
import { transition } from '../../../src/core/service/transition.ts'
import { NOTHING_SAID, restart, serviceConfig } from '../support.ts'
import { HEALTHCHECK, HISTORY, HOOK, RUNNING } from './cases.ts'
import { spawned } from './life.ts'

const fresh: History = { ...HISTORY, run: 1, restarts: 0, shortRuns: 0 }
const soon: RunOutcome = { result: 'failure', exit: { kind: 'code', code: 1 }, readyForMs: 500 }

void t.test('the policy decides who is started again', (test) => {
  const results = ['success', 'failure'] as const
  const table: Readonly<Record<Restart['policy'], readonly Verdict['kind'][]>> = {
    always: ['restart', 'restart'],
    'unless-stopped': ['restart', 'restart'],
    'on-failure': ['over', 'restart'],
    no: ['over', 'over'],
  }
  for (const [policy, verdicts] of Object.entries(table) as [Restart['policy'], Verdict['kind'][]][]) {
    const got = results.map((result) => judge(restart({ policy }), fresh, { ...soon, result }, now(0)))
    test.same(
      got.map(({ kind }) => kind),
      verdicts,
      policy,
    )
  }
  test.end()
})

void t.test(
  'some exit codes are followed by no run, whatever the policy and however long it had been ready',
  (test) => {
    const rules = restart({ preventExitCodes: [0, 78], maxAttempts: 3 })
    const ends: readonly (readonly [number | null, Verdict['kind']])[] = [
      [78, 'over'],
      [0, 'over'],
      [1, 'restart'],
      [null, 'restart'],
    ]
    for (const [code, kind] of ends) {
      const exit = code === null ? null : ({ kind: 'code', code } as const)
      const got = [null, 500, 20_000].map((readyForMs) => judge(rules, fresh, { ...soon, exit, readyForMs }, now(0)))
      test.same(
        got.map((verdict) => verdict.kind),
        [kind, kind, kind],
        String(code),
      )
    }
    test.end()
  },
)

void t.test('delays grow by the factor up to the longest', (test) => {
  const delays = Array.from({ length: 11 }, (_, index) => backoffDelay(restart(), index + 1, 0.5))
  test.same(delays, [100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000])
  test.end()
})

void t.test('jitter lengthens or shortens a delay by its share at most', (test) => {
  const quarter = restart({ delayMs: 1_000, jitter: 0.25 })
  test.same(
    [0, 0.25, 0.5, 0.75, 1].map((chance) => backoffDelay(quarter, 1, chance)),
    [750, 875, 1_000, 1_125, 1_250],
  )
  test.equal(backoffDelay(restart({ jitter: 1 }), 1, 0), 0, 'whole jitter may take the whole delay, never more')
  test.equal(backoffDelay(restart({ jitter: 0 }), 1, 0.9), 100)
  test.end()
})

void t.test('a delay is a number however long a service has been failing', (test) => {
  test.equal(backoffDelay(restart(), 1_000_000, 0.5), 30_000)
  test.equal(backoffDelay(restart({ delayMs: 0 }), 1_000_000, 0.5), 0)
  test.equal(backoffDelay(restart({ maxDelayMs: 0 }), 1_000_000, 0.5), 0)
  test.equal(backoffDelay(restart({ factor: 1 }), 1_000_000, 0.5), 100)
  test.end()
})

void t.test('a run that had been ready for reset_after is followed at once and starts the count anew', (test) => {
  const tired = { ...fresh, restarts: 7, shortRuns: 6, restartedAt: [1, 2, 3] }
  test.same(judge(restart({ maxAttempts: 3 }), tired, { ...soon, readyForMs: 10_000 }, now(20_000)), {
    kind: 'restart',
    delayMs: 0,
    history: { ...tired, shortRuns: 0, restartedAt: [20_000] },
  })
  test.same(judge(restart(), tired, { ...soon, readyForMs: 9_999 }, now(20_000)), {
    kind: 'restart',
    delayMs: 6_400,
    history: { ...tired, shortRuns: 7, restartedAt: [] },
  })
  test.end()
})

void t.test('a run that was never ready did not last, even when reset_after is nothing', (test) => {
  const never: RunOutcome = { ...soon, readyForMs: null }
  const verdict = judge(restart({ resetAfterMs: 0, maxAttempts: 1 }), { ...fresh, restartedAt: [0] }, never, now(10))
  test.same(verdict, { kind: 'over', gaveUpAfter: 1 })
  test.end()
})

void t.test('a service has failed for good after max_attempts within the window', (test) => {
  const twice = restart({ maxAttempts: 2, windowMs: 1_000 })
  const first = judge(twice, fresh, soon, now(0))
  test.same(restartedAt(first), [0])
  const second = judge(twice, history(first), soon, now(600))
  test.same(restartedAt(second), [0, 600])
  test.same(judge(twice, history(second), soon, now(999)), { kind: 'over', gaveUpAfter: 2 })
  test.same(restartedAt(judge(twice, history(second), soon, now(1_000))), [600, 1_000], 'the first has left the window')
  test.end()
})

void t.test('without a limit nothing is remembered of years of restarts', (test) => {
  let last = fresh
  for (let at = 0; at < 1_000; at++) last = history(judge(restart(), last, soon, now(at)))
  test.same(last, { ...fresh, shortRuns: 1_000 })
  test.end()
})

void t.test('a start on request forgets the back-off', (test) => {
  const tired: History = {
    ...fresh,
    restarts: 5,
    shortRuns: 5,
    restartedAt: [1, 2],
    lastFailure: { kind: 'exited', exit: { kind: 'code', code: 3 }, said: NOTHING_SAID },
  }
  const states: readonly State[] = [
    { kind: 'backoff', since: 0, run: 1, until: 9 },
    {
      kind: 'failed',
      since: 0,
      failure: { kind: 'exited', exit: { kind: 'code', code: 3 }, said: NOTHING_SAID },
      gaveUpAfter: 2,
    },
    { kind: 'stopped', since: 0, because: 'requested' },
  ]
  for (const state of states) {
    const service: Service = { config: serviceConfig(), state, history: tired }
    const got = transition(service, { kind: 'start-requested' }, now(5))
    test.same(got.service.history, { ...fresh, restarts: 5 }, state.kind)
  }
  test.end()
})

void t.test('a oneshot that fails after long is not taken for a good run', (test) => {
  const once = serviceConfig({ type: 'oneshot', restart: restart({ policy: 'on-failure', maxAttempts: 3 }) })
  const state: State = { ...RUNNING, since: 0, run: 1 }
  const exit = { kind: 'code', code: 3 } as const
  const ended = transition({ config: once, state, history: fresh }, { kind: 'exited', run: 1, exit }, now(20_000))
  const judged = transition(ended.service, { kind: 'cleared', run: 1 }, now(20_001))
  test.same(judged.service.state, { kind: 'backoff', since: 20_001, run: 1, until: 20_101 })
  test.end()
})

void t.test('the failure of an earlier run is forgotten when one ends well', (test) => {
  const failure = { kind: 'exited', exit: { kind: 'code', code: 3 }, said: NOTHING_SAID } as const
  const service: Service = {
    config: serviceConfig({ ready: null }),
    state: { ...RUNNING, since: 0, run: 1 },
    history: { ...fresh, lastFailure: failure },
  }
  const ended = transition(service, { kind: 'exited', run: 1, exit: { kind: 'code', code: 0 } }, now(5))
  test.same(transition(ended.service, { kind: 'cleared', run: 1 }, now(5)).service.history.lastFailure, null)
  test.end()
})

void t.test(
  'a longrun that ends well has failed all the same when it was never ready, in whatever way it tells',
  (test) => {
    const forms: readonly (readonly [Partial<ServiceConfig>, string])[] = [
      [{ ready: { kind: 'notify-systemd' } }, 'failed'],
      [{ ready: { kind: 'notify-fd', fd: 3 } }, 'failed'],
      [{ ready: { kind: 'log', source: 'up' } }, 'failed'],
      [{ ready: { kind: 'delay', delayMs: 100 } }, 'failed'],
      [{ ready: { kind: 'poll', probe: HEALTHCHECK.probe, intervalMs: 250, timeoutMs: 1_000 } }, 'failed'],
      [{ ready: null, postStart: [HOOK] }, 'failed'],
      [{ ready: null }, 'completed'],
      [{ ready: null, type: 'oneshot', postStart: [HOOK] }, 'completed'],
    ]
    for (const [keys, kind] of forms) {
      const life = spawned(serviceConfig({ ...keys, restart: restart({ policy: 'no' }) }))
      life.onRun(5, { kind: 'exited', exit: { kind: 'code', code: 0 } })
      life.onRun(6, { kind: 'cleared' })
      test.equal(life.state().kind, kind, JSON.stringify(keys))
    }
    test.end()
  },
)

function now(at: number): { at: number; chance: number } {
  return { at, chance: 0.5 }
}

function history(verdict: Verdict): History {
  if (verdict.kind === 'over') throw new Error('it was not restarted')
  return verdict.history
}

function restartedAt(verdict: Verdict): readonly number[] {
  return history(verdict).restartedAt
}
