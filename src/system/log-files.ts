import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { LogFileNews } from '../core/log/file-news.ts'
import type { LogFileSettings } from '../core/log/settings.ts'
import type { Machine } from '../core/machine.ts'
import type { CompressRequest, Exclusively } from './log-compress.ts'
import { explainLogFile } from './log-file-why.ts'
import { createLogFile, type LogFile } from './log-file.ts'
import { unfinishedName } from './log-rotation.ts'
import { createTrouble } from './log-trouble.ts'
import { createLogWriter } from './log-writer.ts'

/** All log files. */
export interface LogFiles {
  readonly open: Machine['openLogFile']
  /** Others have renamed some: what is written now goes to new ones. */
  readonly reopen: () => void
  /** Resolves when all is written, or can no longer be, and nothing is half renamed, or after `withinMs`; the last call. */
  readonly end: (withinMs: number) => Promise<unknown>
}

/** Whom the files serve. */
export interface LogFilesOptions {
  /** Monotonic milliseconds. */
  readonly now: () => number
  readonly tell: (news: LogFileNews) => void
}

/** All log files; each is opened with its first line. */
export function createLogFiles({ now, tell }: LogFilesOptions): LogFiles {
  const files = new Map<string, EndingLogFile>()
  const compress = createCompressor(tell)

  function create(settings: LogFileSettings): EndingLogFile {
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
    const file = createLogFile(writer, trouble)
    const end = async (withinMs: number): Promise<void> => {
      await file.flush(withinMs)
      await within(withinMs, stopCompressing(path, exclusively))
    }
    return { ...file, end }
  }

  return {
    open(settings) {
      const path = resolve(settings.path)
      const file = files.get(path) ?? create({ ...settings, path })
      files.set(path, file)
      return file
    },
    reopen: () => files.forEach((file) => file.reopen()),
    end: (withinMs) => Promise.all([...files.values()].map((file) => file.end(withinMs))),
  }
}

interface EndingLogFile extends LogFile {
  readonly end: (withinMs: number) => Promise<void>
}

/** From then on no file is renamed, and what is not whole is gone. */
function stopCompressing(path: string, exclusively: Exclusively): Promise<void> {
  return new Promise((stopped) => {
    void exclusively(async () => {
      await rm(unfinishedName(path), { force: true }).catch(() => undefined)
      stopped()
      return NEVER
    })
  })
}

const NEVER = new Promise<never>(() => undefined)

function within(ms: number, done: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    void done.then(() => {
      clearTimeout(timer)
      resolve()
    })
  })
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
