import { readFileSync } from 'node:fs'
import { findCgroup, findMemoryCgroup, type CgroupPlace } from './cgroup-place.ts'

/**
 * Begins to look out for a process that the kernel kills for want of memory. It tells nobody but a counter.
 *
 * @returns Whether it has killed one since then that no other has claimed; to be asked once, when ours was killed.
 */
export type WatchOom = () => () => boolean

/**
 * Makes the watch. Where the kernel counts for the container alone no stranger's count; else those of the whole machine do.
 *
 * @param read The number of processes that were killed so far; null when nobody can tell.
 */
export function createOomWatch(read: () => number | null = readOomKills()): WatchOom {
  let claimed = 0
  // One look, of half a millisecond the first time, serves all that start in the same turn of the event loop. It cannot wait
  // for the next: a turn may last longer than it takes a process to be killed.
  let shared: number | null | undefined
  const look = (): number | null => {
    setImmediate(() => {
      shared = undefined
    })
    return countOf(read, claimed)
  }
  return () => {
    if (shared === undefined) shared = look()
    const before = shared
    return () => {
      const now = countOf(read, claimed)
      const isOne = before !== null && now !== null && now > before
      if (isOne) claimed += 1
      return isOne
    }
  }
}

function countOf(read: () => number | null, claimed: number): number | null {
  const count = read()
  return count === null ? null : count - claimed
}

/**
 * `memory.events` of our cgroup counts what is below it, too (cgroup-v2.rst); `memory.oom_control` of version 1 those in it
 * alone, whatever was full (`__oom_kill_process` of mm/oom_kill.c); `/proc/vmstat` all there is. All since Linux 4.13.
 */
function readOomKills(): () => number | null {
  let path: string | null = null
  return () => {
    path ??= pathOfCounter()
    try {
      const count = /^oom_kill (\d+)$/m.exec(readFileSync(path, 'latin1'))?.[1]
      return count === undefined ? null : Number(count)
    } catch {
      return null
    }
  }
}

function pathOfCounter(): string {
  const events = counterIn(findCgroup(), 'memory.events')
  return events ?? counterIn(findMemoryCgroup(), 'memory.oom_control') ?? '/proc/vmstat'
}

function counterIn(cgroup: CgroupPlace | null, name: string): string | null {
  if (cgroup === null) return null
  const path = `${cgroup.folder}/${name}`
  try {
    return readFileSync(path, 'latin1').includes('oom_kill ') ? path : null
  } catch {
    // No controller for memory there, or nothing to be seen.
    return null
  }
}
