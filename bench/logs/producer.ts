import { existsSync, renameSync, writeFileSync, writeSync } from 'node:fs'
import { END_MARK, LINE_BYTES, pause } from './line.ts'

/** As much as a pipe holds by default. */
const CHUNK_BYTES = 65_536

/**
 * A service that writes lines as fast as it can: says in a file that it is there, begins when a second file is there, and
 * ends when a third one is. Arguments: the folder, and how many lines.
 */
const [, , folder = '', count = '0'] = process.argv
writeFileSync(`${folder}/ready.new`, String(process.pid))
renameSync(`${folder}/ready.new`, `${folder}/ready`)
waitFor(`${folder}/go`)
writeFileSync(`${folder}/begun`, String(performance.timeOrigin + performance.now()))
// A whole number of chunks.
const block = Buffer.from(Array.from({ length: CHUNK_BYTES / 4 }, (_, index) => composeLine(index)).join(''))
for (let left = Number(count) * LINE_BYTES; left > 0; left -= block.length) writeWhole(block.subarray(0, left))
writeWhole(Buffer.from(`${END_MARK}\n`))
waitFor(`${folder}/end`)

/** As an access log has it; the last character tells the reader whose line it is. */
function composeLine(index: number): string {
  const front = `172.18.0.1 - - [21/Nov/2026:03:00:00 +0000] "GET /api/items/${index} HTTP/1.1" 200 5120 "-" "curl/8"`
  return `${front.padEnd(LINE_BYTES - 2)}~\n`
}

function writeWhole(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(1, bytes, at, Math.min(CHUNK_BYTES, bytes.length - at))
}

function waitFor(path: string): void {
  while (!existsSync(path)) pause()
}
