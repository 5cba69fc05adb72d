import type { Stream } from '../machine.ts'

/** How much of a service's output is remembered. */
export interface TailLimits {
  readonly maxLines: number
  /** Of the remembered lines with their newlines. */
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

/**
 * Whole lines that came together, as the service wrote them; `bytes` is kept, not copied. A last line need not have a
 * newline: a raw log is given none.
 */
export interface LineChunk {
  /** When they came, monotonic ms: their order stays theirs when somebody sets the clock. */
  readonly at: number
  readonly stream: Stream
  readonly bytes: Uint8Array
}

/** The last lines of a service. */
export interface Tail {
  readonly push: (chunk: LineChunk) => void
  /**
   * The last lines within these limits and the tail's own, oldest first: as chunks that share their bytes with the tail, so
   * that however many ask, little is made before it is wanted.
   */
  readonly last: (limits: TailLimits) => readonly LineChunk[]
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
export function createTail(limits: TailLimits): Tail {
  const chunks: LineChunk[] = []
  let size = 0
  return {
    push(chunk) {
      const cut = cutToSize(chunk, limits.maxBytes)
      if (cut.bytes.length === 0) return
      // A copy, so that what was cut off is not held.
      const kept = cut === chunk ? chunk : { ...cut, bytes: cut.bytes.slice() }
      chunks.push(kept)
      size += kept.bytes.length
      while (size > limits.maxBytes || chunks.length > limits.maxLines) size -= chunks.shift()?.bytes.length ?? 0
    },
    last({ maxLines, maxBytes }) {
      const newestFirst: LineChunk[] = []
      let linesLeft = Math.min(maxLines, limits.maxLines)
      let bytesLeft = maxBytes
      for (let index = chunks.length - 1; index >= 0 && linesLeft > 0 && bytesLeft > 0; index--) {
        const whole = chunks[index]
        if (whole === undefined) break
        const chunk = cutToSize(whole, bytesLeft)
        // Nothing that is older may stand after a gap.
        bytesLeft = chunk === whole ? bytesLeft - chunk.bytes.length : 0
        const starts = startsOf(chunk)
        if (starts.length > 0) newestFirst.push(cutTo(chunk, starts.at(-linesLeft) ?? 0))
        linesLeft -= starts.length
      }
      return newestFirst.toReversed()
    },
  }
}

/** The lines of a chunk as text, without line end. */
export function linesOf(chunk: LineChunk, decode: Decode): readonly string[] {
  const { bytes } = chunk
  const starts = startsOf(chunk)
  return starts.map((start, index) => {
    const next = starts[index + 1] ?? bytes.length
    const end = bytes[next - 1] === NEWLINE ? next - 1 : next
    const hasReturn = end > start && end < next && bytes[end - 1] === CARRIAGE_RETURN
    return decode(bytes.subarray(start, hasReturn ? end - 1 : end))
  })
}

/** Where the lines of a chunk begin. */
function startsOf({ bytes }: LineChunk): readonly number[] {
  const starts: number[] = []
  for (let start = 0; start < bytes.length;) {
    starts.push(start)
    const newline = bytes.indexOf(NEWLINE, start)
    start = newline < 0 ? bytes.length : newline + 1
  }
  return starts
}

function cutToSize(chunk: LineChunk, maxBytes: number): LineChunk {
  if (chunk.bytes.length <= maxBytes) return chunk
  const newline = chunk.bytes.indexOf(NEWLINE, chunk.bytes.length - maxBytes - 1)
  return cutTo(chunk, newline < 0 ? chunk.bytes.length : newline + 1)
}

function cutTo(chunk: LineChunk, start: number): LineChunk {
  return start === 0 ? chunk : { ...chunk, bytes: chunk.bytes.subarray(start) }
}
