/** Bytes that wait to be written, oldest first. */
export interface ByteQueue {
  /** Copies the chunk. */
  readonly push: (chunk: Uint8Array) => void
  /**
   * Takes out what may be written at once, whole chunks; empty when there is nothing. It stays as it is until the next
   * `take`.
   */
  readonly take: () => readonly Uint8Array[]
  /** Forgets all of it. */
  readonly clear: () => void
}

/** 256 KiB: from here on, larger batches gave a pipe's reader nothing more (64 KiB 1.0 GB/s, 256 KiB 1.7). */
const BLOCK_BYTES = 262_144
/** As many as wait while a reader is slower than what comes: until 1 MiB waits, more comes in. */
const KEPT_BLOCKS = 4

/**
 * An empty queue.
 *
 * All is copied into blocks, which are used again and again: a million short lines that wait are few objects, and one
 * system call; and a flood makes no garbage. Each GB that was kept as it came made V8 look for it some 30 times, in a
 * fifth of all the time that the GB took.
 */
export function createByteQueue(): ByteQueue {
  const waiting: Block[] = []
  const free: Uint8Array[] = []
  let taken: Uint8Array | null = null

  function giveBack(bytes: Uint8Array): void {
    if (bytes.length === BLOCK_BYTES && free.length < KEPT_BLOCKS) free.push(bytes)
  }

  function roomFor(size: number): Block {
    const last = waiting.at(-1)
    if (last !== undefined && last.used + size <= last.bytes.length) return last
    const bytes = size > BLOCK_BYTES ? new Uint8Array(size) : (free.pop() ?? new Uint8Array(BLOCK_BYTES))
    const block = { bytes, used: 0 }
    waiting.push(block)
    return block
  }

  return {
    push(chunk) {
      const block = roomFor(chunk.length)
      block.bytes.set(chunk, block.used)
      block.used += chunk.length
    },
    take() {
      if (taken !== null) giveBack(taken)
      const block = waiting.shift()
      taken = block?.bytes ?? null
      return block === undefined ? [] : [block.bytes.subarray(0, block.used)]
    },
    clear() {
      for (const { bytes } of waiting.splice(0)) giveBack(bytes)
    },
  }
}

interface Block {
  readonly bytes: Uint8Array
  used: number
}
