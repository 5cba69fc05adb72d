import { readFileSync } from 'node:fs'
import { isChild } from './children.ts'
import { isErrno } from './errno.ts'
import { readProcess } from './process-table.ts'
import type { Run } from './run-members.ts'
import { isGroupAlive } from './send-signal.ts'

/**
 * Whether it is certain that a run has left nothing behind: one short file in place of a look at all of `/proc`. When it
 * is not certain, somebody has to look.
 *
 * When a process ends, the kernel gives its children to us, before we are told of its end: each descendant of a run whose
 * first process is gone has an ancestor among our own children, one that nobody here has started and that is not older
 * than the run. As no child leaves that list before we have waited for it, which is not while it is read, none is
 * missing in it (proc_tid_children(5)). Should a kernel refuse to make us a reaper, the group at least is asked; by now
 * its number may be somebody else's.
 */
export function hasLeftNothing(run: Run): boolean {
  const { pid, startTime } = run
  if (startTime === null || isChild(pid) || (run.session !== 'shared' && isGroupAlive(pid))) return false
  return readChildren()?.every((child) => isChild(child) || isOlder(child, startTime)) ?? false
}

/** Children of the main thread, which starts and inherits all of them; null when the kernel does not tell. */
export function readChildren(): readonly number[] | null {
  try {
    const text = readFileSync(`/proc/self/task/${process.pid}/children`, 'latin1')
    return text.split(' ').flatMap((pid) => (pid === '' ? [] : [Number(pid)]))
  } catch (error) {
    if (isErrno(error)) return null
    throw error
  }
}

/** Clock ticks are long: what has begun in the same one may be younger. */
function isOlder(pid: number, startTime: number): boolean {
  const entry = readProcess(pid)
  return typeof entry !== 'string' && entry.startTime < startTime
}
