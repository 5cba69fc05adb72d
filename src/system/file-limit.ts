import { constants } from 'node:os'
import { readLimit, setLimit, type Limit } from './libc/limits.ts'
import { RESOURCES } from './rlimits.ts'

/** Spawns a child; `spawn` gives its pid or a negative errno, and so does this. */
export type SpawnLimited = (spawn: () => number) => number

/** What spawn fails with when it needs a number above the limit: a new one of its own (musl), or one for the child. */
const BEYOND_LIMIT: ReadonlySet<number> = new Set([-constants.errno.EMFILE, -constants.errno.EBADF])

/**
 * Gives children the soft limit of open files that the supervisor was started with.
 *
 * Node raises its own to the hard limit before any code of ours runs (PlatformInit in src/node.cc), and children would
 * inherit that: too much for programs that use select(2), or that close every descriptor there might be. Our own limit
 * is lowered for the moment of the spawn; descriptors above it stay open. Only when a spawn needs a new one up there
 * does the child get its limit just after it has started.
 *
 * @param startedWith The limit as `ulimit -Sn` says it. When that is no number, or null, children inherit ours: no guess
 *   could be right.
 */
export function createSpawnLimited(startedWith: string | null): SpawnLimited {
  const soft = /^\d{1,18}$/.test(startedWith ?? '') ? BigInt(startedWith ?? '') : null
  const own = soft === null ? null : readLimit(RESOURCES.nofile)
  if (soft === null || own === null || soft >= own.soft) return (spawn) => spawn()
  const lowered = { ...own, soft }
  return (spawn) => {
    const result = spawnBelow(lowered, own, spawn)
    if (!BEYOND_LIMIT.has(result)) return result
    const pid = spawn()
    if (pid > 0) setLimit(pid, RESOURCES.nofile, lowered)
    return pid
  }
}

function spawnBelow(limit: Limit, own: Limit, spawn: () => number): number {
  setLimit(0, RESOURCES.nofile, limit)
  try {
    return spawn()
  } finally {
    setLimit(0, RESOURCES.nofile, own)
  }
}
