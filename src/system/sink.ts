import { close as closeDescriptor, constants, fstatSync, openSync, writeSync, writev } from 'node:fs'
import { Socket } from 'node:net'
import { growPipe } from './libc/pipe.ts'

/** Writes to one descriptor, one batch at a time; the loop never waits for it. */
export interface Sink {
  /** Writes all of the batch, however long it takes; `done` is called once, later, and an error ends the sink. */
  readonly write: (batch: readonly Uint8Array[], done: Done) => void
  /**
   * Writes now what there is room for, while no batch is under way. Absent: writing would wait.
   *
   * @returns How much that was; what fails is told by the next batch.
   */
  readonly writeNow?: (chunk: Uint8Array) => number
  readonly close: () => void
}

/** `unwritten` is what an error has left of the batch; of a pipe nobody knows how much of that was read. */
type Done = (error: NodeJS.ErrnoException | null, unwritten: readonly Uint8Array[]) => void

/** What a pipe holds once it was full: few writes are cut then, and the reader is woken less often. */
const GROWN_BYTES = 1_048_576
const FIRST_RETRY_MS = 10
const LAST_RETRY_MS = 160

/**
 * A sink over a descriptor that others share, such as the container's stdout.
 *
 * O_NONBLOCK belongs to the open file description, so setting it here would make the services' own writes fail with
 * EAGAIN. A pipe or terminal is opened anew through /proc instead, which makes a description of our own (proc_pid_fd(5)).
 * For a pipe the kernel then tells when there is room, and no thread waits: Node joins its threads at exit, so one that
 * is stuck in write(2) on a pipe nobody reads would keep the process from ever ending (seen on Node 20 and 24).
 * A file has to stay as it is, for its offset; a socket cannot be opened. They are written by the thread pool.
 */
export function openSink(fd: number): Sink {
  const kind = kindOf(fd)
  if (kind === 'other') return descriptorSink(fd, () => {})
  const own = openAgain(fd)
  return own === null ? descriptorSink(fd, () => {}) : openOwnSink(own)
}

/** A sink over a descriptor that nobody shares, and that it closes; that of a pipe must not block. */
export function openOwnSink(fd: number): Sink {
  return kindOf(fd) === 'pipe' ? pipeSink(fd) : descriptorSink(fd, () => closeDescriptor(fd, () => {}))
}

function kindOf(fd: number): 'pipe' | 'device' | 'other' {
  try {
    const stats = fstatSync(fd)
    if (stats.isFIFO()) return 'pipe'
    return stats.isCharacterDevice() ? 'device' : 'other'
  } catch {
    // EBADF: the first write will say so.
    return 'other'
  }
}

/** Null when the machine refuses: ENXIO is a pipe without a reader, EACCES another user's pipe, ENOENT no /proc. */
function openAgain(fd: number): number | null {
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
  } catch {
    return null
  }
}

function pipeSink(fd: number): Sink {
  const socket = new Socket({ fd, readable: false, writable: true })
  let isGrown = false
  // Each error also reaches the callback of the write that met it.
  socket.on('error', () => {})
  return {
    write(batch, done) {
      socket.cork()
      for (const chunk of batch.slice(0, -1)) socket.write(chunk)
      socket.write(batch.at(-1) ?? '', (error) => done(error ?? null, batch))
      socket.uncork()
    },
    writeNow(chunk) {
      if (socket.destroyed) return 0
      const written = writeWhatFits(fd, chunk)
      if (written < chunk.length && !isGrown) growPipe(fd, GROWN_BYTES)
      isGrown ||= written < chunk.length
      return written
    },
    close: () => socket.destroy(),
  }
}

/** Not through the socket: that takes ten microseconds more for each chunk. */
function writeWhatFits(fd: number, chunk: Uint8Array): number {
  try {
    return writeSync(fd, chunk)
  } catch {
    // EAGAIN: it is full.
    return 0
  }
}

function descriptorSink(fd: number, close: () => void): Sink {
  function write(batch: readonly Uint8Array[], retryMs: number, done: Done) {
    writev(fd, batch, (error, written) => {
      // Somebody made the description non-blocking, or the terminal is stopped: nothing tells when that ends.
      if (error?.code === 'EAGAIN') {
        setTimeout(write, retryMs, batch, Math.min(retryMs * 2, LAST_RETRY_MS), done)
        return
      }
      const rest = error === null ? after(batch, written) : batch
      if (error === null && rest.length > 0) write(rest, FIRST_RETRY_MS, done)
      else done(error, rest)
    })
  }
  return { write: (batch, done) => write(batch, FIRST_RETRY_MS, done), close }
}

/** What is left of a batch when its first `written` bytes are gone. */
function after(batch: readonly Uint8Array[], written: number): readonly Uint8Array[] {
  let left = written
  let index = 0
  for (let chunk = batch[0]; chunk !== undefined && left >= chunk.length; chunk = batch[++index]) left -= chunk.length
  const [first, ...others] = batch.slice(index)
  return first === undefined ? [] : [first.subarray(left), ...others]
}
