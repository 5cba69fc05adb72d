import type { ServerResponse } from 'node:http'
import type { StreamReply } from '../core/control/exchange.ts'

/** What may wait in memory for a client that reads a stream slowly, beside what was there when it began. */
const MAX_BACKLOG_BYTES = 1024 * 1024
/** How much is made at once of what there was before. */
const PIECE_LENGTH = 64 * 1024

/** Streams that still tell what there was before; each with what makes it end after that. */
const telling = new WeakMap<ServerResponse, () => void>()

/** Sends lines, at first those that there were before, as fast as the client reads them, and then each as it comes. */
export function sendStream(response: ServerResponse, reply: StreamReply): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson', connection: 'close' })
  // Headers go at once: a client that follows may wait long for the first line.
  response.flushHeaders()
  let isLast = false
  let limit = Infinity
  // Lines that come together go out together: each write costs as much as a hundred lines.
  let gathered = ''
  const send = (): void => {
    if (telling.has(response) || isOver(response)) return
    if (gathered !== '') response.write(gathered)
    gathered = ''
    if (isLast) response.end()
  }
  const gather = (line: object): void => {
    if (gathered === '') queueMicrotask(send)
    gathered += asText(line)
  }
  const end = (): void => {
    isLast = true
    send()
  }
  // `writableLength` of the response, not of its socket: Node 26 gathers a turn's writes before the socket has them.
  const backlog = (): number => response.writableLength + gathered.length
  const cancel = reply.start({
    begin: (lines) => {
      telling.set(response, end)
      tellPast(response, lines[Symbol.iterator](), send)
    },
    write: (line) => {
      if (isLast || isOver(response)) return false
      gather(line)
      if (backlog() <= limit) return true
      gather({ message: 'dropped: this client reads more slowly than lines come' })
      end()
      return false
    },
    end,
  })
  limit = backlog() + MAX_BACKLOG_BYTES
  response.once('close', () => {
    isLast = true
    cancel()
  })
}

/**
 * Ends a stream; one that still tells what there was before goes on with that, and ends then.
 *
 * @returns Whether all of it is on its way.
 */
export function endStream(response: ServerResponse): boolean {
  const end = telling.get(response)
  if (end === undefined) response.end()
  else end()
  return end === undefined
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
  telling.delete(response)
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
