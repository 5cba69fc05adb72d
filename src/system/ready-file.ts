import { rmSync } from 'node:fs'
import type { Machine } from '../core/machine.ts'
import { isErrno } from './errno.ts'
import { withHint } from './errno-hint.ts'
import { makeFile } from './private-file.ts'

/** From a refusal to the next try: a full disk gets room, and nobody tells. */
const RETRY_MS = 2000

/**
 * The file that says that all is well. What cannot be done is told once, and tried again for as long as it is wanted.
 *
 * @param failed Told in words.
 */
export function createReadyFile(path: string, failed: (message: string) => void): Machine['setReadyFile'] {
  let timer: NodeJS.Timeout | undefined
  const set = (presence: 'present' | 'absent', told: (message: string) => void): void => {
    clearTimeout(timer)
    try {
      if (presence === 'present') makeFile(path, '')
      else rmSync(path, { force: true })
    } catch (error) {
      if (!isErrno(error)) throw error
      told(`cannot ${error.syscall} ${JSON.stringify(path)}: ${withHint(error.code)}`)
      // It does not keep the process: at the end somebody else removes the file.
      timer = setTimeout(set, RETRY_MS, presence, () => {}).unref()
    }
  }
  return (presence) => set(presence, failed)
}
