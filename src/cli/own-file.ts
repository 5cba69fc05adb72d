import { resolve } from 'node:path'
import type { LogFileNews } from '../core/log/file-news.ts'
import type { Output } from '../core/machine.ts'

/** The file of the supervisor's own messages, where they are nowhere else. */
export interface OwnFile {
  readonly write: (lines: Uint8Array) => void
  /** Hears of all files; tells whether there was trouble with this one, whose messages go elsewhere until that is over. */
  readonly hear: (news: LogFileNews) => boolean
}

/** As long as this it is waited whether a message gets into the file. */
const SURE_MS = 5000

/**
 * Nobody could tell why a container ended whose last words were only in a file that cannot be written.
 *
 * @param instead Takes each message that is not in the file, or may not be.
 */
export function createOwnFile(
  path: string,
  file: Pick<Output, 'write' | 'flush'>,
  instead: (lines: Uint8Array) => void,
): OwnFile {
  const unsure = new Set<Uint8Array>()
  let isBroken = false
  return {
    write(lines) {
      file.write('stdout', lines)
      if (isBroken) return instead(lines)
      unsure.add(lines)
      void file.flush(SURE_MS).then(() => unsure.delete(lines))
    },
    hear(news) {
      if (resolve(path) !== news.path) return false
      if (news.kind === 'written-again') isBroken = false
      if (news.kind === 'given-up') return isBroken
      if (news.kind !== 'failed') return false
      isBroken = true
      for (const lines of unsure) instead(lines)
      unsure.clear()
      return true
    },
  }
}
