/** Of each line with its newline; without it, the last one is `~`. */
export const LINE_BYTES = 100

/** The line after the last one. */
export const END_MARK = 'that was all of it'

const PAUSE_MS = 5

/** A moment of nothing, in a program that does nothing else. */
export function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS)
}
