import type { ServerResponse } from 'node:http'
import type { Batch, StreamReply } from '../core/control/exchange.ts'
import { createNews, type News } from './control-news.ts'

/** How much is made at once of what there was before. */
const PIECE_LENGTH = 64 * 1024

const streams = new WeakMap<ServerResponse, News>()

/** Sends lines, at first those that there were before, as fast as the client reads them, and then each as it comes. */
export function sendStream(response: ServerResponse, reply: StreamReply): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson', connection: 'close' })
  // Headers go at once: a client that follows may wait long for the first line.
  response.flushHeaders()
  const news = createNews(response)
  streams.set(response, news)
  const cancel = reply.start({
    begin: (lines) => {
      news.hold()
      tellPast(response, lines[Symbol.iterator](), news.flow)
    },
    write: (line) => news.take(1, () => textOf(line)),
    writeAll: (batch) => news.take(batch.count, () => textOfAll(batch)),
    end: news.end,
  })
  news.limit()
  response.once('close', cancel)
}

/**
 * Ends a stream; one that still tells what there was before goes on with that, and ends then.
 *
 * @returns Whether all of it is on its way.
 */
export function endStream(response: ServerResponse): boolean {
  return streams.get(response)?.end() ?? true
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

function asText(line: object): string {
  return `${JSON.stringify(line)}\n`
}

/** All who follow are told of the same one after another, so that it is made once. */
const textOf = rememberLast(asText)
const textOfAll = rememberLast((batch: Batch) => batch.text())

function rememberLast<T extends object>(make: (from: T) => string): (from: T) => string {
  let last: T | null = null
  let text = ''
  return (from) => {
    if (from !== last) [last, text] = [from, make(from)]
    return text
  }
}
