import type { ServiceEffect } from '../service/effect.ts'
import type { ShutdownCause } from './state.ts'
import type { Message } from './words.ts'

/** What is to be done for the set, in the order in which it stands. */
export type SupervisorEffect =
  | { readonly kind: 'service'; readonly service: string; readonly effect: ServiceEffect }
  /** Something happened that people want to know. */
  | { readonly kind: 'tell'; readonly message: Message }
  | { readonly kind: 'shutdown-began'; readonly cause: ShutdownCause }
  /** `why` in words: `SIGTERM again`. */
  | { readonly kind: 'patience-ended'; readonly why: string }
  | { readonly kind: 'start-shutdown-timer'; readonly afterMs: number }
  | { readonly kind: 'start-command-timer'; readonly afterMs: number }
  | { readonly kind: 'cancel-command-timer' }
  | { readonly kind: 'set-ready-file'; readonly presence: 'present' | 'absent' }
  /** Nothing is alive any more: the supervisor ends with the cause's status. */
  | { readonly kind: 'end'; readonly cause: ShutdownCause }
