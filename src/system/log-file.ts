import type { Output } from '../core/machine.ts'
import { createByteQueue } from './byte-queue.ts'
import { createGauge } from './gauge.ts'
import type { Batch } from './log-cut.ts'
import type { Trouble } from './log-trouble.ts'
import type { LogWriter } from './log-writer.ts'

/** A log file. */
export interface LogFile extends Output {
  /** Somebody has renamed it: lines go to what is at its path now. Where it cannot be written, that is tried at once. */
  readonly reopen: () => void
}

/** From here on who writes more waits: a disk that hangs costs so much for each of its files. */
const FULL_BYTES = 262_144

/**
 * A queue in front of a log file.
 *
 * What cannot be written is dropped and counted, never kept: the disk may stay full for ever. Later lines try again; no
 * timer does.
 */
export function createLogFile(writer: LogWriter, trouble: Trouble): LogFile {
  const gauge = createGauge(FULL_BYTES)
  const queue = createByteQueue()
  let isBusy = false
  let isToReopen = false

  async function work(): Promise<void> {
    isBusy = true
    try {
      for (let batch = queue.take(); batch.length > 0 || isToReopen; batch = queue.take()) {
        if (isToReopen) writer.close()
        isToReopen = false
        const unwritten = await writer.write(batch)
        if (unwritten === null) trouble.succeeded()
        else fail(unwritten.why, unwritten.rest)
        gauge.add(-bytesOf(batch))
      }
    } finally {
      isBusy = false
    }
  }

  /** What waits is lost too, so that who waits for room goes on. */
  function fail(why: string, rest: Batch): void {
    trouble.lose(rest)
    for (let batch = queue.take(); batch.length > 0; batch = queue.take()) {
      trouble.lose(batch)
      gauge.add(-bytesOf(batch))
    }
    trouble.failed(why)
  }

  return {
    write(_, chunk) {
      if (trouble.isResting() || gauge.isAtLimit()) return trouble.lose([chunk])
      queue.push(chunk)
      gauge.add(chunk.length)
      if (!isBusy) void work()
    },
    reopen() {
      trouble.endRest()
      isToReopen = true
      if (!isBusy) void work()
    },
    level: gauge.level,
    onOpen: gauge.onOpen,
    flush: gauge.flush,
  }
}

function bytesOf(batch: Batch): number {
  return batch.reduce((sum, chunk) => sum + chunk.length, 0)
}
