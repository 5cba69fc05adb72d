import type { ServiceConfig } from '../config/model.ts'
import type { Exit, Failure, Said } from './exit.ts'

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

/** Wanted up; its conditions do not hold yet, or the time for its next run has not come. */
interface Waiting {
  readonly kind: 'waiting'
  readonly since: number
  readonly for: 'dependencies' | 'schedule'
}

/** Asked to run and not ready yet. */
export type Starting = Spawning | GettingReady | PostStart

/** Asked to run; the process is not there yet. */
export interface Spawning {
  readonly kind: 'starting'
  readonly step: 'spawning'
  readonly since: number
  readonly run: number
}

/** The process is there and has not said that it is ready. */
export interface GettingReady {
  readonly kind: 'starting'
  readonly step: 'getting-ready'
  readonly since: number
  readonly run: number
  readonly process: ServiceProcess
  readonly spawnedAt: number
  /** When the start timeout ends; null for none. */
  readonly until: number | null
  /** What the last question for readiness was answered, in words. */
  readonly lastAttempt: string | null
  /** What will hold once it runs. */
  readonly watchdogMs: number | null
}

/** Ready by its own word; its `post_start` runs. */
export interface PostStart {
  readonly kind: 'starting'
  readonly step: 'post-start'
  readonly since: number
  readonly run: number
  readonly process: ServiceProcess
  readonly spawnedAt: number
  readonly until: number | null
  readonly watchdogMs: number | null
}

/** Ready. */
export interface Running {
  readonly kind: 'running'
  readonly since: number
  readonly run: number
  readonly process: ServiceProcess
  /** From the request to spawn until ready, ms. */
  readonly startedInMs: number
  readonly health: HealthState
  /** Longest time between two keep-alive messages, ms; the service itself may change it. */
  readonly watchdogMs: number | null
  /** Between `RELOADING=1` and the `READY=1` that follows it. */
  readonly isReloading: boolean
}

/** Not told to end, and its process is there. */
export type Started = GettingReady | PostStart | Running

/** The main process, and what it has told of itself. */
export interface ServiceProcess extends Said {
  readonly pid: number
}

/** What checks of the present run have found. */
export type HealthState =
  | { readonly kind: 'none' }
  /** No check has passed yet; `failures` counts those since the start period. */
  | { readonly kind: 'starting'; readonly failures: number; readonly startPeriodUntil: number }
  /** `failures`: in a row, fewer than `retries`. */
  | { readonly kind: 'healthy'; readonly failures: number }
  | { readonly kind: 'unhealthy'; readonly failures: number }

/** On its way down. */
export type Stopping = StopBeforeSpawned | StopWithProcess | Clearing

/** The stop came before the process. */
export interface StopBeforeSpawned {
  readonly kind: 'stopping'
  readonly step: 'spawning'
  readonly since: number
  readonly run: number
  readonly ending: { readonly kind: 'requested' }
}

/**
 * `pre-stop`: its hook runs; `grace`: signalled, or its `stop_command` runs; `killed`: SIGKILL sent. `until` is when the
 * grace period ends; null in the other steps.
 */
export interface StopWithProcess {
  readonly kind: 'stopping'
  readonly step: 'pre-stop' | 'grace' | 'killed'
  readonly since: number
  readonly run: number
  readonly process: ServiceProcess
  readonly until: number | null
  readonly ending: Ending
}

/** The main process is gone and what it left is being killed. */
export interface Clearing {
  readonly kind: 'stopping'
  readonly step: 'clearing'
  readonly since: number
  readonly run: number
  readonly ending: Exclude<Ending, { readonly kind: 'announced' }>
}

/** Why a run ends: on request, or with an outcome that the restart policy has to judge. */
export type Ending =
  | { readonly kind: 'requested' }
  /** `readyForMs` is null for a run that never was. */
  | { readonly kind: 'ended'; readonly exit: Exit; readonly said: Said; readonly readyForMs: number | null }
  /** It said that it ends (`STOPPING=1`); its exit will be what counts. */
  | { readonly kind: 'announced'; readonly readyForMs: number | null }
  /** It was ended for a reason of its own: too slow, unhealthy, silent, too large. */
  | { readonly kind: 'failed'; readonly failure: Failure; readonly readyForMs: number | null }

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
  /** Automatic restarts so far: one in its back-off has not been restarted yet. */
  readonly restarts: number
  /** Runs in a row that ended before they had been ready for `reset_after`. */
  readonly shortRuns: number
  /** When the automatic restarts of the current window were decided. */
  readonly restartedAt: readonly number[]
  readonly lastExit: Exit | null
  /** Why the last run that ended by itself failed; null when it did not, and after a start on request. */
  readonly lastFailure: Failure | null
  /** The last health check, of whatever run; null before the first. */
  readonly lastCheck: LastCheck | null
}

/** What came of a health check. */
export interface LastCheck {
  readonly at: number
  readonly result: 'passed' | 'failed'
  /** What the check printed, or why it failed, in words; at most 4096 bytes. */
  readonly output: string
}

/** A service before its first event, which is `begun`: one that waits for its schedule has to be told its time. */
export function newService(config: ServiceConfig, wanted: 'wanted' | 'not-asked', at: number): Service {
  const history = {
    run: 0,
    restarts: 0,
    shortRuns: 0,
    restartedAt: [],
    lastExit: null,
    lastFailure: null,
    lastCheck: null,
  }
  return { config, state: firstState(config, wanted, at), history }
}

function firstState(config: ServiceConfig, wanted: 'wanted' | 'not-asked', at: number): State {
  if (!config.enabled) return { kind: 'disabled', since: at }
  if (wanted === 'not-asked') return { kind: 'stopped', since: at, because: 'not-asked' }
  return { kind: 'waiting', since: at, for: config.schedule === null ? 'dependencies' : 'schedule' }
}

/** The pid of the main process; null when there is none. */
export function pidOf(state: State): number | null {
  return 'process' in state ? state.process.pid : null
}

/** Whether something of the service may be alive. */
export function isAlive(state: State): state is Starting | Running | Stopping {
  return state.kind === 'starting' || state.kind === 'running' || state.kind === 'stopping'
}
