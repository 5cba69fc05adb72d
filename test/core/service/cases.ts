import type { ServiceEvent } from '../../../src/core/service/event.ts'
import type { Exit, Failure } from '../../../src/core/service/exit.ts'
import type { Stopping, State } from '../../../src/core/service/state.ts'

/** Cases of a union, by kind and then by a name of their own: the compiler asks for every kind. */
type Cases<Union extends { readonly kind: string }> = {
  readonly [Kind in Union['kind']]: Readonly<Record<string, Extract<Union, { readonly kind: Kind }>>>
}

/** The run that all cases are about, and its process. */
export const RUN = 3
export const PID = 300

/** How runs end in the cases. */
export const WELL: Exit = { kind: 'code', code: 0 }
export const BADLY: Exit = { kind: 'code', code: 3 }
export const NOT_READY: Failure = { kind: 'not-ready', withinMs: 60_000, lastAttempt: 'ECONNREFUSED' }

const starting = { kind: 'starting', since: 10_000, run: RUN, pid: PID, lastAttempt: null } as const
const requested = { kind: 'requested' } as const
const tooSlow = { kind: 'too-slow', failure: NOT_READY } as const

/** Every state, in every form that makes a difference. */
export const STATES: Cases<State> = {
  waiting: { '': { kind: 'waiting', since: 10_000 } },
  starting: { 'without a process': { ...starting, pid: null }, 'with a process': starting },
  running: { '': { kind: 'running', since: 10_000, run: RUN, pid: PID, startedInMs: 250 } },
  stopping: {
    'before the process': stopping('spawning', requested),
    'in its grace period': stopping('grace', requested),
    'in its grace period, too slow': stopping('grace', tooSlow),
    killed: stopping('killed', requested),
    'killed, too slow': stopping('killed', tooSlow),
    'clearing, on request': stopping('clearing', requested),
    'clearing, ended well': stopping('clearing', { kind: 'ended', exit: WELL, readyForMs: 4_000 }),
    'clearing, ended badly': stopping('clearing', { kind: 'ended', exit: BADLY, readyForMs: 4_000 }),
    'clearing, ended badly after long': stopping('clearing', { kind: 'ended', exit: BADLY, readyForMs: 10_000 }),
    'clearing, too slow': stopping('clearing', tooSlow),
  },
  stopped: {
    'on request': { kind: 'stopped', since: 10_000, because: 'requested' },
    'never wanted': { kind: 'stopped', since: 10_000, because: 'not-asked' },
  },
  backoff: { '': { kind: 'backoff', since: 10_000, run: RUN, until: 10_100 } },
  completed: { '': { kind: 'completed', since: 10_000, exit: WELL } },
  failed: { '': { kind: 'failed', since: 10_000, failure: { kind: 'exited', exit: BADLY }, gaveUpAfter: null } },
  disabled: { '': { kind: 'disabled', since: 10_000 } },
}

/** Every event, in every form that makes a difference. */
export const EVENTS: Cases<ServiceEvent> = {
  'start-requested': { '': { kind: 'start-requested' } },
  'dependencies-met': { '': { kind: 'dependencies-met' } },
  'stop-requested': { '': { kind: 'stop-requested' } },
  'kill-requested': { '': { kind: 'kill-requested' } },
  spawned: { '': { kind: 'spawned', run: RUN, pid: PID } },
  'spawn-failed': { '': { kind: 'spawn-failed', run: RUN, message: 'no "serve" in PATH', status: 127 } },
  'already-created': { '': { kind: 'already-created', run: RUN } },
  notified: {
    'of readiness': { kind: 'notified', run: RUN, message: 'STATUS=up\nREADY=1' },
    'of something else': { kind: 'notified', run: RUN, message: 'STATUS=loading' },
  },
  'became-ready': { '': { kind: 'became-ready', run: RUN } },
  'attempt-failed': { '': { kind: 'attempt-failed', run: RUN, why: 'ECONNREFUSED' } },
  exited: {
    well: { kind: 'exited', run: RUN, exit: WELL },
    badly: { kind: 'exited', run: RUN, exit: BADLY },
  },
  cleared: { '': { kind: 'cleared', run: RUN } },
  'timer-expired': {
    'start-timeout': { kind: 'timer-expired', run: RUN, timer: 'start-timeout' },
    'ready-delay': { kind: 'timer-expired', run: RUN, timer: 'ready-delay' },
    'grace-period': { kind: 'timer-expired', run: RUN, timer: 'grace-period' },
    'restart-delay': { kind: 'timer-expired', run: RUN, timer: 'restart-delay' },
  },
}

/** Every state case with its kind and its name. */
export const STATE_LIST: readonly Listed<State>[] =
  Object.values<Readonly<Record<string, State>>>(STATES).flatMap(listed)

/** Every event case with its kind and its name. */
export const EVENT_LIST: readonly Listed<ServiceEvent>[] =
  Object.values<Readonly<Record<string, ServiceEvent>>>(EVENTS).flatMap(listed)

interface Listed<Case> {
  /** The kind, and what makes the case different from others of its kind. */
  readonly name: string
  readonly form: string
  readonly value: Case
}

function listed<Case extends { readonly kind: string }>(
  forms: Readonly<Record<string, Case>>,
): readonly Listed<Case>[] {
  return Object.entries(forms).map(([form, value]) => ({
    name: form === '' ? value.kind : `${value.kind}: ${form}`,
    form,
    value,
  }))
}

function stopping(step: Stopping['step'], ending: Stopping['ending']): Stopping {
  const pid = step === 'grace' || step === 'killed' ? PID : null
  return { kind: 'stopping', since: 10_000, run: RUN, step, pid, ending }
}
