import type { SignalName } from '../config/signal.ts'
import type { ServiceEvent } from '../service/event.ts'

/** What can happen to the set. */
export type SupervisorEvent =
  /** The first event of all. */
  | { readonly kind: 'begun' }
  | { readonly kind: 'service'; readonly service: string; readonly event: ServiceEvent }
  | { readonly kind: 'start-requested'; readonly services: readonly string[] }
  | { readonly kind: 'stop-requested'; readonly services: readonly string[] }
  | { readonly kind: 'restart-requested'; readonly services: readonly string[] }
  | { readonly kind: 'reload-requested'; readonly services: readonly string[] }
  | { readonly kind: 'signal-requested'; readonly services: readonly string[]; readonly signal: SignalName }
  | {
      readonly kind: 'shutdown-requested'
      readonly by: string
      readonly status: number
      /** When it is already under way, patience is over (a second SIGTERM or Ctrl-C). */
      readonly insist: boolean
      /** The signal that asks: CMD is told by the same one, since what it makes of it is its own affair. */
      readonly signal?: SignalName
    }
  | { readonly kind: 'shutdown-timeout-expired' }
  | { readonly kind: 'command-timeout-expired' }
  /** The supervisor got a signal that means nothing to itself. */
  | { readonly kind: 'signal-received'; readonly signal: SignalName }
  /** SIGHUP, and the terminal that the supervisor was started on is gone. */
  | { readonly kind: 'terminal-lost' }
