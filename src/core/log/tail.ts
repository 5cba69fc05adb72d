import type { Stream } from '../machine.ts'
import type { LogLine } from '../protocol.ts'

/** How much of a service's output is remembered. */
export interface TailLimits {
  readonly maxLines: number
  /** Of the remembered lines with their prefixes. */
  readonly maxBytes: number
}

/** What is remembered of one service at most: 1000 lines, 256 KiB. */
const OF_ONE: TailLimits = { maxLines: 1000, maxBytes: 256 * 1024 }

/** What is remembered of all together: a line takes some 250 bytes besides its text. */
const OF_ALL: TailLimits = { maxLines: 65_536, maxBytes: 16 * 1024 * 1024 }

/** What is told of all together: making and writing this takes some 20 ms, in which nothing else happens. */
const OF_ANSWER: TailLimits = { maxLines: 16_384, maxBytes: 4 * 1024 * 1024 }

/** How much is remembered of each of some services. */
export function tailLimits(services: number): TailLimits {
  return shareOf(OF_ALL, services)
}

/** How much is told of each of some services in one answer. */
export function answerLimits(services: number): TailLimits {
  return shareOf(OF_ANSWER, services)
}

function shareOf(all: TailLimits, services: number): TailLimits {
  const share = (limit: number, most: number): number => Math.min(Math.floor(limit / Math.max(services, 1)), most)
  return { maxLines: share(all.maxLines, OF_ONE.maxLines), maxBytes: share(all.maxBytes, OF_ONE.maxBytes) }
}

/** Whole lines that came together; `bytes` is kept, not copied, and each line in it begins with the same prefix. */
export interface LineChunk {
  /** When they came, monotonic ms: their order stays theirs when somebody sets the clock. */
  readonly at: number
  readonly stream: Stream
  readonly bytes: Uint8Array
  readonly prefixBytes: number
}

/** One line, without prefix and line end; `at` as in its chunk. */
type TailLine = Omit<LogLine, 'service'>

/** The last lines of a service. */
export interface Tail {
  readonly push: (chunk: LineChunk) => void
  /** The last lines within these limits and the tail's own, oldest first. */
  readonly last: (limits: TailLimits) => readonly TailLine[]
}

/** Bytes to text; what is not UTF-8 becomes U+FFFD. */
export type Decode = (bytes: Uint8Array) => string

const NEWLINE = 10
const CARRIAGE_RETURN = 13

/**
 * A tail that costs little while nobody asks: chunks are kept as they are, and split into lines on demand.
 *
 * Every chunk holds a line or more, so as many chunks as `maxLines` hold enough.
 */
export function createTail(limits: TailLimits, decode: Decode): Tail {
  const chunks: LineChunk[] = []
  let size = 0
  return {
    push(chunk) {
      const kept = cutToSize(chunk, limits.maxBytes)
      if (kept.bytes.length === 0) return
      chunks.push(kept)
      size += kept.bytes.length
      while (size > limits.maxBytes || chunks.length > limits.maxLines) size -= chunks.shift()?.bytes.length ?? 0
    },
    last({ maxLines, maxBytes }) {
      const wanted = Math.min(maxLines, limits.maxLines)
      const newestFirst: (readonly TailLine[])[] = []
      let found = 0
      let left = maxBytes
      for (let index = chunks.length - 1; index >= 0 && found < wanted && left > 0; index--) {
        const whole = chunks[index]
        if (whole === undefined) break
        const chunk = cutToSize(whole, left)
        // Nothing that is older may stand after a gap.
        left = chunk === whole ? left - chunk.bytes.length : 0
        const lines = linesOf(chunk, decode).map((text) => ({ at: chunk.at, stream: chunk.stream, text }))
        newestFirst.push(lines)
        found += lines.length
      }
      return newestFirst
        .toReversed()
        .flat()
        .slice(Math.max(0, found - wanted))
    },
  }
}

/** The lines of a chunk as text, without prefix and line end. */
export function linesOf(chunk: LineChunk, decode: Decode): readonly string[] {
  const { bytes, prefixBytes } = chunk
  const lines: string[] = []
  let start = 0
  while (start < bytes.length) {
    const end = bytes.indexOf(NEWLINE, start + prefixBytes)
    const textEnd = bytes[end - 1] === CARRIAGE_RETURN && end - 1 >= start + prefixBytes ? end - 1 : end
    lines.push(decode(bytes.subarray(start + prefixBytes, textEnd)))
    start = end + 1
  }
  return lines
}

function cutToSize(chunk: LineChunk, maxBytes: number): LineChunk {
  if (chunk.bytes.length <= maxBytes) return chunk
  const start = chunk.bytes.indexOf(NEWLINE, chunk.bytes.length - maxBytes - 1) + 1
  return { ...chunk, bytes: chunk.bytes.slice(start) }
}
