import { createByteQueue } from './byte-queue.ts'
import { openSink } from './sink.ts'

/** One of the container's outputs: a queue in front of a descriptor. */
export interface Channel {
  readonly write: (chunk: Uint8Array) => void
}

/** What a channel tells, and what it asks. */
export interface ChannelListener {
  /** Monotonic milliseconds. */
  readonly now: () => number
  /** So many more bytes wait, or fewer when negative. */
  readonly queued: (bytes: number) => void
  /** It cannot be written any more; told once, until it could be again. */
  readonly failed: (code: string) => void
  /** A warning of the supervisor's own as a line. */
  readonly warning: (words: string) => Uint8Array
}

/** What could not be written, and when that was last tried; ms, monotonic. */
interface Loss {
  readonly code: string
  readonly bytes: number
  readonly triedAt: number
}

/** While it cannot be written, trying it is as rare as this. */
const RETRY_AFTER_MS = 1000

/** Before a line of ours: what failed may have ended within one. */
const LINE_END = Uint8Array.of(10)

/**
 * A channel over a descriptor.
 *
 * What cannot be written is dropped and counted, never kept: the disk may stay full for ever. Later writes try again,
 * since a disk gets room and a fifo a new reader; the first that succeeds is led by a line that says what is missing.
 */
export function createChannel(fd: number, name: string, listener: ChannelListener): Channel {
  const queue = createByteQueue()
  let sink = openSink(fd)
  let isWriting = false
  let waiting = 0
  let loss: Loss | null = null

  function writeNext(): void {
    const batch = queue.take()
    isWriting = batch.length > 0
    if (!isWriting) return
    const bytes = batch.reduce((sum, chunk) => sum + chunk.length, 0)
    const lead = loss === null ? [] : [LINE_END, listener.warning(describeLoss(name, loss))]
    sink.write([...lead, ...batch], (error) => written(bytes, error))
  }

  function written(bytes: number, error: NodeJS.ErrnoException | null): void {
    if (error === null) {
      loss = null
      waiting -= bytes
      writeNext()
      listener.queued(-bytes)
      return
    }
    const dropped = waiting
    const isNew = loss === null
    loss = { code: error.code ?? error.message, bytes: (loss?.bytes ?? 0) + dropped, triedAt: listener.now() }
    queue.clear()
    sink.close()
    waiting = 0
    isWriting = false
    if (isNew) listener.failed(loss.code)
    listener.queued(-dropped)
  }

  return {
    write(chunk) {
      if (loss !== null && !isWriting) {
        if (listener.now() - loss.triedAt < RETRY_AFTER_MS) {
          loss = { ...loss, bytes: loss.bytes + chunk.length }
          return
        }
        sink = openSink(fd)
      }
      const left = isWriting || loss !== null ? chunk : chunk.subarray(sink.writeNow?.(chunk) ?? 0)
      if (left.length === 0) return
      queue.push(left)
      waiting += left.length
      if (!isWriting) writeNext()
      listener.queued(left.length)
    },
  }
}

function describeLoss(name: string, { code, bytes }: Loss): string {
  return `cannot write to ${name}: ${code}; up to ${bytes} bytes are lost`
}
