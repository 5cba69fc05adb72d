import { resolve } from 'node:path'
import type { LogFileNews } from '../core/log/file-news.ts'
import type { LogFileSettings } from '../core/log/settings.ts'
import type { Machine } from '../core/machine.ts'
import type { CompressRequest, Exclusively } from './log-compress.ts'
import { explainLogFile } from './log-file-why.ts'
import { createLogFile, type LogFile } from './log-file.ts'
import { createTrouble } from './log-trouble.ts'
import { createLogWriter } from './log-writer.ts'

/** All log files. */
export interface LogFiles {
  readonly open: Machine['openLogFile']
  /** Others have renamed some: what is written now goes to new ones. */
  readonly reopen: () => void
  /** Resolves when all is written, or can no longer be, or after `withinMs`. */
  readonly flush: (withinMs: number) => Promise<unknown>
}

/** Whom the files serve. */
export interface LogFilesOptions {
  /** Monotonic milliseconds. */
  readonly now: () => number
  readonly tell: (news: LogFileNews) => void
}

/** All log files; each is opened with its first line. */
export function createLogFiles({ now, tell }: LogFilesOptions): LogFiles {
  const files = new Map<string, LogFile>()
  const compress = createCompressor(tell)

  function create(settings: LogFileSettings): LogFile {
    const { path, maxFiles } = settings
    const exclusively = createQueue()
    const tellOnce = createOnce()
    const writer = createLogWriter({
      settings,
      now,
      exclusively,
      rotated: () => {
        tellOnce.over()
        if (settings.compress) compress({ path, maxFiles, exclusively })
      },
      notRotated: (why) => tellOnce.tell(() => tell({ kind: 'not-rotated', path, why })),
    })
    const trouble = createTrouble({
      now,
      failed: (why) => tell({ kind: 'failed', path, why }),
      writtenAgain: (lost) => tell({ kind: 'written-again', path, lost }),
    })
    return createLogFile(writer, trouble)
  }

  return {
    open(settings) {
      const path = resolve(settings.path)
      const file = files.get(path) ?? create({ ...settings, path })
      files.set(path, file)
      return file
    },
    reopen: () => files.forEach((file) => file.reopen()),
    flush: (withinMs) => Promise.all([...files.values()].map((file) => file.flush(withinMs))),
  }
}

/** Compresses the old files of one log at a time, so that no more than a thread and a little memory is taken. */
function createCompressor(tell: LogFilesOptions['tell']): (request: CompressRequest) => void {
  const inTurn = createQueue()
  const waiting = new Set<string>()
  const failing = new Set<string>()

  async function run(request: CompressRequest): Promise<void> {
    const { path } = request
    waiting.delete(path)
    try {
      // Loaded when there is something to compress, with zlib.
      const { compressLogFiles } = await import('./log-compress.ts')
      await compressLogFiles(request)
      failing.delete(path)
    } catch (error) {
      if (!failing.has(path)) tell({ kind: 'not-compressed', path, why: explainLogFile(error) })
      failing.add(path)
    }
  }

  return (request) => {
    if (waiting.has(request.path)) return
    waiting.add(request.path)
    void inTurn(() => run(request))
  }
}

/** Runs one thing after another, however it ends. */
function createQueue(): Exclusively {
  let last: Promise<unknown> = Promise.resolve()
  return (act) => {
    const next = last.then(act, act)
    last = next
    return next
  }
}

function createOnce(): { readonly tell: (act: () => void) => void; readonly over: () => void } {
  let isTold = false
  return {
    tell: (act) => {
      if (!isTold) act()
      isTold = true
    },
    over: () => {
      isTold = false
    },
  }
}
