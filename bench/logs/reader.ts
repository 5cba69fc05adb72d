import { fstatSync, openSync, readSync, renameSync, writeFileSync } from 'node:fs'
import { END_MARK, pause } from './line.ts'

/** As much as a pipe has by default. */
const READ_BYTES = 65_536
/** In front of what is read stand the last bytes of what was read before: the mark may come in two parts. */
const KEPT_BYTES = 32
/** So far from the end the mark is looked for: somebody may say something after it. */
const TAIL_BYTES = 1024
/** Behind it stand zeros: it is looked at sixteen bytes at a time. */
const SLACK_BYTES = 16
const NEWLINE = 10
const LAST_CHARACTER = 126

/**
 * Reads a pipe, or a file that grows, to its end. At the mark it says in another file how many lines of the producer it has
 * seen, how many bytes, and when. Arguments: what it reads, and the other file.
 */
const [, , source = '', report = ''] = process.argv
const buffer = Buffer.alloc(KEPT_BYTES + READ_BYTES + SLACK_BYTES)
const words = new Int32Array(buffer.buffer, buffer.byteOffset, buffer.length / 4)
const fd = openSync(source, 'r')
const isPipe = fstatSync(fd).isFIFO()
let bytes = 0
let lines = 0
let isOver = false
while (true) {
  const read = readSync(fd, buffer, KEPT_BYTES, READ_BYTES, null)
  if (read === 0 && (isPipe || isOver)) break
  if (read === 0) pause()
  const end = KEPT_BYTES + read
  bytes += read
  buffer.fill(0, end, end + SLACK_BYTES)
  lines += countLines(end)
  if (!isOver && buffer.includes(END_MARK, Math.max(0, end - TAIL_BYTES), 'latin1')) tell()
  buffer.copyWithin(0, read, end)
}

function tell(): void {
  isOver = true
  const at = performance.timeOrigin + performance.now()
  writeFileSync(`${report}.new`, JSON.stringify({ lines, bytes, at }))
  renameSync(`${report}.new`, report)
}

/** Four words at a time: a reader that is slow would be what is measured ("Bit Twiddling Hacks": a zero byte). */
function countLines(end: number): number {
  let count = 0
  for (let word = KEPT_BYTES / 4; word * 4 < end; word += 4) {
    const found =
      newlinesIn(words[word] ?? 0) |
      newlinesIn(words[word + 1] ?? 0) |
      newlinesIn(words[word + 2] ?? 0) |
      newlinesIn(words[word + 3] ?? 0)
    if ((found & 0x80_80_80_80) !== 0) count += countIn(word * 4)
  }
  return count
}

/** Those of sixteen bytes that end a line of the producer, also as JSON. */
function countIn(start: number): number {
  let count = 0
  for (let at = start; at < start + 16; at++) {
    if (buffer[at] === NEWLINE && (buffer[at - 1] === LAST_CHARACTER || buffer[at - 3] === LAST_CHARACTER)) count++
  }
  return count
}

function newlinesIn(word: number): number {
  const newline = word ^ 0x0a_0a_0a_0a
  return (newline - 0x01_01_01_01) & ~newline
}
