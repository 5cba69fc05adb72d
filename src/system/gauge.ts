import type { Output } from '../core/machine.ts'

/** How much waits to be written, and who wants to know. */
export interface Gauge extends Pick<Output, 'level' | 'onOpen' | 'flush'> {
  /** So many more bytes wait, or fewer when negative. */
  readonly add: (bytes: number) => void
  /** Nothing more may be added, not even last words. */
  readonly isAtLimit: () => boolean
}

type Level = ReturnType<Output['level']>

const OVER = 16
/** With room for last words when it is over. */
const LIMIT = 17

/** A gauge that stands at nothing. It is full at so many bytes, open again at half, over at sixteen times as many. */
export function createGauge(fullBytes: number): Gauge {
  let queued = 0
  let level: Level = 'open'
  const openers: (() => void)[] = []
  const flushers = new Set<() => void>()

  return {
    add(bytes) {
      queued += bytes
      const before = level
      level = nextLevel(before, queued / fullBytes)
      if (level === 'open' && before !== 'open') for (const tell of openers) tell()
      if (queued === 0) for (const tell of flushers) tell()
    },
    isAtLimit: () => queued >= LIMIT * fullBytes,
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

/** Between half and full nothing changes: sources are not paused and resumed for each write. */
function nextLevel(level: Level, share: number): Level {
  if (share >= OVER) return 'over'
  if (share >= 1) return 'full'
  return share < 0.5 || level === 'open' ? 'open' : 'full'
}
