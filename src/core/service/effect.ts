import type { SignalName } from '../config/signal.ts'
import type { ServiceTimer } from './event.ts'

/** What is to be done for one service; whatever comes of it returns as an event of the same run. */
export type ServiceEffect =
  | { readonly kind: 'spawn'; readonly run: number }
  /** Starts asking, or reading along, until it is ready. */
  | { readonly kind: 'watch-readiness'; readonly run: number }
  | { readonly kind: 'unwatch-readiness'; readonly run: number }
  | { readonly kind: 'signal'; readonly run: number; readonly signal: SignalName; readonly scope: 'process' | 'group' }
  /** Kills all that is left of the run. */
  | { readonly kind: 'clear'; readonly run: number }
  | { readonly kind: 'start-timer'; readonly run: number; readonly timer: ServiceTimer; readonly afterMs: number }
  | { readonly kind: 'cancel-timer'; readonly timer: ServiceTimer }
