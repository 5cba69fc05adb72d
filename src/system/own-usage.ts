import type { OwnUsage } from '../core/machine.ts'
import { hasProc } from './proc.ts'
import { isUnasked } from './shortage.ts'

/** Nearer together than this, two questions have the same answer, as in usage.ts. */
const WINDOW_MS = 250

/** Makes the sampler of this very process. CPU is the average since the last question; the first time, since the start. */
export function createOwnUsage(): () => OwnUsage | null {
  let before = { usedMs: 0, at: 0, cpu: 0 }
  return () => {
    // It reads /proc/self/stat, and throws without it.
    if (!hasProc()) return null
    const { user, system } = process.cpuUsage()
    const usedMs = (user + system) / 1000
    const at = process.uptime() * 1000
    const windowMs = at - before.at
    if (windowMs >= WINDOW_MS) {
      before = { usedMs, at, cpu: Math.round(((usedMs - before.usedMs) / windowMs) * 1000) / 10 }
    }
    const memory = readMemory()
    return memory === null ? null : { cpu: before.cpu, memory }
  }
}

/** Resident bytes; null where there is no descriptor left to read them with. */
function readMemory(): number | null {
  try {
    return process.memoryUsage.rss()
  } catch (error) {
    if (isUnasked(error)) return null
    throw error
  }
}
