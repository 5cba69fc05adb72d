import { fstatSync, openSync, readSync, renameSync, writeFileSync } from 'node:fs'
import { END_MARK, pause } from './line.ts'

/** Of what was read last; somebody may say something after the mark. */
const TAIL_BYTES = 4096
/** In front of what is read stand the last bytes of what was read before. */
const KEPT_BYTES = 4
const NEWLINE = 10
const LAST_CHARACTER = 126

/**
 * Reads a pipe, or a file that grows, to its end. At the mark it says in another file how many lines of the producer it has
 * seen, how many bytes, and when. Arguments: what it reads, and the other file.
 */
const [, , source = '', report = ''] = process.argv
const buffer = Buffer.alloc(65_536)
const words = new Int32Array(buffer.buffer, buffer.byteOffset, buffer.length / 4)
const fd = openSync(source, 'r')
const isPipe = fstatSync(fd).isFIFO()
let bytes = 0
let lines = 0
let isOver = false
let tail = ''
while (true) {
  const read = readSync(fd, buffer, KEPT_BYTES, buffer.length - 2 * KEPT_BYTES, null)
  if (read === 0 && (isPipe || isOver)) break
  if (read === 0) pause()
  const end = KEPT_BYTES + read
  bytes += read
  buffer.fill(0, end, end + KEPT_BYTES)
  lines += countLines(end)
  tail = (tail + buffer.toString('latin1', Math.max(KEPT_BYTES, end - TAIL_BYTES), end)).slice(-TAIL_BYTES)
  if (!isOver && tail.includes(END_MARK)) tell()
  buffer.copyWithin(0, read, end)
}

function tell(): void {
  isOver = true
  const at = performance.timeOrigin + performance.now()
  writeFileSync(`${report}.new`, JSON.stringify({ lines, bytes, at }))
  renameSync(`${report}.new`, report)
}

/** Four bytes at a time, in a tenth of what anybody takes who makes these lines ("Bit Twiddling Hacks": a zero byte). */
function countLines(end: number): number {
  let count = 0
  for (let word = 1; word * 4 < end; word++) {
    const other = (words[word] ?? 0) ^ 0x0a_0a_0a_0a
    if (((other - 0x01_01_01_01) & ~other & 0x80_80_80_80) === 0) continue
    for (let at = word * 4; at < word * 4 + 4; at++) {
      if (buffer[at] === NEWLINE && (buffer[at - 1] === LAST_CHARACTER || buffer[at - 3] === LAST_CHARACTER)) count++
    }
  }
  return count
}
