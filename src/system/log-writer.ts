import { fstat, ftruncate } from 'node:fs'
import { promisify } from 'node:util'
import type { LogFileSettings } from '../core/log/settings.ts'
import { cutAtLimit, type Batch } from './log-cut.ts'
import { openLogFile } from './log-file-open.ts'
import { explainLogFile } from './log-file-why.ts'
import { shiftLogFiles, tidyLogFiles } from './log-rotation.ts'
import { openOwnSink, type Sink } from './sink.ts'
import type { Turns } from './turns.ts'

/** Writes to the file at a path, one thing at a time. */
export interface LogWriter {
  /** Writes all of the batch, which may be empty, to the file, which is opened when it is not; never rejects. */
  readonly write: (batch: Batch) => Promise<Unwritten | null>
  /** The next batch goes to the file that is at the path then. */
  readonly close: () => void
}

/** Why something was not written, and what of the batch. */
interface Unwritten {
  readonly why: string
  readonly rest: Batch
}

/** Whom the writer serves. */
export interface LogWriterOptions {
  readonly settings: LogFileSettings
  /** Monotonic milliseconds. */
  readonly now: () => number
  /** No file is renamed meanwhile. */
  readonly exclusively: Turns
  /** Leaves threads to others than log files: one whose disk hangs keeps its thread. */
  readonly sparingly: Turns
  /** There is another old file, or there may be some from an earlier time. */
  readonly rotated: () => void
  /** It cannot be rotated, and grows on. */
  readonly notRotated: (why: string) => void
}

/** A file may be removed, or emptied, by others: so often is it looked at while it is written. */
const LOOK_AFTER_MS = 1000
const ROTATE_AGAIN_AFTER_MS = 10_000
const LINE_END = Uint8Array.of(10)

/** A writer that has no file open. */
export function createLogWriter(options: LogWriterOptions): LogWriter {
  const writer: Writer = { ...options, log: null, isTidy: false, rotatesFrom: 0 }
  return { write: (batch) => write(writer, batch), close: () => closeLog(writer) }
}

interface Writer extends LogWriterOptions {
  log: Log | null
  /** What an earlier supervisor has left behind was looked at. */
  isTidy: boolean
  /** Until then it is not rotated: that was refused. */
  rotatesFrom: number
}

interface Log {
  readonly sink: Sink
  readonly fd: number
  /** Null: it is no file, and so is never rotated. */
  size: number | null
  /** When its size was asked for. */
  lookedAt: number
  /** Its last line goes on with the next batch. */
  isWithinLine: boolean
}

async function write(writer: Writer, batch: Batch): Promise<Unwritten | null> {
  let rest = batch
  try {
    do {
      const log = await presentLog(writer)
      const { fitting, later } = cutAtLimit(rest, { ...log, maxBytes: limitOf(writer) })
      const failure = await (log.size === null ? append(log, fitting) : writer.sparingly(() => append(log, fitting)))
      if (failure !== null) {
        closeLog(writer)
        return { why: explainLogFile(failure.error), rest: [...failure.rest, ...later] }
      }
      rest = later
      if (rest.length > 0) await rotate(writer, log)
    } while (rest.length > 0)
    return null
  } catch (error) {
    closeLog(writer)
    return { why: explainLogFile(error), rest }
  }
}

function limitOf({ settings, now, rotatesFrom }: Writer): number | null {
  return now() < rotatesFrom ? null : settings.maxBytes
}

/** The file that is to be written: a new one when that was removed, which no write would tell. */
async function presentLog(writer: Writer): Promise<Log> {
  const { log, now } = writer
  if (log === null) return openLog(writer)
  if (log.size === null || now() - log.lookedAt < LOOK_AFTER_MS) return log
  const { nlink, size } = await promisify(fstat)(log.fd)
  if (nlink > 0) return Object.assign(log, { size, lookedAt: now() })
  closeLog(writer)
  return openLog(writer)
}

async function openLog(writer: Writer): Promise<Log> {
  const { settings, now, sparingly } = writer
  const { fd, stats, isTorn } = await sparingly(() => openLogFile(settings.path))
  const size = stats.isFile() ? stats.size : null
  const log = { sink: openOwnSink(fd), fd, size, lookedAt: now(), isWithinLine: false }
  writer.log = log
  const failure = isTorn ? await append(log, [LINE_END]) : null
  if (failure !== null) throw failure.error
  if (size !== null && settings.maxBytes !== null && settings.maxFiles > 0 && !writer.isTidy) await tidy(writer)
  return log
}

/** What cannot be tidied up will be told when the file is rotated. */
async function tidy(writer: Writer): Promise<void> {
  const { path, maxFiles } = writer.settings
  writer.isTidy = true
  await writer.exclusively(() => tidyLogFiles(path, maxFiles)).then(writer.rotated, () => {})
}

function closeLog(writer: Writer): void {
  writer.log?.sink.close()
  writer.log = null
}

async function rotate(writer: Writer, log: Log): Promise<void> {
  const { path, maxFiles } = writer.settings
  try {
    if (maxFiles === 0) {
      await promisify(ftruncate)(log.fd, 0)
      log.size = 0
      return
    }
    await writer.exclusively(() => shiftLogFiles(path, maxFiles))
    closeLog(writer)
    writer.rotated()
  } catch (error) {
    writer.rotatesFrom = writer.now() + ROTATE_AGAIN_AFTER_MS
    writer.notRotated(explainLogFile(error))
  }
}

function append(log: Log, batch: Batch): Promise<{ readonly error: Error; readonly rest: Batch } | null> {
  const last = batch.at(-1)
  if (last === undefined) return Promise.resolve(null)
  return new Promise((resolve) =>
    log.sink.write(batch, (error, rest) => {
      if (error !== null) return resolve({ error, rest })
      if (log.size !== null) log.size += batch.reduce((sum, chunk) => sum + chunk.length, 0)
      log.isWithinLine = last.at(-1) !== LINE_END[0]
      resolve(null)
    }),
  )
}
