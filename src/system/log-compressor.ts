import { rm } from 'node:fs/promises'
import type { LogFileNews } from '../core/log/file-news.ts'
import type { CompressRequest } from './log-compress.ts'
import { explainLogFile } from './log-file-why.ts'
import { unfinishedName } from './log-rotation.ts'
import { createTurns } from './turns.ts'

/** Compresses old log files in the background. */
export interface Compressor {
  /** There may be something to compress. */
  readonly compress: (request: CompressRequest) => void
  /** From then on none of the files is renamed, and what is not whole is gone. */
  readonly stop: (request: CompressRequest) => Promise<void>
}

/** One that takes one file after another, whosoever they are: no more than a thread and a little memory. */
export function createCompressor(tell: (news: LogFileNews) => void): Compressor {
  const inTurn = createTurns()
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

  return {
    compress(request) {
      if (waiting.has(request.path)) return
      waiting.add(request.path)
      void inTurn(() => run(request))
    },
    stop: ({ path, exclusively }) =>
      new Promise((stopped) => {
        void exclusively(async () => {
          await rm(unfinishedName(path), { force: true }).catch(() => undefined)
          stopped()
          return NEVER
        })
      }),
  }
}

const NEVER = new Promise<never>(() => undefined)
