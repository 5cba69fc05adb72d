import type { LogFile } from '../core/machine.ts'
import type { Loss } from '../core/log/loss.ts'
import { createByteQueue } from './byte-queue.ts'
import { createGauge } from './gauge.ts'
import type { Batch } from './log-cut.ts'
import type { LogWriter, Unwritten } from './log-writer.ts'

/** Whom the file serves. */
export interface LogFileOptions {
  readonly writer: LogWriter
  /** Monotonic milliseconds. */
  readonly now: () => number
  /** It cannot be written; told once, until it could be again. */
  readonly failed: (why: string) => void
  readonly writtenAgain: (lost: Loss) => void
}

/** Since when nothing could be written, and what is missing. */
interface Trouble {
  readonly lost: Loss
  /** Monotonic ms; the first line from then on tries again. */
  readonly retryAt: number
}

/** From here on who writes more waits: a disk that hangs costs this for each of its files. */
const FULL_BYTES = 262_144
const FIRST_RETRY_MS = 1000
const LAST_RETRY_MS = 16_000
/** Trouble that comes back within this time is the old one: a disk with a little room now and then is not told each time. */
const CALM_MS = 60_000
const NOTHING: Loss = { lines: 0, bytes: 0 }
const NEWLINE = 10

/**
 * A queue in front of a log file.
 *
 * What cannot be written is dropped and counted, never kept: the disk may stay full for ever. Later lines try again; no
 * timer does.
 */
export function createLogFile({ writer, now, failed, writtenAgain }: LogFileOptions): LogFile {
  const gauge = createGauge(FULL_BYTES)
  const queue = createByteQueue()
  let isBusy = false
  let isToReopen = false
  let trouble: Trouble | null = null
  let retryMs = FIRST_RETRY_MS
  let failedAt = -Infinity

  async function work(): Promise<void> {
    isBusy = true
    try {
      for (let batch = queue.take(); batch.length > 0 || isToReopen; batch = queue.take()) {
        if (isToReopen) writer.close()
        isToReopen = false
        const unwritten = await writer.write(batch)
        if (unwritten === null) succeed()
        else fail(unwritten)
        gauge.add(-bytesOf(batch))
      }
    } finally {
      isBusy = false
    }
  }

  function succeed(): void {
    const over = trouble
    trouble = null
    if (over !== null) writtenAgain(over.lost)
  }

  function fail({ why, rest }: Unwritten): void {
    const isNew = trouble === null
    retryMs = now() - failedAt < CALM_MS ? Math.min(retryMs * 2, LAST_RETRY_MS) : FIRST_RETRY_MS
    failedAt = now()
    trouble = { lost: trouble?.lost ?? NOTHING, retryAt: failedAt + retryMs }
    lose(rest)
    for (let batch = queue.take(); batch.length > 0; batch = queue.take()) {
      lose(batch)
      gauge.add(-bytesOf(batch))
    }
    if (isNew) failed(why)
  }

  function lose(batch: Batch): void {
    if (trouble === null) return
    const { lines, bytes } = countOf(batch)
    trouble = { ...trouble, lost: { lines: trouble.lost.lines + lines, bytes: trouble.lost.bytes + bytes } }
  }

  return {
    write(_, chunk) {
      if (trouble !== null && now() < trouble.retryAt) return lose([chunk])
      queue.push(chunk)
      gauge.add(chunk.length)
      if (!isBusy) void work()
    },
    reopen() {
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

function countOf(batch: Batch): Loss {
  let lines = 0
  let bytes = 0
  for (const chunk of batch) {
    bytes += chunk.length
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, end + 1)) lines += 1
  }
  return { lines, bytes }
}
