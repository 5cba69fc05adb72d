import type { ServerResponse } from 'node:http'
import type { Batch, StreamReply } from '../core/control/exchange.ts'
import type { Missed } from '../core/protocol.ts'

/** What may wait in memory for a client that reads a stream slowly, beside what was there when it began. */
const MAX_BACKLOG_BYTES = 1024 * 1024
/** How much is made at once of what there was before. */
const PIECE_LENGTH = 64 * 1024

/** What ends a stream; it gives whether all of it is on its way. */
const endings = new WeakMap<ServerResponse, () => boolean>()

/** Sends lines, at first those that there were before, as fast as the client reads them, and then each as it comes. */
export function sendStream(response: ServerResponse, reply: StreamReply): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson', connection: 'close' })
  // Headers go at once: a client that follows may wait long for the first line.
  response.flushHeaders()
  const news = gatherFor(response)
  let isTelling = false
  let isLast = false
  let limit = Infinity
  let missed = 0
  const send = (): void => {
    if (isTelling) return
    news.send()
    if (isLast && !isOver(response)) response.end()
  }
  const catchUp = (): void => {
    if (missed > 0) news.add(lineOf({ missed } satisfies Missed), send)
    missed = 0
  }
  const take = (count: number, text: () => string): boolean => {
    if (isLast || isOver(response)) return false
    // Who has missed one misses all until he has read what waits for him: he is told once of all of them.
    if (missed > 0 || news.backlog() > limit) missed += count
    else news.add(text(), send)
    return true
  }
  const end = (): boolean => {
    isLast = true
    catchUp()
    send()
    return !isTelling
  }
  const begin = (lines: Iterable<object>): void => {
    isTelling = true
    tellPast(response, lines[Symbol.iterator](), () => {
      isTelling = false
      send()
    })
  }
  endings.set(response, end)
  response.on('drain', () => {
    if (news.backlog() <= limit) catchUp()
  })
  const write = (line: object): boolean => take(1, () => lineText(line))
  const writeAll = (lines: Batch): boolean => take(lines.count, () => textOf(lines))
  const cancel = reply.start({ begin, write, writeAll, end })
  limit = news.backlog() + MAX_BACKLOG_BYTES
  response.once('close', () => {
    isLast = true
    cancel()
  })
}

interface Gathered {
  /** @param send Called soon: then what has come until then can go. */
  readonly add: (text: string, send: () => void) => void
  readonly send: () => void
  /** How much waits to be read. */
  readonly backlog: () => number
}

/** Lines that come together go out together: each write costs as much as a hundred lines. */
function gatherFor(response: ServerResponse): Gathered {
  let gathered = ''
  return {
    add: (text, send) => {
      if (gathered === '') queueMicrotask(send)
      gathered += text
    },
    send: () => {
      if (isOver(response)) return
      if (gathered !== '') response.write(gathered)
      gathered = ''
    },
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
  return endings.get(response)?.() ?? true
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
    piece += lineOf(next.value)
  }
  return piece
}

function lineOf(document: object): string {
  return `${JSON.stringify(document)}\n`
}

/** All who follow are told of the same one after another, so that it is made once. */
const lineText = rememberLast(lineOf)
const textOf = rememberLast((lines: Batch) => lines.make().map(lineOf).join(''))

function rememberLast<T extends object>(make: (from: T) => string): (from: T) => string {
  let last: T | null = null
  let text = ''
  return (from) => {
    if (from !== last) [last, text] = [from, make(from)]
    return text
  }
}
