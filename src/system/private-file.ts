import { writeFileSync } from 'node:fs'
import { isErrno } from './errno.ts'

/**
 * Makes a file that is not there (O_EXCL): nothing is written through a link, and no fifo is waited for, should somebody
 * have put one there while he could. One that is there already is left as it is.
 */
export function makeFile(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if (!isErrno(error) || error.code !== 'EEXIST') throw error
  }
}
