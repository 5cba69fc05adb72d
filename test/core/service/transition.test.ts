import t, { type Test } from 'tap'
import type { RunEvent } from '../../../src/core/service/event.ts'
import type { Service, State } from '../../../src/core/service/state.ts'
import { transition } from '../../../src/core/service/transition.ts'
import { serviceConfig, TOLD } from '../support.ts'
import { EVENT_LIST, EVENTS, RUN, STATE_LIST, STATES } from './cases.ts'
import { NOW, TABLE, type Outcome, type Row } from './table.ts'

const config = serviceConfig({ ready: TOLD })
const history = { run: RUN, restarts: 1, shortRuns: 1, restartedAt: [], lastExit: null, lastFailure: null }
const moment = { at: NOW, chance: 0.5 }

for (const state of STATE_LIST) {
  void t.test(state.name, (test) => {
    const service: Service = { config, state: state.value, history }
    for (const event of EVENT_LIST) {
      const outcome = outcomeOf(TABLE[state.value.kind][state.form]?.[event.value.kind], event.form)
      check(test, event.name, service, { got: transition(service, event.value, moment), outcome })
    }
    test.end()
  })
}

void t.test('the table names no state and no event that there is none of', (test) => {
  for (const [kind, rows] of Object.entries(TABLE)) {
    test.same(Object.keys(rows), Object.keys(STATES[kind as State['kind']]), kind)
    for (const [form, row] of Object.entries(rows)) {
      for (const [event, outcome] of Object.entries(row)) {
        const forms = isOutcome(outcome) ? [] : Object.keys(outcome)
        if (forms.length > 0) test.same(forms, Object.keys(EVENTS[event as keyof Row]), `${kind} ${form}, ${event}`)
      }
    }
  }
  test.end()
})

void t.test('an event of another run changes nothing, in any state', (test) => {
  for (const { name, value: state } of STATE_LIST) {
    const service: Service = { config, state, history }
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
  const state: State = { kind: 'starting', since: NOW - 2, run: RUN, pid: null, lastAttempt: null }
  const got = transition({ config: serviceConfig(), state, history }, { kind: 'spawned', run: RUN, pid: 300 }, moment)
  test.same(got.service.state, { kind: 'running', since: NOW, run: RUN, pid: 300, startedInMs: 2 })
  test.same(got.effects, [])
  test.end()
})

void t.test('a delay is a timer, and a stop takes it back', (test) => {
  const delayed = serviceConfig({ ready: { kind: 'delay', delayMs: 2_000 }, startTimeoutMs: null })
  const state: State = { kind: 'starting', since: NOW, run: RUN, pid: null, lastAttempt: null }
  const spawned = transition({ config: delayed, state, history }, { kind: 'spawned', run: RUN, pid: 300 }, moment)
  test.same(spawned.effects, [{ kind: 'start-timer', run: RUN, timer: 'ready-delay', afterMs: 2_000 }])
  const stopped = transition(spawned.service, { kind: 'stop-requested' }, moment)
  test.same(stopped.effects.slice(0, 2), [
    { kind: 'cancel-timer', timer: 'start-timeout' },
    { kind: 'cancel-timer', timer: 'ready-delay' },
  ])
  test.end()
})

void t.test('the stop signal, its reach and its patience are the service’s own', (test) => {
  const own = serviceConfig({ stopSignal: 'SIGINT', killMode: 'group', stopGracePeriodMs: 0 })
  const state: State = { kind: 'running', since: 0, run: RUN, pid: 300, startedInMs: 0 }
  test.same(transition({ config: own, state, history }, { kind: 'stop-requested' }, moment).effects, [
    { kind: 'signal', run: RUN, signal: 'SIGINT', scope: 'group' },
    { kind: 'signal', run: RUN, signal: 'SIGCONT', scope: 'group' },
    { kind: 'start-timer', run: RUN, timer: 'grace-period', afterMs: 0 },
  ])
  test.end()
})

function ofRun(event: RunEvent, run: number): RunEvent {
  return { ...event, run }
}

function check(test: Test, name: string, before: Service, { got, outcome }: Comparison): void {
  if (outcome === undefined) test.fail(`${name} has no place in the table`)
  // The very same service: who asks whether anything happened compares identities.
  else if (outcome === 'nothing') test.ok(got.service === before && got.effects.length === 0, name, { got })
  else {
    const service = { config, state: outcome.to, history: { ...history, ...outcome.remembered } }
    test.strictSame(got, { service, effects: outcome.effects }, name)
  }
}

interface Comparison {
  readonly got: ReturnType<typeof transition>
  readonly outcome: Outcome | undefined
}

function outcomeOf(outcome: Row[keyof Row] | undefined, form: string): Outcome | undefined {
  return outcome === undefined || isOutcome(outcome) ? outcome : outcome[form]
}

function isOutcome(outcome: Row[keyof Row]): outcome is Outcome {
  return outcome === 'nothing' || 'effects' in outcome
}
