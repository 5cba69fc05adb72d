import type { Condition } from './config/model.ts'
import type { SignalName } from './config/signal.ts'
import type { ExitReply } from './control/exit-reply.ts'
import type { Mark } from './log/mark.ts'
import type { Stream } from './machine.ts'
import type { State } from './service/state.ts'

/** Health beside the state; `none` for a service without a healthcheck. */
export type Health = 'none' | 'starting' | 'healthy' | 'unhealthy'

/** Where a service stands (`supervisor status`). */
export type StateName = State['kind']

/** Why a service is in its state, in one word (`docs/reference/api.md` says what each means). */
export const CAUSES = [
  'dependencies',
  'schedule',
  'spawning',
  'getting-ready',
  'post-start',
  'reloading',
  'unhealthy',
  'requested',
  'announced',
  'not-asked',
  'exited',
  'out-of-memory',
  'never-ready',
  'not-ready',
  'not-gone',
  'hook-failed',
  'watchdog',
  'over-memory',
  'spawn-failed',
  'already-there',
  'disabled',
  'profiles',
  'scale',
] as const

/** One of them. */
export type Cause = (typeof CAUSES)[number]

/** What `GET /v1/status` answers, and `supervisor status --json` prints. */
export interface StatusReply {
  readonly name: string
  readonly state: 'starting' | 'running' | 'degraded' | 'stopping'
  /** Why everything stops, in words; empty while nothing of that kind is under way. */
  readonly reason: string
  /** Percent of one core and resident bytes of the supervisor itself; null when not asked for. */
  readonly supervisor: { readonly cpu: number | null; readonly memory: number | null }
  readonly services: readonly ServiceStatus[]
}

/** One row of the status. */
export interface ServiceStatus {
  readonly name: string
  readonly description: string | null
  readonly labels: Readonly<Record<string, string>>
  readonly type: 'longrun' | 'oneshot'
  readonly state: StateName
  readonly health: Health
  /** Null when no process is running. */
  readonly pid: number | null
  /** Number of the current or last run, from 1; 0 before the first. */
  readonly run: number
  readonly restarts: number
  /** When the state was entered, ISO 8601. */
  readonly since: string
  /** When it is started again by itself, after a failure or by its schedule, ISO 8601; null when it is not. */
  readonly next: string | null
  /** Failed runs in a row. */
  readonly failures: number
  /** The last health check, and when it ended, ISO 8601; null before the first. */
  readonly check: { readonly ended: string; readonly passed: boolean; readonly output: string } | null
  /** What the service says of itself (`STATUS=` of sd_notify); null when it says nothing. */
  readonly says: string | null
  /** Why it is in this state, in words; empty when there is nothing to say. */
  readonly reason: string
  /** The same in one word; null for one that simply runs. */
  readonly cause: Cause | null
  /** When the state is ended by force, by the start timeout or by SIGKILL, ISO 8601; null when it is not. */
  readonly deadline: string | null
  /** What it waits for, directly; empty when it waits for nobody. */
  readonly waiting_for: readonly AwaitedService[]
  /** Where that wait hangs: services that wait for nobody themselves, the worst first, at most four. */
  readonly blocked_by: readonly string[]
  /** The last line of its current or last run's output that says something; null when there is none. */
  readonly last_line: string | null
  /** How the last run ended; null when none has. */
  readonly exit: ExitReply | null
  /** Percent of one core and resident bytes of the whole tree; null, as is the next, when nothing runs or was sampled. */
  readonly cpu: number | null
  readonly memory: number | null
  /** How many processes the tree has. */
  readonly processes: number | null
  /** Whether it should be up: false for what was stopped on request and what is disabled. */
  readonly wanted: boolean
  /**
   * Whether it is as wanted: ready, completed, not wanted up, or disabled. False exactly for what keeps the set from being
   * healthy: during a shutdown, for all.
   */
  readonly well: boolean
}

/** What a service waits for; `state` is null when there is no such service. */
export interface AwaitedService {
  readonly service: string
  readonly condition: Condition
  readonly state: StateName | null
}

/** What can be waited for. */
export const GOALS = ['ready', 'stopped', 'completed'] as const

/** What somebody waits for. */
export type Goal = (typeof GOALS)[number]

/** What can be asked on the control socket. */
export type ControlRequest =
  | { readonly kind: 'status'; readonly services: readonly string[]; readonly usage: boolean }
  | { readonly kind: 'health' }
  | { readonly kind: 'graph' | 'analyze'; readonly services: readonly string[] }
  | ChangeRequest
  | { readonly kind: 'reload'; readonly services: readonly string[] }
  | { readonly kind: 'signal'; readonly services: readonly string[]; readonly signal: SignalName }
  | {
      readonly kind: 'wait'
      readonly services: readonly string[]
      readonly until: Goal
      readonly timeoutMs: number | null
    }
  | ({
      readonly kind: 'logs'
      readonly services: readonly string[]
      readonly follow: boolean
    } & LogRange)
  | {
      readonly kind: 'events'
      readonly services: readonly string[]
      readonly last: number | null
      readonly follow: boolean
    }
  | { readonly kind: 'env'; readonly services: readonly string[]; readonly reveal: boolean }
  | { readonly kind: 'exec'; readonly services: readonly string[] }
  | { readonly kind: 'shutdown'; readonly code: number | null }

/** Which of the remembered lines are meant. */
export interface LogRange {
  /** How many of each service; null: as many as an answer has room for. */
  readonly last: number | null
  /** From when to when, ms since 1970; null: however old or new. */
  readonly since: number | null
  readonly until: number | null
}

/**
 * A change that somebody asks for; with `wait` the reply comes when it is done, with `dryRun` nothing is done: the reply
 * only says what would come along.
 */
export interface ChangeRequest {
  readonly kind: 'start' | 'stop' | 'restart'
  readonly services: readonly string[]
  readonly wait: boolean
  readonly dryRun: boolean
  readonly timeoutMs: number | null
}

/** The reply to a change, a wait or a question of health: `ok`, and why, one line a service that is not as asked. */
export interface OutcomeReply {
  readonly ok: boolean
  readonly reasons: readonly string[]
  /** Time was up: it may still come about. */
  readonly late?: true
}

/** The reply to a change. */
export interface ChangeReply extends OutcomeReply {
  /** Names of services that are stopped or restarted along with those, in the order of the file. */
  readonly also: readonly string[]
}

/** What `GET /v1/logs` tells, one a line: by `event` a mark is told from a line. */
export type LogEntry = LogLine | LogMark

/** One line of a service's output, or of the supervisor's own words; `at` is ms since 1970. */
export interface LogLine {
  readonly at: number
  readonly service: string
  /** The number of the run that wrote it; 0 for the supervisor. */
  readonly run: number
  readonly stream: Stream
  readonly text: string
}

/** Where a run began, and how it ended. */
export type LogMark = Pick<LogLine, 'at' | 'service' | 'run'> & Mark

/** Stands in a stream where a client was told nothing, because it read more slowly than lines came. */
export interface Missed {
  /** How many lines. */
  readonly missed: number
}

/** A refusal: the HTTP status and a text that says why and what is allowed. */
export interface ControlError {
  readonly status: 400 | 403 | 404 | 405 | 408 | 409 | 413 | 417 | 431 | 500 | 503
  readonly message: string
}
