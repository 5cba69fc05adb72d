import { countNewlines } from './count-newlines.ts'
import type { Room } from './room.ts'

const NEWLINE = 10

/**
 * Puts something before each line.
 *
 * By hand, four bytes at a time: 100-byte lines in 64 KiB chunks, Node 20 and 24, take 0.4 to 0.5 CPU seconds a GB,
 * where `copyWithin` for each takes 0.7, and `replaceAll` on text of a chunk 0.5, with all of it on the collected heap.
 *
 * @param lines Whole lines, each with its newline.
 * @returns What stays as it is until the room is used again.
 */
export function prefixLines(lines: Uint8Array, prefix: Uint8Array, room: Room): Uint8Array {
  const worst = lines.length * (prefix.length + 1)
  const exact = (): number => lines.length + prefix.length * countNewlines(lines)
  return room(worst, exact, (out) => put(out, lines, prefix))
}

function put(out: Uint8Array, lines: Uint8Array, prefix: Uint8Array): number {
  const from = new DataView(lines.buffer, lines.byteOffset, lines.length)
  const to = new DataView(out.buffer, out.byteOffset, out.length)
  let read = 0
  let written = 0
  while (read < lines.length) {
    for (let index = 0; index < prefix.length; index++) out[written++] = prefix[index] ?? 0
    for (; read + 4 <= lines.length; read += 4, written += 4) {
      const four = from.getInt32(read, true)
      if (hasNewline(four)) break
      to.setInt32(written, four, true)
    }
    let byte = 0
    do out[written++] = byte = lines[read++] ?? NEWLINE
    while (byte !== NEWLINE)
  }
  return written
}

/** Whether one of four bytes is a newline ("Bit Twiddling Hacks": determine if a word has a zero byte). */
function hasNewline(four: number): boolean {
  const zero = four ^ 0x0a_0a_0a_0a
  return ((zero - 0x01_01_01_01) & ~zero & 0x80_80_80_80) !== 0
}
