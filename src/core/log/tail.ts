import type { Stream } from '../machine.ts'
import type { LogLine } from '../protocol.ts'

/** How much of a service's output is remembered. */
export interface TailLimits {
  readonly maxLines: number
  /** Of the remembered lines with their prefixes. */
  readonly maxBytes: number
}

/** 1000 lines, 256 KiB. */
export const DEFAULT_TAIL_LIMITS: TailLimits = { maxLines: 1000, maxBytes: 262_144 }

/** Whole lines that came together; `bytes` is kept, not copied, and each line in it begins with the same prefix. */
export interface LineChunk {
  /** When they came, ms since 1970. */
  readonly at: number
  readonly stream: Stream
  readonly bytes: Uint8Array
  readonly prefixBytes: number
}

/** One line, without prefix and line end. */
type TailLine = Omit<LogLine, 'service'>

/** The last lines of a service. */
export interface Tail {
  readonly push: (chunk: LineChunk) => void
  /** The last `count` lines, oldest first, at most `maxLines`. */
  readonly last: (count: number) => readonly TailLine[]
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
    last(count) {
      const wanted = Math.min(count, limits.maxLines)
      const newestFirst: (readonly TailLine[])[] = []
      let found = 0
      for (let index = chunks.length - 1; index >= 0 && found < wanted; index--) {
        const chunk = chunks[index]
        if (chunk === undefined) break
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
