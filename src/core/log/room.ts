/**
 * Where something is written whose size shows at its end, again and again.
 *
 * @param worst Bytes that are enough in any case.
 * @param exact How many are really needed: asked where the worst case is too much to have room for.
 * @param put Writes from the start on, and gives how many bytes it has written.
 * @returns What was written; it stays as it is until the next call.
 */
export type Room = (worst: number, exact: () => number, put: (out: Uint8Array) => number) => Uint8Array

/**
 * A room that grows as needed, and is kept: arrays of their own for each 64 KiB make V8 look for garbage some 30 times a GB,
 * in a fifth of all the time that the GB takes.
 *
 * @param maxBytes Where more is needed it is not kept. What is never written takes no memory.
 */
export function createRoom(maxBytes: number): Room {
  let kept = new Uint8Array(0)
  return (worst, exact, put) => {
    if (worst > maxBytes) {
      const out = new Uint8Array(exact())
      return out.subarray(0, put(out))
    }
    if (kept.length < worst) kept = new Uint8Array(worst)
    return kept.subarray(0, put(kept))
  }
}
