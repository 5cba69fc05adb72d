import { fstatSync } from 'node:fs'
import type { Output } from '../core/machine.ts'
import { createChannel, type Channel } from './channel.ts'
import { createGauge } from './gauge.ts'

/** Open descriptors: 1 and 2 but for tests. */
export interface OutputDescriptors {
  readonly stdout: number
  readonly stderr: number
}

/** What an output is told, and what it asks. */
export interface OutputOptions {
  /** Monotonic milliseconds. */
  readonly now: () => number
  /** A warning of the supervisor's own as a line, such as others have there. */
  readonly warning: (words: string) => Uint8Array
}

/** From 1 MiB on who writes more waits. */
const FULL_BYTES = 1_048_576

/**
 * The container's stdout and stderr behind a queue of at most 17 MiB.
 *
 * Why not Node's own streams: they queue without bound and make the shared descriptor non-blocking. Why not sonic-boom:
 * it writes from the thread pool only, where a reader that stalls holds the process at exit, keeps what it failed to
 * write for ever, and takes 16 KiB at a time.
 *
 * @param fds Where to write. When both are the same file, one queue serves both, so that their lines
 * keep their order and never mix.
 */
export function createOutput(fds: OutputDescriptors, { now, warning }: OutputOptions): Output {
  const gauge = createGauge(FULL_BYTES)
  let refused = 0

  // EPIPE is not worth telling: nobody reads there any more.
  function failed(name: string, code: string): void {
    const other = name === 'stdout' ? stderr : stdout
    if (code !== 'EPIPE' && stdout !== stderr) other.write(warning(describeFailure(name, code)))
  }

  const open = (fd: number, name: string): Channel =>
    createChannel(fd, name, { now, warning, queued: gauge.add, failed: (code) => failed(name, code) })
  const stdout = open(fds.stdout, 'stdout')
  const stderr = isSameFile(fds.stdout, fds.stderr) ? stdout : open(fds.stderr, 'stderr')

  gauge.onOpen(() => {
    if (refused > 0) stdout.write(warning(`output was not read: ${refused} bytes are dropped`))
    refused = 0
  })

  return {
    write(stream, chunk) {
      if (gauge.isAtLimit()) refused += chunk.length
      else if (chunk.length > 0) (stream === 'stdout' ? stdout : stderr).write(chunk)
    },
    level: gauge.level,
    onOpen: gauge.onOpen,
    flush: gauge.flush,
  }
}

function isSameFile(first: number, second: number): boolean {
  try {
    const [one, other] = [fstatSync(first), fstatSync(second)]
    return one.dev === other.dev && one.ino === other.ino
  } catch {
    // EBADF: one of them is closed.
    return false
  }
}

function describeFailure(name: string, code: string): string {
  return `cannot write to ${name}: ${code}; its lines are dropped until it can be written`
}
