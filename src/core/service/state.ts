import type { ServiceConfig } from '../config/model.ts'
import type { Exit, Failure } from './exit.ts'

/** A service with where it stands and what it went through; replaced as a whole by `transition`. */
export interface Service {
  readonly config: ServiceConfig
  readonly state: State
  readonly history: History
}

/**
 * Where a service stands. `since` and other instants are monotonic ms; `run` is the number of the incarnation that the
 * state is about: an event that carries another number changes nothing.
 */
export type State =
  | Waiting
  | Starting
  | Running
  | Stopping
  | Stopped
  | Backoff
  | Completed
  | Failed
  | { readonly kind: 'disabled'; readonly since: number }

/** Wanted up; its conditions do not hold yet. */
interface Waiting {
  readonly kind: 'waiting'
  readonly since: number
}

/** Asked to run and not ready yet; `pid` is null until the process is there. */
export interface Starting {
  readonly kind: 'starting'
  readonly since: number
  readonly run: number
  readonly pid: number | null
  /** What the last question for readiness was answered, in words. */
  readonly lastAttempt: string | null
}

/** Ready. */
export interface Running {
  readonly kind: 'running'
  readonly since: number
  readonly run: number
  readonly pid: number
  /** From the request to spawn until ready, ms. */
  readonly startedInMs: number
}

/**
 * On its way down. `spawning`: the stop came before the process; `grace`: signalled; `killed`: SIGKILL sent;
 * `clearing`: the main process is gone and what it left is being killed.
 */
export interface Stopping {
  readonly kind: 'stopping'
  readonly since: number
  readonly run: number
  readonly step: 'spawning' | 'grace' | 'killed' | 'clearing'
  readonly pid: number | null
  readonly ending: Ending
}

/** Why a run ends: on request, or with an outcome that the restart policy has to judge. */
type Ending =
  | { readonly kind: 'requested' }
  /** `readyForMs` is null for a run that never was. */
  | { readonly kind: 'ended'; readonly exit: Exit; readonly readyForMs: number | null }
  | { readonly kind: 'too-slow'; readonly failure: Failure }

/** Down because nobody wants it up; `not-asked` was never wanted. */
interface Stopped {
  readonly kind: 'stopped'
  readonly since: number
  readonly because: 'requested' | 'not-asked'
}

/** Will be started again at `until`. */
interface Backoff {
  readonly kind: 'backoff'
  readonly since: number
  readonly run: number
  readonly until: number
}

/** Ended well, not to be restarted; `exit` is null when what it creates was already there. */
export interface Completed {
  readonly kind: 'completed'
  readonly since: number
  readonly exit: Exit | null
}

/** Ended badly, not to be restarted. */
export interface Failed {
  readonly kind: 'failed'
  readonly since: number
  readonly failure: Failure
  /** How many restarts had been tried when the limit was reached; null when the policy allows none. */
  readonly gaveUpAfter: number | null
}

/** What outlives the states. */
export interface History {
  /** Number of the last run, 0 before the first. */
  readonly run: number
  /** Automatic restarts so far. */
  readonly restarts: number
  /** Runs in a row that ended before they had been ready for `reset_after`. */
  readonly shortRuns: number
  /** When the automatic restarts of the current window were decided. */
  readonly restartedAt: readonly number[]
  readonly lastExit: Exit | null
  /** Why the last run that ended by itself failed; null when it did not, and after a start on request. */
  readonly lastFailure: Failure | null
}

/** A service before its first event. */
export function newService(config: ServiceConfig, wanted: 'wanted' | 'not-asked', at: number): Service {
  const history = { run: 0, restarts: 0, shortRuns: 0, restartedAt: [], lastExit: null, lastFailure: null }
  return { config, state: firstState(config, wanted, at), history }
}

function firstState(config: ServiceConfig, wanted: 'wanted' | 'not-asked', at: number): State {
  if (!config.enabled) return { kind: 'disabled', since: at }
  return wanted === 'wanted' ? { kind: 'waiting', since: at } : { kind: 'stopped', since: at, because: 'not-asked' }
}

/** The pid of the main process; null when there is none. */
export function pidOf(state: State): number | null {
  return 'pid' in state ? state.pid : null
}

/** Whether something of the service may be alive. */
export function isAlive(state: State): state is Starting | Running | Stopping {
  return state.kind === 'starting' || state.kind === 'running' || state.kind === 'stopping'
}
