import t, { type Test } from 'tap'
import type { RunEvent, ServiceEvent } from '../../../src/core/service/event.ts'
import type { Service, State } from '../../../src/core/service/state.ts'
import { transition } from '../../../src/core/service/transition.ts'
import { serviceConfig } from '../support.ts'
import { EVENT_LIST, EVENTS, EVERYTHING, HISTORY, PROCESS, RUN, RUNNING, STATE_LIST, STATES } from './cases.ts'
import { NOW, TABLE, type Outcome, type Row } from './table.ts'

const moment = { at: NOW, chance: 0.5 }

for (const state of STATE_LIST) {
  void t.test(state.name, (test) => {
    const service: Service = { config: EVERYTHING, state: state.value, history: HISTORY }
    const row = TABLE[state.value.kind][state.form]
    for (const event of EVENT_LIST) {
      if (row === undefined) test.fail('it has no place in the table')
      else check(test, event, service, outcomeOf(row[event.value.kind], event.form))
    }
    test.end()
  })
}

void t.test('the table names no state and no event that there is none of', (test) => {
  for (const [kind, rows] of Object.entries(TABLE)) {
    test.same(Object.keys(rows), Object.keys(STATES[kind as State['kind']]), kind)
    for (const [form, row] of Object.entries(rows)) {
      for (const [event, outcome] of Object.entries(row)) {
        const known = new Set(Object.keys(EVENTS[event as keyof Row]))
        const unknown = isOutcome(outcome) ? [] : Object.keys(outcome).filter((name) => !known.has(name))
        test.same(unknown, [], `${kind} ${form}, ${event}`)
      }
    }
  }
  test.end()
})

void t.test('an event of another run changes nothing, in any state', (test) => {
  for (const { name, value: state } of STATE_LIST) {
    const service: Service = { config: EVERYTHING, state, history: HISTORY }
    const ofOthers = EVENT_LIST.flatMap(({ value }) =>
      'run' in value ? [ofRun(value, RUN - 1), ofRun(value, RUN + 1)] : [],
    )
    const changing = ofOthers.filter((event) => {
      const got = transition(service, event, moment)
      return got.service !== service || got.effects.length > 0
    })
    test.same(changing, [], name)
  }
  test.end()
})

void t.test('a service that does not tell when it is ready is ready once spawned', (test) => {
  const state: State = { kind: 'starting', step: 'spawning', since: NOW - 2, run: RUN }
  const service = { config: serviceConfig(), state, history: HISTORY }
  const got = transition(service, { kind: 'spawned', run: RUN, pid: 300 }, moment)
  test.same(got.service.state, {
    ...RUNNING,
    since: NOW,
    startedInMs: 2,
    health: { kind: 'none' },
    watchdogMs: null,
  })
  test.same(got.effects, [])
  test.end()
})

void t.test('a delay is a timer, and a stop takes it back', (test) => {
  const delayed = serviceConfig({ ready: { kind: 'delay', delayMs: 2_000 }, startTimeoutMs: null })
  const state: State = { kind: 'starting', step: 'spawning', since: NOW, run: RUN }
  const service = { config: delayed, state, history: HISTORY }
  const spawned = transition(service, { kind: 'spawned', run: RUN, pid: 300 }, moment)
  test.same(spawned.effects, [{ kind: 'start-timer', run: RUN, timer: 'ready-delay', afterMs: 2_000 }])
  const stopped = transition(spawned.service, { kind: 'stop-requested' }, moment)
  test.same(stopped.effects.slice(0, 2), [
    { kind: 'cancel-timer', timer: 'ready-delay' },
    { kind: 'signal', run: RUN, signal: 'SIGTERM', scope: 'process' },
  ])
  test.end()
})

void t.test('the stop signal, its reach and its patience are the service’s own', (test) => {
  const own = serviceConfig({ stopSignal: 'SIGINT', killMode: 'group', stopGracePeriodMs: 0 })
  const state: State = { ...RUNNING, watchdogMs: null }
  test.same(transition({ config: own, state, history: HISTORY }, { kind: 'stop-requested' }, moment).effects, [
    { kind: 'signal', run: RUN, signal: 'SIGINT', scope: 'group' },
    { kind: 'signal', run: RUN, signal: 'SIGCONT', scope: 'group' },
    { kind: 'start-timer', run: RUN, timer: 'grace-period', afterMs: 0 },
  ])
  test.end()
})

void t.test('who was too slow is told by what it said last of itself', (test) => {
  const says = { ...STATES.starting['getting ready'], process: { ...PROCESS, statusText: 'replaying the log' } }
  const state = says as State
  const event = { kind: 'timer-expired', run: RUN, timer: 'start-timeout' } as const
  const got = transition({ config: EVERYTHING, state, history: HISTORY }, event, moment).service.state
  test.same('ending' in got && got.ending, {
    kind: 'failed',
    readyForMs: null,
    failure: {
      kind: 'not-ready',
      withinMs: 60_000,
      lastAttempt: 'no READY=1',
      said: { statusText: 'replaying the log', errno: null },
    },
  })
  test.end()
})

function ofRun(event: RunEvent, run: number): RunEvent {
  return { ...event, run }
}

function check(
  test: Test,
  { name, value }: { readonly name: string; readonly value: ServiceEvent },
  before: Service,
  outcome: Outcome | undefined,
): void {
  const got = transition(before, value, moment)
  // The very same service: who asks whether anything happened compares identities.
  if (outcome === undefined) test.ok(got.service === before && got.effects.length === 0, name, { got })
  else {
    const service = { ...before, state: outcome.to, history: { ...before.history, ...outcome.remembered } }
    test.strictSame(got, { service, effects: outcome.effects }, name)
  }
}

function outcomeOf(outcome: Row[keyof Row], form: string): Outcome | undefined {
  return outcome === undefined || isOutcome(outcome) ? outcome : outcome[form]
}

function isOutcome(outcome: Outcome | Readonly<Record<string, Outcome>>): outcome is Outcome {
  return 'effects' in outcome
}
