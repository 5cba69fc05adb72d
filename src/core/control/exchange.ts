import type { Cancel } from '../machine.ts'

/** A request as it came over the socket, before anything is known of its meaning. */
export interface RawRequest {
  readonly method: string
  /** The path alone, such as `/v1/status`. */
  readonly path: string
  /** The query, decoded, in the order given; a key may come several times. */
  readonly query: readonly (readonly [key: string, value: string])[]
  readonly body: string
}

/** What a request is answered with. */
export type Reply = JsonReply | LaterReply | StreamReply

/** One JSON document, now. */
export interface JsonReply {
  readonly kind: 'json'
  readonly status: number
  /** Whoever made it has dealt with the secrets in it: it is sent as it is. Absent: they are taken out. */
  readonly isRedacted?: true
  /** A refusal has the shape of `ControlError`. */
  readonly body: object
}

/** One JSON document, once something has come about; the cancel is called when the client has gone before. */
export interface LaterReply {
  readonly kind: 'later'
  /** Nothing has to happen for it, it only takes a moment; absent: it may take for ever, and takes nobody's turn. */
  readonly isBrief?: true
  readonly start: (answer: (reply: JsonReply) => void) => Cancel
}

/**
 * JSON documents, one a line, for as long as there are any; the cancel is called when the client has gone before.
 *
 * What is written while `start` runs is taken whatever its size. After that a client that does not keep up misses some,
 * and is told how many (`Missed`).
 */
export interface StreamReply {
  readonly kind: 'stream'
  /** As of `LaterReply`: it ends by itself once it is read. */
  readonly isBrief?: true
  readonly start: (sink: LineSink) => Cancel
}

/** Where the lines of a stream go. */
export interface LineSink {
  /**
   * Takes the lines that there are already, before anything is written: each is asked for when the client has read most of
   * those before it, so that one that reads nothing takes no memory.
   */
  readonly begin: (lines: Iterable<object>) => void
  /** @returns False when nobody reads any more: the client has gone or was dropped. */
  readonly write: (line: object) => boolean
  /** The same for several. */
  readonly writeAll: (lines: Batch) => boolean
  readonly end: () => void
}

/** Lines that come together, for any number of clients: they are made once, and only if one of them keeps up. */
export interface Batch {
  readonly count: number
  /** JSON documents, each with a newline. */
  readonly text: () => string
}
