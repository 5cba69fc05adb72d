import type { SignalName } from '../config/signal.ts'
import type { Exit } from './exit.ts'

/** What can happen to one service. What comes of a run carries its number. */
export type ServiceEvent =
  /** The first of all, for every service: from here on effects are performed. */
  | { readonly kind: 'begun' }
  /** Somebody wants it up again; the back-off starts anew. */
  | { readonly kind: 'start-requested' }
  /** All conditions on others hold. */
  | { readonly kind: 'dependencies-met' }
  | { readonly kind: 'stop-requested' }
  /** No more patience: end it at once. */
  | { readonly kind: 'kill-requested' }
  | { readonly kind: 'reload-requested' }
  | { readonly kind: 'signal-requested'; readonly signal: SignalName }
  /** The time for the next run of its schedule has come. */
  | { readonly kind: 'schedule-due' }
  | RunEvent

/** What comes of a run. */
export type RunEvent =
  | { readonly kind: 'spawned'; readonly run: number; readonly pid: number }
  | { readonly kind: 'spawn-failed'; readonly run: number; readonly message: string; readonly status: 126 | 127 }
  /** What the oneshot creates is there: nothing was spawned. */
  | { readonly kind: 'already-created'; readonly run: number }
  | { readonly kind: 'notified'; readonly run: number; readonly message: string }
  | { readonly kind: 'became-ready'; readonly run: number }
  /** A question for readiness got no good answer yet. */
  | { readonly kind: 'attempt-failed'; readonly run: number; readonly why: string }
  /** A health check got its answer, or could not be asked (null): at most one is asked at a time. */
  | { readonly kind: 'health-checked'; readonly run: number; readonly passed: boolean | null; readonly output: string }
  /** All commands of a hook ended well (`why` is null), or one did not. */
  | { readonly kind: 'hook-ended'; readonly run: number; readonly hook: HookName; readonly why: string | null }
  /** Another process of the run is its main process from now on (`MAINPID`). */
  | { readonly kind: 'main-process-changed'; readonly run: number; readonly pid: number }
  /** What the whole tree takes, resident bytes; null when that could not be read. */
  | { readonly kind: 'memory-measured'; readonly run: number; readonly bytes: number | null }
  | { readonly kind: 'exited'; readonly run: number; readonly exit: Exit }
  /** Nothing of the run is alive any more. */
  | { readonly kind: 'cleared'; readonly run: number }
  | { readonly kind: 'timer-expired'; readonly run: number; readonly timer: ServiceTimer }

/** What comes of a run, without what the run says itself. */
export type ObservedEvent = Exclude<RunEvent, { readonly kind: 'notified' }>

/** The timers of a service; each belongs to the state that started it. */
export type ServiceTimer =
  | 'start-timeout'
  | 'ready-delay'
  | 'grace-period'
  | 'restart-delay'
  | 'health-interval'
  | 'watchdog'
  | 'memory-interval'

/** The commands that are run beside a service. */
export type HookName = 'post-start' | 'pre-stop' | 'stop-command'

/** When an event happened, monotonic ms, and a chance from 0 up to 1 for what jitter it may decide. */
export interface Moment {
  readonly at: number
  readonly chance: number
}
