import type { Requester } from '../core/control/requester.ts'
import type { JsonReply } from '../core/control/exchange.ts'
import type { Machine } from '../core/machine.ts'
import type { ControlError } from '../core/protocol.ts'
import type { LastLineOf } from '../core/supervisor/look.ts'
import type { EventLog } from './event-log.ts'
import type { Logs } from './logs.ts'
import type { Loop } from './loop.ts'
import type { Supervision } from './supervision.ts'

/** What the control socket needs to answer. */
export interface ControlParts {
  readonly project: string
  readonly loop: Loop & Pick<Supervision, 'nextRunAt' | 'boot' | 'droppedEdges'>
  readonly machine: Machine
  readonly logs: Pick<Logs, 'past' | 'follow' | 'heldBack'>
  readonly events: Pick<EventLog, 'past' | 'follow'>
  /** When a monotonic instant was, ms since 1970: as the logs and the events have it, so that an instant has one date. */
  readonly dateOf: (instant: number) => number
  /** Told of a fault that leaves a request without its answer, or without a part of it. */
  readonly failed: (message: string) => void
  /** Takes the secrets out of a text. */
  readonly redact: (text: string) => string
  /** Variables that are secret because the file says so. */
  readonly secretNames: ReadonlySet<string>
}

/** What answers are made with. */
export interface Desk extends ControlParts {
  readonly lastLineOf: LastLineOf
}

/** The same, for one question. */
export interface AskedDesk extends Desk {
  readonly requester: Requester
}

/** A document as the answer. */
export function json(body: object): JsonReply {
  return { kind: 'json', status: 200, body }
}

/** A refusal as the answer. */
export function refusal(error: ControlError): JsonReply {
  return { kind: 'json', status: error.status, body: error }
}
