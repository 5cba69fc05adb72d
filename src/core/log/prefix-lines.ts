import { countNewlines } from './count-newlines.ts'
import { bytesBefore, newlinesIn } from './four-bytes.ts'
import type { Room } from './room.ts'

const NEWLINE = 10
/** A prefix is copied four bytes at a time, the last ones over what comes after it. */
const SLACK_BYTES = 3

/**
 * Puts something before each line.
 *
 * By hand, four bytes at a time: 100-byte lines in 64 KiB chunks take 0.4 CPU seconds a GB on Node 20, 0.3 on Node 24, where
 * `copyWithin` for each line takes 0.8, and `replaceAll` on text of a chunk 0.6, with all of it on the collected heap.
 *
 * @param lines Whole lines, each with its newline.
 * @returns What stays as it is until the room is used again.
 */
export function prefixLines(lines: Uint8Array, prefix: Uint8Array, room: Room): Uint8Array {
  const worst = lines.length * (prefix.length + 1) + SLACK_BYTES
  const exact = (): number => lines.length + prefix.length * countNewlines(lines) + SLACK_BYTES
  return room(worst, exact, (out) => put(out, lines, prefix))
}

function put(out: Uint8Array, lines: Uint8Array, prefix: Uint8Array): number {
  const from = new DataView(lines.buffer, lines.byteOffset, lines.length)
  const to = new DataView(out.buffer, out.byteOffset, out.length)
  const lastFour = lines.length - 4
  out.set(prefix)
  let read = 0
  let written = 0
  while (read < lines.length) {
    // The first one is at the beginning.
    for (let at = 0; at < prefix.length; at += 4) to.setInt32(written + at, to.getInt32(at, true), true)
    written += prefix.length
    let found = 0
    for (; read <= lastFour; read += 4, written += 4) {
      const four = from.getInt32(read, true)
      to.setInt32(written, four, true)
      found = newlinesIn(four)
      if (found !== 0) break
    }
    if (found !== 0) {
      const rest = bytesBefore(found) + 1
      read += rest
      written += rest
      continue
    }
    let byte = 0
    do out[written++] = byte = lines[read++] ?? NEWLINE
    while (byte !== NEWLINE)
  }
  return written
}
