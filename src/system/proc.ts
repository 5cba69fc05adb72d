import { readlinkSync } from 'node:fs'
import { isErrno } from './errno.ts'

/** Whether `/proc` is there and shows this PID namespace: the numbers of another one mean others here. */
export function hasProc(): boolean {
  try {
    return readlinkSync('/proc/self') === String(process.pid)
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
}
