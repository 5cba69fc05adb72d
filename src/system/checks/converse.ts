import type { Endpoint } from '../../core/config/model.ts'
import type { ProbeResult } from '../../core/machine.ts'
import { type Check, failed } from './check.ts'
import { dial } from './dial.ts'

/** A question put over one connection, and the judge of the answer. */
export interface Conversation {
  readonly at: Endpoint
  /** Whom we talk to, in words: begins the `why` of a failure. */
  readonly place: string
  /** What we say once connected. */
  readonly opening: Uint8Array
  /** Judges all that was heard so far, however it was cut into packets; null: more has to come. */
  readonly judge: (heard: Buffer) => Verdict | null
}

/** What an answer means, and the bytes, if any, to take leave with. */
export interface Verdict {
  readonly result: ProbeResult
  readonly farewell: Uint8Array | null
}

/** More than any answer to a greeting; what says more speaks something else. */
const MAX_HEARD_BYTES = 64 * 1024

/** Holds the conversation: connects, says the opening and listens until the judge knows. */
export function converse({ at, place, opening, judge }: Conversation): Check {
  return (settle) => {
    let heard = Buffer.alloc(0)
    const socket = dial(at, {
      connected: () => socket.write(opening),
      lost: settle,
    })
    socket.on('data', (chunk) => {
      heard = Buffer.concat([heard, chunk])
      const verdict = judge(heard) ?? (heard.length > MAX_HEARD_BYTES ? tooLong(place) : null)
      if (verdict === null) return
      // libuv tries to write at once, so these few bytes are out before settling closes the socket.
      if (verdict.farewell !== null) socket.write(verdict.farewell)
      settle(verdict.result)
    })
    socket.on('end', () => settle(failed(`${place}: closed the connection without an answer`)))
    return () => {
      socket.destroy()
    }
  }
}

/** The verdict on an answer in another language; shows how it begins. */
export function notUnderstood(place: string, heard: Buffer): Verdict {
  const [line = ''] = heard.toString('latin1', 0, 200).split(/[\r\n]/, 1)
  const shown = line.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 60)
  return { result: failed(`${place}: does not speak its protocol, answers "${shown}"`), farewell: null }
}

function tooLong(place: string): Verdict {
  return { result: failed(`${place}: does not come to an end with its answer`), farewell: null }
}
