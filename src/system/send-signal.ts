import type { SignalName } from '../core/config/signal.ts'
import { isErrno } from './errno.ts'

/**
 * Sends a signal (kill(2)).
 *
 * @param target A pid, or a group's negative number.
 * @returns `gone` when there is nobody, `refused` when it may not be signalled.
 */
export function sendSignal(target: number, signal: SignalName): 'sent' | 'gone' | 'refused' {
  // 0, 1 and -1 would mean our own group, PID 1 and everybody.
  if (Math.abs(target) <= 1) throw new Error(`internal error: signal to ${target}`)
  try {
    process.kill(target, signal)
    return 'sent'
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    if (code === 'ESRCH') return 'gone'
    if (code === 'EPERM') return 'refused'
    throw error
  }
}

/** Whether a process group has members, zombies too; signal 0 only looks. */
export function isGroupAlive(group: number): boolean {
  try {
    return process.kill(-group, 0)
  } catch (error) {
    if (isErrno(error) && error.code === 'ESRCH') return false
    if (isErrno(error) && error.code === 'EPERM') return true
    throw error
  }
}
