import type { Room } from './room.ts'

/** Longest line that is passed on in one piece: 64 KiB, without its newline. */
export const DEFAULT_MAX_LINE_BYTES = 65_536

/**
 * One stream of bytes on its way to become whole lines. Calls change it in place: this is the hot path.
 *
 * What a stream becomes depends on its bytes alone, not on how they were cut into chunks.
 */
export interface LineStream {
  /** At least 4. A longer line is split; no piece ends within a UTF-8 character. */
  readonly maxLineBytes: number
  /**
   * `marked`: each piece of a split line but the last ends with a backslash and a newline, and a last line that has no
   * newline gets one. `bare`: no byte is added.
   */
  readonly splits: 'marked' | 'bare'
  /** Where lines are put together; any number of streams can share it. */
  readonly room: Room
  /** The beginning of a line whose end has not come yet: the first `held` bytes, at most `maxLineBytes`. */
  carry: Uint8Array
  held: number
}

const NEWLINE = 10
const NOTHING = new Uint8Array(0)
const LINE_END = Uint8Array.of(NEWLINE)
/** What ends a piece of a line that goes on: a backslash and a newline. */
const MARK = Uint8Array.of(92, NEWLINE)
/** A carry that a long line made larger than twice this is given back. */
const KEPT_CARRY_BYTES = 4096

/** A stream at its beginning. */
export function createLineStream(options: Pick<LineStream, 'maxLineBytes' | 'splits' | 'room'>): LineStream {
  return { ...options, carry: NOTHING, held: 0 }
}

/**
 * Takes the next bytes of a stream.
 *
 * @returns Whole lines, and pieces of split ones; empty when none has ended. They stay as they are for as long as the chunk
 *   does, and until the next call.
 */
export function takeLines(stream: LineStream, chunk: Uint8Array): Uint8Array {
  if (hasLongLine(stream, chunk)) return splitLines(stream, chunk)
  const end = chunk.lastIndexOf(NEWLINE) + 1
  const lines = end === 0 ? NOTHING : join(stream, chunk.subarray(0, end))
  hold(stream, chunk.subarray(end))
  return lines
}

/** What a stream has held back when it ends; empty when that is nothing. */
export function flushLine(stream: LineStream): Uint8Array {
  if (stream.held === 0) return NOTHING
  const line = join(stream, stream.splits === 'marked' ? LINE_END : NOTHING)
  stream.carry = NOTHING
  return line
}

/**
 * Whether a line, as far as it is there, is over the limit. Steps as long as the limit, each back to the last newline
 * within it: of a thousand lines few are looked at.
 */
function hasLongLine({ held, maxLineBytes }: LineStream, chunk: Uint8Array): boolean {
  let start = -held
  while (chunk.length - start > maxLineBytes) {
    const newline = chunk.lastIndexOf(NEWLINE, start + maxLineBytes)
    if (newline < Math.max(start, 0)) return true
    start = newline + 1
  }
  return false
}

function splitLines(stream: LineStream, chunk: Uint8Array): Uint8Array {
  const { maxLineBytes, splits } = stream
  const all = join(stream, chunk)
  const cuts: number[] = []
  let start = 0
  for (let newline = 0; newline >= 0;) {
    newline = all.indexOf(NEWLINE, start)
    const end = newline < 0 ? all.length : newline
    while (end - start > maxLineBytes) {
      start = characterStart(all, start + maxLineBytes)
      cuts.push(start)
    }
    if (newline >= 0) start = newline + 1
  }
  hold(stream, all.subarray(start))
  const lines = all.subarray(0, start)
  return splits === 'marked' ? markAt(lines, cuts) : lines
}

/** Where the UTF-8 character at `index` begins (at most 3 bytes before); `index` itself when that is no UTF-8. */
function characterStart(bytes: Uint8Array, index: number): number {
  for (let start = index; start > index - 4; start--) {
    if (((bytes[start] ?? 0) & 0xc0) !== 0x80) return start
  }
  return index
}

function markAt(bytes: Uint8Array, cuts: readonly number[]): Uint8Array {
  const marked = new Uint8Array(bytes.length + cuts.length * MARK.length)
  let start = 0
  let written = 0
  for (const cut of cuts) {
    marked.set(bytes.subarray(start, cut), written)
    written += cut - start
    marked.set(MARK, written)
    written += MARK.length
    start = cut
  }
  marked.set(bytes.subarray(start), written)
  return marked
}

/** What is held, which it then is no more, and these bytes behind it. */
function join(stream: LineStream, bytes: Uint8Array): Uint8Array {
  const { carry, held } = stream
  if (held === 0) return bytes
  stream.held = 0
  const size = held + bytes.length
  return stream.room(
    size,
    () => size,
    (joined) => {
      joined.set(carry.subarray(0, held))
      joined.set(bytes, held)
      return size
    },
  )
}

function hold(stream: LineStream, bytes: Uint8Array): void {
  const size = stream.held + bytes.length
  if (size > stream.carry.length || (size <= KEPT_CARRY_BYTES && stream.carry.length > 2 * KEPT_CARRY_BYTES)) {
    // Twice the size: a line that comes byte by byte is not copied anew for each.
    const carry = new Uint8Array(Math.min(Math.max(256, size * 2), Math.max(stream.maxLineBytes, size)))
    carry.set(stream.carry.subarray(0, stream.held))
    stream.carry = carry
  }
  stream.carry.set(bytes, stream.held)
  stream.held = size
}
