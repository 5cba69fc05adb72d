import type { SignalName } from '../config/signal.ts'
import type { Requester } from '../control/requester.ts'
import type { ServiceEvent } from '../service/event.ts'

/** What can happen to the set. */
export type SupervisorEvent =
  /** The first event of all. */
  | { readonly kind: 'begun' }
  | { readonly kind: 'service'; readonly service: string; readonly event: ServiceEvent }
  | ForServices
  | {
      readonly kind: 'shutdown-requested'
      /** In words. */
      readonly by: string
      /** Absent: nobody on the control socket. */
      readonly requester?: Requester
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

/** What somebody asks of some services. */
export type ForServices = {
  readonly services: readonly string[]
  /** Absent: nobody on the control socket. */
  readonly requester?: Requester
} & (
  | { readonly kind: 'start-requested' | 'stop-requested' | 'restart-requested' | 'reload-requested' }
  | { readonly kind: 'signal-requested'; readonly signal: SignalName }
)
