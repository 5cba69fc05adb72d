import type { Condition } from '../config/model.ts'
import type { StateName } from '../protocol.ts'

/**
 * What `GET /v1/analyze` answers, and `supervisor analyze --json` prints: how the services that are wanted from the start
 * came up. Times are ms since `since`.
 */
export interface AnalyzeReply {
  readonly name: string
  /** When the process of the supervisor began, ISO 8601. */
  readonly since: string
  /** When this was asked. */
  readonly now_ms: number
  /** The supervisor's own part: when its Node began, and when the first service might start. */
  readonly supervisor: { readonly node_ms: number; readonly begun_ms: number }
  /** When the last service was ready; null where one is not. */
  readonly total_ms: number | null
  /** In the order of the file: those that were asked for, and those on the critical path. */
  readonly services: readonly ServiceStart[]
  /** In order of time: for each of these alone all that follows waited. */
  readonly critical_path: readonly CriticalLink[]
  /** What would make it shorter, where that is evident, in words. */
  readonly advice: readonly string[]
}

/** How one service came up. */
export interface ServiceStart {
  readonly name: string
  readonly type: 'longrun' | 'oneshot'
  /** Where it stands now. */
  readonly state: StateName
  /** Whose change let it start, as the last of all that it waited for; null when it did not have to wait. */
  readonly waited_for: string | null
  /** What had to hold of that one; null also when it is waited for by what stands between the two. */
  readonly condition: Condition | null
  /** From `begun_ms` until its first run was asked for, or until now. */
  readonly waited_ms: number
  /** From then until it was ready, runs that failed included; null when it is not. */
  readonly took_ms: number | null
  /** When it was ready; a oneshot: completed. */
  readonly ready_ms: number | null
  /** Its part of the critical path's time, 0 to 1. */
  readonly share: number
  /** At most eight: the first ones, and the last. */
  readonly runs: readonly StartRun[]
  /** How many before the last are left out. */
  readonly omitted_runs: number
}

/** One run; what has not happened is null. */
export interface StartRun {
  readonly run: number
  readonly asked_ms: number
  readonly spawned_ms: number | null
  /** Null for a oneshot. */
  readonly ready_ms: number | null
  readonly healthy_ms: number | null
  readonly ended_ms: number | null
  readonly outcome: 'completed' | 'failed' | 'stopped' | null
}

/** A part of the critical path; `share` is its part of all of it, 0 to 1. */
export interface CriticalLink {
  readonly service: string
  /** What became of it at its end, which the next one had waited for; null while that has not come. */
  readonly reached: 'started' | 'ready' | 'healthy' | 'completed' | 'failed' | null
  readonly from_ms: number
  readonly to_ms: number
  readonly share: number
}
