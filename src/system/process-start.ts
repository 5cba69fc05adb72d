import { readFileSync } from 'node:fs'
import type { ProcessStart } from '../core/machine.ts'
import { clock } from './clock.ts'
import { libc } from './libc/calls.ts'
import { parseStat } from './proc-stat.ts'

/** A clock tick of /proc, ms: USER_HZ is 100 on all that Node runs on (time(7)). */
const TICK_MS = 10

/** CLOCK_BOOTTIME of clock_gettime(2), by which the kernel tells when a process began. */
const BOOT_CLOCK = 7

let known: ProcessStart | null = null

/**
 * When this process began, to half a tick. It was the launcher at first, which has become Node by execve, and before that
 * it may have been a script of an image's own. Where the kernel does not tell, the start of Node stands for it.
 */
export function processStart(): ProcessStart {
  known ??= findStart()
  return known
}

function findStart(): ProcessStart {
  const nodeAt = -closest(() => performance.now() - clock.now())
  const startedAt = startByBootClock()
  if (startedAt === null) return { processAt: nodeAt, nodeAt }
  const processAt = startedAt - closest(() => bootNow() - clock.now())
  return { processAt: Math.min(processAt, nodeAt), nodeAt }
}

/** How far apart two clocks are that are read one after the other: least where nothing came in between. */
function closest(distance: () => number): number {
  return Math.min(...Array.from({ length: 5 }, distance))
}

/** In the middle of its tick; null where there is no /proc. */
function startByBootClock(): number | null {
  try {
    const { startTime } = parseStat(process.pid, readFileSync('/proc/self/stat', 'latin1'))
    const startedAt = (startTime + 1 / 2) * TICK_MS
    return Number.isFinite(startedAt + bootNow()) ? startedAt : null
  } catch {
    return null
  }
}

/** ms since boot; not a number where the kernel does not tell. */
function bootNow(): number {
  const time = Buffer.alloc(16)
  if (libc().clock_gettime(BOOT_CLOCK, time) !== 0) return Number.NaN
  return Number(time.readBigInt64LE(0)) * 1000 + Number(time.readBigInt64LE(8)) / 1e6
}
