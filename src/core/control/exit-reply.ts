import type { SignalName } from '../config/signal.ts'

/** How a run has ended: one of the two is null. */
export interface ExitReply {
  readonly code: number | null
  readonly signal: SignalName | null
}
