import type { Stream } from '../machine.ts'
import { countNewlines } from './count-newlines.ts'
import type { Mark } from './mark.ts'

/** How much of a service's output is remembered. */
export interface TailLimits {
  /** Marks count as lines. */
  readonly maxLines: number
  /** Of the remembered lines with their newlines. */
  readonly maxBytes: number
}

/** What is remembered of all together: a line takes some 250 bytes besides its text. */
const OF_ALL: TailLimits = { maxLines: 65_536, maxBytes: 16 * 1024 * 1024 }

/** What is told of all together: making and writing this takes some 20 ms, in which nothing else happens. */
const OF_ANSWER: TailLimits = { maxLines: 16_384, maxBytes: 4 * 1024 * 1024 }

/** How much is remembered of each of some services: as much as its settings say, and its share at most. */
export function tailLimits(services: number, { maxLines, maxBytes }: TailLimits): TailLimits {
  const share = shareOf(OF_ALL, services)
  return { maxLines: Math.min(share.maxLines, maxLines), maxBytes: Math.min(share.maxBytes, maxBytes) }
}

/** How much is told of each of some services in one answer. */
export function answerLimits(services: number): TailLimits {
  return shareOf(OF_ANSWER, services)
}

function shareOf(all: TailLimits, services: number): TailLimits {
  const share = (limit: number): number => Math.floor(limit / Math.max(services, 1))
  return { maxLines: share(all.maxLines), maxBytes: share(all.maxBytes) }
}

/**
 * Whole lines that came together, as the service wrote them. A last line need not have a newline: a raw log is given none.
 */
export interface LineChunk {
  /** When they came, monotonic ms: their order stays theirs when somebody sets the clock. */
  readonly at: number
  /** The run that wrote them; 0 for the supervisor's own words. */
  readonly run: number
  readonly stream: Stream
  readonly bytes: Uint8Array
}

/** What stands between the lines of two runs. */
export interface MarkAt {
  readonly at: number
  readonly run: number
  readonly mark: Mark
}

/** What is wanted of a tail: the last lines between two instants, and at most twice as many marks. */
export interface Wanted extends TailLimits {
  readonly from: number
  readonly to: number
}

/** The last lines of a service, and the marks between them. */
export interface Tail {
  /** Copies the bytes of a chunk. */
  readonly push: (entry: LineChunk | MarkAt) => void
  /**
   * The last lines within these limits and the tail's own, oldest first, with the marks that came after the first of them:
   * as chunks that share their bytes with the tail, so that however many ask, little is made before it is wanted.
   */
  readonly last: (wanted: Wanted) => readonly (LineChunk | MarkAt)[]
}

/** Bytes to text; what is not UTF-8 becomes U+FFFD. */
export type Decode = (bytes: Uint8Array) => string

const NEWLINE = 10
const NOTHING = new Uint8Array(0)
const MARK_BYTES = 16

/** Above this what is dropped is worth being used again. */
const LARGE_BYTES = 4096

/**
 * A tail that costs little while nobody asks: chunks are kept as they are, and split into lines on demand. In a flood each
 * takes the memory of the one that it displaces.
 *
 * Every chunk holds a line or more, so as many entries as `maxLines` hold enough.
 */
export function createTail(limits: TailLimits): Tail {
  const kept: Kept[] = []
  let size = 0
  let spare: Uint8Array = NOTHING

  function dropOldest(): void {
    const oldest = kept.shift()
    size -= sizeOf(oldest?.entry)
    if (oldest !== undefined && oldest.room.length > LARGE_BYTES) spare = oldest.room
  }

  /** A flood comes in few chunks, each a large part of all that is remembered: of the oldest what fits is kept. */
  function makeRoom(bytes: number): void {
    while (kept.length > 0 && size + bytes > limits.maxBytes) {
      const oldest = kept[0]
      const rest = restOf(oldest?.entry, size + bytes - limits.maxBytes)
      if (oldest === undefined || rest === null) {
        dropOldest()
        continue
      }
      size -= sizeOf(oldest.entry) - sizeOf(rest)
      oldest.entry = rest
    }
    while (kept.length >= limits.maxLines) dropOldest()
  }

  /** Some more than is needed: the next chunk may be a little larger. */
  function roomFor(bytes: number): Uint8Array {
    if (bytes <= LARGE_BYTES) return new Uint8Array(bytes)
    const room = spare
    spare = NOTHING
    return room.length >= bytes && room.length <= 2 * bytes ? room : new Uint8Array(bytes + LARGE_BYTES)
  }

  function copy(chunk: LineChunk): Kept {
    const room = roomFor(chunk.bytes.length)
    room.set(chunk.bytes)
    return { entry: { ...chunk, bytes: room.subarray(0, chunk.bytes.length) }, room }
  }

  return {
    push(entry) {
      const wanted = 'mark' in entry ? entry : cutToSize(entry, limits.maxBytes)
      const bytes = sizeOf(wanted)
      if (bytes === 0) return
      makeRoom(bytes)
      kept.push('mark' in wanted ? { entry: wanted, room: NOTHING } : copy(wanted))
      size += bytes
    },
    last: (wanted) => lastOf(kept, { ...wanted, maxLines: Math.min(wanted.maxLines, limits.maxLines) }),
  }
}

interface Kept {
  entry: LineChunk | MarkAt
  /** What its bytes stand in; empty when that is not to be used again. */
  room: Uint8Array
}

function lastOf(kept: readonly Kept[], { maxLines, maxBytes, from, to }: Wanted): readonly (LineChunk | MarkAt)[] {
  const newestFirst: (LineChunk | MarkAt)[] = []
  let linesLeft = maxLines
  // Each run has two: of one that says nothing there is no line to end with.
  let marksLeft = 2 * linesLeft
  let bytesLeft = maxBytes
  for (const each of kept.toReversed()) {
    const { entry } = each
    if (Math.min(linesLeft, marksLeft, bytesLeft) <= 0 || entry.at < from) break
    if (entry.at > to) continue
    if ('mark' in entry) {
      newestFirst.push(entry)
      marksLeft -= 1
      continue
    }
    // Somebody else has it now.
    each.room = NOTHING
    const chunk = cutToSize(entry, bytesLeft)
    // Nothing that is older may stand after a gap.
    bytesLeft = chunk === entry ? bytesLeft - chunk.bytes.length : 0
    const starts = startsOf(chunk)
    if (starts.length > 0) newestFirst.push(cutTo(chunk, starts.at(-linesLeft) ?? 0))
    linesLeft -= starts.length
  }
  return newestFirst.toReversed()
}

/** The lines of a chunk as text, without line end. Decoded as a whole: a line by itself takes three times as long. */
export function linesOf({ bytes }: LineChunk, decode: Decode): readonly string[] {
  const lines = decode(bytes).split('\n')
  // What stands behind the last newline, which is nothing but in a raw log, is not yet at its end.
  const rest = lines.pop() ?? ''
  const whole = lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
  return rest === '' ? whole : [...whole, rest]
}

/** How many lines a chunk has. */
export function countLines({ bytes }: LineChunk): number {
  const isOpen = bytes.length > 0 && bytes.at(-1) !== NEWLINE
  return countNewlines(bytes) + (isOpen ? 1 : 0)
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

/** What a mark says in words counts as its bytes; the smallest takes as much as a short line. */
function sizeOf(entry: LineChunk | MarkAt | undefined): number {
  if (entry === undefined) return 0
  if ('bytes' in entry) return entry.bytes.length
  return MARK_BYTES + (entry.mark.event === 'not-started' ? entry.mark.reason.length : 0)
}

/** What is left without so many bytes; null: nothing. */
function restOf(entry: LineChunk | MarkAt | undefined, bytes: number): LineChunk | null {
  if (entry === undefined || 'mark' in entry) return null
  const rest = cutBy(entry, bytes)
  return rest.bytes.length > 0 ? rest : null
}

function cutToSize(chunk: LineChunk, maxBytes: number): LineChunk {
  return chunk.bytes.length <= maxBytes ? chunk : cutBy(chunk, chunk.bytes.length - maxBytes)
}

/** Without its first lines, of so many bytes at least. */
function cutBy(chunk: LineChunk, bytes: number): LineChunk {
  const newline = chunk.bytes.indexOf(NEWLINE, bytes - 1)
  return cutTo(chunk, newline < 0 ? chunk.bytes.length : newline + 1)
}

function cutTo(chunk: LineChunk, start: number): LineChunk {
  return start === 0 ? chunk : { ...chunk, bytes: chunk.bytes.subarray(start) }
}
