import type { ChildProcess } from 'node:child_process'
import { readLimit, setLimit, type Limit } from './libc/limits.ts'
import { RESOURCES } from './rlimits.ts'

/** Spawns a child; what `spawn` throws is thrown. */
export type SpawnLimited = (spawn: () => ChildProcess) => ChildProcess

/**
 * Gives children the soft limit of open files that the supervisor was started with.
 *
 * Node raises its own to the hard limit before any code of ours runs (PlatformInit in src/node.cc), and children would
 * inherit that: too much for programs that use select(2), or that close every descriptor there might be. Our own limit
 * is lowered for the moment of the fork; descriptors above it stay open. Only when a spawn needs a new one up there
 * does the child get its limit just after it has started.
 *
 * @param startedWith The limit as `ulimit -Sn` says it; null, or when it is no number: children inherit ours: no guess could be right.
 */
export function createSpawnLimited(startedWith: string | null): SpawnLimited {
  const soft = /^\d{1,18}$/.test(startedWith ?? '') ? BigInt(startedWith ?? '') : null
  const own = soft === null ? null : readLimit(RESOURCES.nofile)
  if (soft === null || own === null || soft >= own.soft) return (spawn) => spawn()
  const lowered = { ...own, soft }
  return (spawn) => {
    const child = spawnBelow(lowered, own, spawn)
    if (child.pid !== undefined) return child
    const other = spawn()
    if (other.pid !== undefined) setLimit(other.pid, RESOURCES.nofile, lowered)
    return other
  }
}

function spawnBelow(limit: Limit, own: Limit, spawn: () => ChildProcess): ChildProcess {
  setLimit(0, RESOURCES.nofile, limit)
  try {
    return spawn()
  } finally {
    setLimit(0, RESOURCES.nofile, own)
  }
}
