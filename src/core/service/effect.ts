import type { SignalName } from '../config/signal.ts'
import type { HookName, ServiceTimer } from './event.ts'

/**
 * What is to be done for one service; whatever comes of it returns as an event of the same run. What is taken back may
 * be over already, or never have begun: that is harmless.
 */
export type ServiceEffect =
  | { readonly kind: 'spawn'; readonly run: number }
  /** Starts asking, or reading along, until it is ready. */
  | { readonly kind: 'watch-readiness'; readonly run: number }
  | { readonly kind: 'unwatch-readiness'; readonly run: number }
  /** Asks the healthcheck's question once; answered by `health-checked`. */
  | { readonly kind: 'check-health'; readonly run: number }
  /** Takes back a question that is under way, and kills what it has started. */
  | { readonly kind: 'cancel-health-check'; readonly run: number }
  /** Runs the hook's commands one after another; answered by `hook-ended`. */
  | { readonly kind: 'run-hook'; readonly run: number; readonly hook: HookName }
  | { readonly kind: 'cancel-hook'; readonly run: number }
  /** Answered by `main-process-changed` when the process is one of the run's, else by nothing. */
  | { readonly kind: 'follow-main-process'; readonly run: number; readonly pid: number }
  /** Answered by `memory-measured`. */
  | { readonly kind: 'measure-memory'; readonly run: number }
  /** Waits for the next time of its schedule; answered by `schedule-due`. */
  | { readonly kind: 'await-schedule' }
  | { readonly kind: 'cancel-schedule' }
  | { readonly kind: 'signal'; readonly run: number; readonly signal: SignalName; readonly scope: 'process' | 'group' }
  /** Kills all that is left of the run. */
  | { readonly kind: 'clear'; readonly run: number }
  /** A timer of the same name that runs is replaced. */
  | { readonly kind: 'start-timer'; readonly run: number; readonly timer: ServiceTimer; readonly afterMs: number }
  | { readonly kind: 'cancel-timer'; readonly timer: ServiceTimer }
