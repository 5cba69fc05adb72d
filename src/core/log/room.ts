/**
 * Where something is written whose size shows at its end.
 *
 * @param worst Bytes that are enough in any case.
 * @param exact The bytes that it takes: asked where the worst case is too much to have room for.
 * @param put Writes from the start on, and gives how many bytes it has written.
 * @returns What was written, in an array of its own.
 */
export type Room = (worst: number, exact: () => number, put: (out: Uint8Array) => number) => Uint8Array

/** Enough for 128 KiB of lines that are all empty and become JSON. What is never written takes no memory. */
const MAX_KEPT_BYTES = 16 * 1024 * 1024

/** A room that is kept, and grows as needed; any number of formats can share it. */
export function createRoom(): Room {
  let kept = new Uint8Array(0)
  return (worst, exact, put) => {
    if (worst > MAX_KEPT_BYTES) {
      const out = new Uint8Array(exact())
      return out.subarray(0, put(out))
    }
    if (kept.length < worst) kept = new Uint8Array(worst)
    return kept.slice(0, put(kept))
  }
}
