import type { ServerResponse } from 'node:http'
import type { StreamReply } from '../core/control/exchange.ts'

/** What may wait in memory for a client that reads a stream slowly, beside what was there when it began. */
const MAX_BACKLOG_BYTES = 1024 * 1024
/** How much is made at once of what there was before. */
const PIECE_LENGTH = 64 * 1024

/** Streams that are under way. */
const streams = new WeakMap<ServerResponse, Way>()

/** Sends lines, at first those that there were before, as fast as the client reads them, and then each as it comes. */
export function sendStream(response: ServerResponse, reply: StreamReply): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson', connection: 'close' })
  // Headers go at once: a client that follows may wait long for the first line.
  response.flushHeaders()
  const way = createWay(response, reply.missed)
  streams.set(response, way)
  let limit = Infinity
  const hasRoom = (): boolean => way.backlog() <= limit
  response.on('drain', () => hasRoom() && way.tellMissed())
  const cancel = reply.start({
    begin: way.tell,
    write: (line) => {
      if (way.isOver()) return false
      if (!hasRoom()) {
        way.miss()
        return true
      }
      way.tellMissed()
      way.gather(line)
      if (hasRoom() || reply.missed !== undefined) return true
      way.gather({ message: 'dropped: this client reads more slowly than lines come' })
      way.end()
      return false
    },
    end: way.end,
  })
  limit = way.backlog() + MAX_BACKLOG_BYTES
  response.once('close', () => {
    way.end()
    cancel()
  })
}

/** The way of lines to a client. */
interface Way {
  /** Tells what there was before, ahead of everything else. */
  readonly tell: (lines: Iterable<object>) => void
  /** Lines that come together go out together: each write costs as much as a hundred lines. */
  readonly gather: (line: object) => void
  /** Notes that a line is left out, and says of all that were how many. */
  readonly miss: () => void
  readonly tellMissed: () => void
  readonly end: () => void
  readonly isOver: () => boolean
  readonly isTelling: () => boolean
  /** Bytes that wait. */
  readonly backlog: () => number
}

function createWay(response: ServerResponse, asMissed: StreamReply['missed']): Way {
  let isTelling = false
  let isLast = false
  let gathered = ''
  let missed = 0
  const send = (): void => {
    if (isTelling || isOver(response)) return
    if (gathered !== '') response.write(gathered)
    gathered = ''
    if (isLast) response.end()
  }
  const gather = (line: object): void => {
    if (gathered === '') queueMicrotask(send)
    gathered += asText(line)
  }
  const tellMissed = (): void => {
    if (missed > 0 && asMissed !== undefined) gather(asMissed(missed))
    missed = 0
  }
  return {
    tell: (lines) => {
      isTelling = true
      tellPast(response, lines[Symbol.iterator](), () => {
        isTelling = false
        send()
      })
    },
    gather,
    miss: () => (missed += 1),
    tellMissed,
    end: () => {
      tellMissed()
      isLast = true
      send()
    },
    isOver: () => isLast || isOver(response),
    isTelling: () => isTelling,
    // `writableLength` of the response, not of its socket: Node 26 gathers a turn's writes before the socket has them.
    backlog: () => response.writableLength + gathered.length,
  }
}

/**
 * Ends a stream; one that still tells what there was before goes on with that, and ends then.
 *
 * @returns Whether all of it is on its way.
 */
export function endStream(response: ServerResponse): boolean {
  const way = streams.get(response)
  if (way === undefined) response.end()
  else way.end()
  return way?.isTelling() !== true
}

/** Whether nothing can be added any more: its client has gone, or somebody has ended it, as at the supervisor's end. */
export function isOver(response: ServerResponse): boolean {
  return response.destroyed || response.writableEnded
}

function tellPast(response: ServerResponse, lines: Iterator<object>, told: () => void): void {
  while (!response.destroyed) {
    const piece = nextPiece(lines)
    if (piece === '') break
    if (!response.write(piece)) return void response.once('drain', () => tellPast(response, lines, told))
  }
  told()
}

function nextPiece(lines: Iterator<object>): string {
  let piece = ''
  while (piece.length < PIECE_LENGTH) {
    const next = lines.next()
    if (next.done === true) break
    piece += asText(next.value)
  }
  return piece
}

/** One line of a stream; all who follow are told of it one after another, so that it is made once. */
const asText = rememberLast((line) => `${JSON.stringify(line)}\n`)

function rememberLast(make: (line: object) => string): (line: object) => string {
  let last: object | null = null
  let text = ''
  return (line) => {
    if (line !== last) [last, text] = [line, make(line)]
    return text
  }
}
