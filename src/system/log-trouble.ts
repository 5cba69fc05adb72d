import type { Loss } from '../core/log/loss.ts'
import type { Batch } from './log-cut.ts'

/** Whether a file can be written, and what is missing since it could not. */
export interface Trouble {
  /** It could not be written, and it is too early to try again. */
  readonly isResting: () => boolean
  /** These lines are lost. */
  readonly lose: (batch: Batch) => void
  readonly failed: (why: string) => void
  readonly succeeded: () => void
  /** The next try may be at once. */
  readonly endRest: () => void
  /** There is no next try. */
  readonly end: () => void
}

/** Who is told. */
export interface TroubleListener {
  /** Monotonic milliseconds. */
  readonly now: () => number
  /** Told once, until it could be written again. */
  readonly failed: (why: string) => void
  readonly writtenAgain: (lost: Loss) => void
  /** Told at the end, when it could not be written again. */
  readonly givenUp: (lost: Loss) => void
}

const FIRST_REST_MS = 1000
const LONGEST_REST_MS = 16_000
/** Trouble that is back within this time is the old one: a disk with a little room now and then is not told each time. */
const CALM_MS = 60_000
const NEWLINE = 10

/** No trouble so far. */
export function createTrouble({ now, failed, writtenAgain, givenUp }: TroubleListener): Trouble {
  let lines = 0
  let bytes = 0
  let isTold = false
  let restMs = FIRST_REST_MS
  let restsUntil = -Infinity
  let failedAt = -Infinity

  return {
    isResting: () => now() < restsUntil,
    lose(batch) {
      for (const chunk of batch) {
        bytes += chunk.length
        for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, end + 1)) lines += 1
      }
    },
    failed(why) {
      const at = now()
      restMs = at - failedAt < CALM_MS ? Math.min(restMs * 2, LONGEST_REST_MS) : FIRST_REST_MS
      failedAt = at
      restsUntil = at + restMs
      if (isTold) return
      isTold = true
      failed(why)
    },
    succeeded() {
      if (!isTold) return
      const lost = { lines, bytes }
      lines = 0
      bytes = 0
      isTold = false
      writtenAgain(lost)
    },
    endRest: () => {
      restsUntil = -Infinity
    },
    end: () => {
      if (lines > 0) givenUp({ lines, bytes })
    },
  }
}
