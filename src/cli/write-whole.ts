import { writeSync } from 'node:fs'
import { isErrno } from '../system/errno.ts'

/** How long to wait for a reader of a descriptor that may not be waited for; a pipe takes 64 KiB each time. */
const PAUSE_MS = 5

/**
 * Writes a text to the end before it comes back, however slow the reader: Node's own streams for stdout and stderr make
 * the descriptor non-blocking, for everybody who shares it, and lose at exit what the reader has not yet taken.
 *
 * @returns Null, or the errno's name that ended it, such as `EPIPE`.
 */
export function writeWhole(fd: number, text: string): string | null {
  const bytes = Buffer.from(text)
  let written = 0
  while (written < bytes.length) {
    try {
      written += writeSync(fd, bytes, written)
    } catch (error) {
      if (!isErrno(error)) throw error
      if (error.code !== 'EAGAIN') return error.code
      pause()
    }
  }
  return null
}

/** Somebody else has set O_NONBLOCK on the descriptor: there is nothing to sleep in but this. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS)
}
