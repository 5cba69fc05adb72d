import type { Output } from '../core/machine.ts'

/** How much waits to be written, and who wants to know. */
export interface Gauge extends Pick<Output, 'level' | 'onOpen' | 'flush'> {
  /** So many more bytes wait, or fewer when negative. */
  readonly add: (bytes: number) => void
  /** Nothing more may be added, not even last words. */
  readonly isAtLimit: () => boolean
}

type Level = ReturnType<Output['level']>

const FULL_BYTES = 1_048_576
const OPEN_BYTES = 524_288
const OVER_BYTES = 16 * 1_048_576
/** Room for last words when it is over. */
const LIMIT_BYTES = OVER_BYTES + 1_048_576

/** A gauge that stands at nothing. */
export function createGauge(): Gauge {
  let queued = 0
  let level: Level = 'open'
  const openers: (() => void)[] = []
  const flushers = new Set<() => void>()

  return {
    add(bytes) {
      queued += bytes
      const before = level
      level = nextLevel(before, queued)
      if (level === 'open' && before !== 'open') for (const tell of openers) tell()
      if (queued === 0) for (const tell of flushers) tell()
    },
    isAtLimit: () => queued >= LIMIT_BYTES,
    level: () => level,
    onOpen: (opened) => void openers.push(opened),
    flush: (withinMs) =>
      new Promise((resolve) => {
        if (queued === 0) return resolve()
        const done = () => {
          clearTimeout(timer)
          flushers.delete(done)
          resolve()
        }
        const timer = setTimeout(done, withinMs)
        flushers.add(done)
      }),
  }
}

/** Between the two marks nothing changes: sources are not paused and resumed for each write. */
function nextLevel(level: Level, queued: number): Level {
  if (queued >= OVER_BYTES) return 'over'
  if (queued >= FULL_BYTES) return 'full'
  return queued < OPEN_BYTES || level === 'open' ? 'open' : 'full'
}
