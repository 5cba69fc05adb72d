import type { Schedule } from '../core/config/model.ts'
import type { Cancel, Machine } from '../core/machine.ts'
import { formatMs } from '../core/text/span.ts'

/** The longest time between two looks at the wall clock: somebody may have set it. */
const LOOK_MS = 600_000

/**
 * Set back by less than this, the clock brings no time again that has already come: a step of NTP must not make a short
 * job run twice. Set back by more it was wrong before, and what it says now counts.
 */
const STEP_MS = 60_000

/** What is waited with. */
export interface TimeParts extends Pick<Machine, 'clock' | 'nextTime'> {
  readonly warn: (text: string) => void
}

/** What is waited for: a time of the schedule, and which one came last. */
export interface TimeQuestion {
  readonly schedule: Schedule
  /** Ms since 1970; null when none has come yet. */
  readonly lastDueAt: number | null
}

/** A wait for a time. */
export interface TimeWait {
  readonly cancel: Cancel
  /** The time that is waited for, ms since 1970; null as long as it is not known. */
  readonly nextAt: () => number | null
}

/**
 * Waits for the next time of a schedule on the wall clock, which is looked at again and again: one that was set forward
 * over the time brings it at once, and one that was set back may bring an earlier one. As long as nobody can tell the
 * next time, that is asked again.
 *
 * @param due Told once, at the time or after it, never before.
 */
export function awaitTime(parts: TimeParts, question: TimeQuestion, due: (time: number) => void): TimeWait {
  const state: State = { isOver: false, hasWarned: false, nextAt: null, cancelTimer: null }
  const waitAndTell = async (): Promise<void> => {
    const time = await wait(parts, question, state)
    // Between the timer and here there is a turn of the microtasks.
    if (time !== null && !state.isOver) due(time)
  }
  waitAndTell().catch((error: unknown) => {
    parts.warn(`internal error: cannot wait for its next run: ${String(error)}`)
  })
  return {
    cancel: () => {
      state.isOver = true
      state.cancelTimer?.()
    },
    nextAt: () => state.nextAt,
  }
}

interface State {
  isOver: boolean
  hasWarned: boolean
  nextAt: number | null
  cancelTimer: Cancel | null
}

/** The time when it has come; null when it was taken back. */
async function wait(parts: TimeParts, question: TimeQuestion, state: State): Promise<number | null> {
  const { clock } = parts
  while (!state.isOver) {
    state.nextAt = await ask(parts, question, state)
    if (state.isOver) break
    const { nextAt } = state
    const leftMs = nextAt === null ? LOOK_MS : Math.min(nextAt - clock.today(), LOOK_MS)
    await new Promise<void>((passed) => (state.cancelTimer = clock.startTimer(Math.max(leftMs, 0), passed)))
    if (nextAt !== null && clock.today() >= nextAt) return nextAt
  }
  return null
}

/** The next time from now; null when there is none, or nobody can tell, which is warned of once. */
async function ask(parts: TimeParts, { schedule, lastDueAt }: TimeQuestion, state: State): Promise<number | null> {
  let why = 'its schedule has no next time'
  try {
    const time = await parts.nextTime(schedule, startOf(parts, lastDueAt))
    if (time !== null) return time
  } catch (error) {
    why = error instanceof Error ? error.message : String(error)
  }
  if (!state.hasWarned && !state.isOver) {
    parts.warn(`cannot tell when it runs next: ${why}; asking again every ${formatMs(LOOK_MS)}`)
  }
  state.hasWarned = true
  return null
}

function startOf({ clock }: TimeParts, lastDueAt: number | null): number {
  const today = clock.today()
  return lastDueAt !== null && lastDueAt > today && lastDueAt - today < STEP_MS ? lastDueAt : today
}
