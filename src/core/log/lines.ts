/** Longest line that is passed on in one piece: 64 KiB, without prefix and newline. */
export const DEFAULT_MAX_LINE_BYTES = 65_536

/**
 * One stream of bytes on its way to become prefixed lines. Calls change it in place: this is the hot path.
 *
 * A line over `maxLineBytes` (at least 4) is split: each piece but the last ends with a backslash, and no piece ends
 * within a UTF-8 character. What a stream becomes depends on its bytes alone, not on how they were cut into chunks.
 */
export interface LineStream {
  readonly prefix: Uint8Array
  readonly maxLineBytes: number
  readonly bench: Workbench
  /** The beginning of a line whose end has not come yet: the first `held` bytes, at most `maxLineBytes`. */
  carry: Uint8Array
  held: number
}

/** Room to work in; nothing in it outlives a call, so that any number of streams can share one. */
export interface Workbench {
  room: Uint8Array
}

const NEWLINE = 10
const BACKSLASH = 92
const NOTHING = new Uint8Array(0)
/** A carry that a long line made larger than twice this is given back. */
const KEPT_CARRY_BYTES = 4096

/** A workbench that grows as needed. */
export function createWorkbench(): Workbench {
  return { room: NOTHING }
}

/** A stream at its beginning. */
export function createLineStream(prefix: Uint8Array, maxLineBytes: number, bench: Workbench): LineStream {
  return { prefix, maxLineBytes, bench, carry: NOTHING, held: 0 }
}

/**
 * Takes the next bytes of a stream.
 *
 * The bytes lie at the far end of the room and move line by line to its near end, each behind its prefix: no object is
 * made for a line. 100-byte lines in 64 KiB chunks, Node 20 and 24: 1.4 GB/s; `set` with a `subarray` a line 0.7,
 * a loop over bytes 0.9, one `replaceAll` on a string 2.4 but with all of it on the collected heap.
 *
 * @returns Whole prefixed lines in an array of their own, empty when none has ended.
 */
export function prefixLines(stream: LineStream, chunk: Uint8Array): Uint8Array {
  const first = chunk.indexOf(NEWLINE)
  const size = stream.held + chunk.length
  if (first < 0 && size <= stream.maxLineBytes) {
    hold(stream, chunk)
    return NOTHING
  }
  const room = roomFor(stream, size)
  let read = room.length - size
  let written = 0
  let end = first < 0 ? -1 : read + stream.held + first
  room.set(stream.carry.subarray(0, stream.held), read)
  room.set(chunk, read + stream.held)
  while (end >= 0) {
    if (end - read > stream.maxLineBytes) [written, read] = writePieces(stream, written, read, end)
    written = writePart(stream, written, read, end + 1)
    read = end + 1
    end = room.indexOf(NEWLINE, read)
  }
  ;[written, read] = writePieces(stream, written, read, room.length)
  stream.held = 0
  hold(stream, room.subarray(read))
  return room.slice(0, written)
}

/** The last line of a stream that ended without a newline, prefixed and with one; empty when there is none. */
export function flushLine(stream: LineStream): Uint8Array {
  if (stream.held === 0) return NOTHING
  const line = new Uint8Array(stream.prefix.length + stream.held + 1)
  line.set(stream.prefix)
  line.set(stream.carry.subarray(0, stream.held), stream.prefix.length)
  line[line.length - 1] = NEWLINE
  stream.held = 0
  stream.carry = NOTHING
  return line
}

/**
 * Room for `size` bytes even when each is a piece of its own: so the near end never overtakes the far one.
 * Most of it is never touched and costs no memory.
 */
function roomFor(stream: LineStream, size: number): Uint8Array {
  const needed = size * (stream.prefix.length + 3)
  if (stream.bench.room.length < needed) stream.bench.room = new Uint8Array(needed)
  return stream.bench.room
}

function writePart(stream: LineStream, written: number, from: number, to: number): number {
  const { prefix } = stream
  const { room } = stream.bench
  // A loop: `set` costs twice as much for so few bytes.
  for (let index = 0; index < prefix.length; index++) room[written + index] = prefix[index] ?? 0
  room.copyWithin(written + prefix.length, from, to)
  return written + prefix.length + to - from
}

function writePieces(stream: LineStream, written: number, from: number, to: number): [number, number] {
  const { room } = stream.bench
  while (to - from > stream.maxLineBytes) {
    const cut = characterStart(room, from + stream.maxLineBytes)
    written = writePart(stream, written, from, cut)
    room[written++] = BACKSLASH
    room[written++] = NEWLINE
    from = cut
  }
  return [written, from]
}

/** Where the UTF-8 character at `index` begins (at most 3 bytes before); `index` itself when that is no UTF-8. */
function characterStart(bytes: Uint8Array, index: number): number {
  for (let start = index; start > index - 4; start--) {
    if (((bytes[start] ?? 0) & 0xc0) !== 0x80) return start
  }
  return index
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
