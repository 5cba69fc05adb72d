import { resolve } from 'node:path'
import type { LogFileNews } from '../core/log/file-news.ts'
import type { LogFileSettings } from '../core/log/settings.ts'
import type { Machine } from '../core/machine.ts'
import { createCompressor } from './log-compressor.ts'
import { createLogFile, type LogFile } from './log-file.ts'
import { createTrouble } from './log-trouble.ts'
import { createLogWriter } from './log-writer.ts'
import { createLanes, createTurns, within } from './turns.ts'

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

/** Of libuv's four; to write, to open. */
const THREADS = 2

interface EndingLogFile extends LogFile {
  readonly end: (withinMs: number) => Promise<void>
}

/** All log files; each is opened with its first line. */
export function createLogFiles({ now, tell }: LogFilesOptions): LogFiles {
  const files = new Map<string, EndingLogFile>()
  const sparingly = createLanes(THREADS)
  const compressor = createCompressor(tell)

  function create(settings: LogFileSettings): EndingLogFile {
    const { path, maxFiles } = settings
    const request = { path, maxFiles, exclusively: createTurns() }
    let isRotatable = true
    const writer = createLogWriter({
      settings,
      now,
      exclusively: request.exclusively,
      sparingly,
      rotated: () => {
        isRotatable = true
        if (settings.compress) compressor.compress(request)
      },
      notRotated: (why) => {
        if (isRotatable) tell({ kind: 'not-rotated', path, why })
        isRotatable = false
      },
    })
    const trouble = createTrouble({
      now,
      failed: (why) => tell({ kind: 'failed', path, why }),
      writtenAgain: (lost) => tell({ kind: 'written-again', path, lost }),
      givenUp: (lost) => tell({ kind: 'given-up', path, lost }),
    })
    const file = createLogFile(writer, trouble)
    const end = async (withinMs: number): Promise<void> => {
      const endsAt = now() + withinMs
      await file.flush(withinMs)
      trouble.end()
      if (settings.compress) await within(Math.max(0, endsAt - now()), compressor.stop(request))
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
