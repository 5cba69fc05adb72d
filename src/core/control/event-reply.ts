import type { SignalName } from '../config/signal.ts'
import type { Health, StateName, StatusReply } from '../protocol.ts'
import type { ExitReply } from './exit-reply.ts'
import type { Requester } from './requester.ts'

/** One line of `GET /v1/events`; `at` is ms since 1970. */
export type EventReply = { readonly at: number } & News

/** Something that has happened; `reason` is in words and may be empty, `run` is the number of the service's run. */
export type News = StateNews | HealthNews | SpawnedNews | KilledNews | ExitedNews | RequestNews | SupervisorNews

/** A service is in another state, or in the same one for another run. */
export interface StateNews {
  readonly event: 'state'
  readonly service: string
  readonly from: StateName
  readonly to: StateName
  readonly run: number
  /** Of the main process; null when there is none. */
  readonly pid: number | null
  /** How the run has ended, where that is why; else null. */
  readonly exit: ExitReply | null
  readonly reason: string
  /** Who has asked on the control socket that it stops; null: nobody. */
  readonly by: Requester | null
}

/** Its health checks say something else than before. */
export interface HealthNews {
  readonly event: 'health'
  readonly service: string
  readonly from: Health
  readonly to: Health
  readonly run: number
  readonly reason: string
}

/** The main process of a run is there. */
export interface SpawnedNews {
  readonly event: 'spawned'
  readonly service: string
  readonly run: number
  readonly pid: number
}

/** A run was sent SIGKILL. */
export interface KilledNews {
  readonly event: 'killed'
  readonly service: string
  readonly run: number
  readonly pid: number
}

/** The main process of a run is gone. */
export interface ExitedNews {
  readonly event: 'exited'
  readonly service: string
  readonly run: number
  readonly pid: number
  readonly exit: ExitReply | null
}

/** Somebody has asked for something on the control socket. */
export interface RequestNews {
  readonly event: 'request'
  readonly action: 'start' | 'stop' | 'restart' | 'reload' | 'signal' | 'shutdown'
  /** The first hundred; for a shutdown none. */
  readonly services: readonly string[]
  /** Of a signal only. */
  readonly signal: SignalName | null
  readonly by: Requester
}

/** The set has begun, is all as wanted, is that no longer, goes down, or has ended. */
export interface SupervisorNews {
  readonly event: 'supervisor'
  readonly state: StatusReply['state'] | 'ended'
  readonly reason: string
  /** The supervisor's exit status, once it goes down; null before. */
  readonly code: number | null
}
