import type { Exit } from './exit.ts'

/** What can happen to one service. What comes of a run carries its number. */
export type ServiceEvent =
  /** Somebody wants it up again; the back-off starts anew. */
  | { readonly kind: 'start-requested' }
  /** All conditions on others hold. */
  | { readonly kind: 'dependencies-met' }
  | { readonly kind: 'stop-requested' }
  /** No more patience: end it at once. */
  | { readonly kind: 'kill-requested' }
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
  | { readonly kind: 'exited'; readonly run: number; readonly exit: Exit }
  /** Nothing of the run is alive any more. */
  | { readonly kind: 'cleared'; readonly run: number }
  | { readonly kind: 'timer-expired'; readonly run: number; readonly timer: ServiceTimer }

/** The timers of a service; each belongs to the state that started it. */
export type ServiceTimer = 'start-timeout' | 'ready-delay' | 'grace-period' | 'restart-delay'

/** When an event happened, monotonic ms, and a chance from 0 up to 1 for what jitter it may decide. */
export interface Moment {
  readonly at: number
  readonly chance: number
}
