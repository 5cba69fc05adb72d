import type { Clock } from '../core/machine.ts'

/** How far the wall clock may be from where it should be before it counts as set by somebody. */
const SET_MS = 1000

/**
 * Tells when a monotonic instant was, in ms since 1970; the same instant is always told the same.
 *
 * Both clocks are read one after the other and one of them in whole milliseconds, so that their distance is another one
 * each time. It is kept until somebody sets the wall clock, as on a machine that learns the time after it has started.
 */
export function createCalendar(clock: Pick<Clock, 'now' | 'today'>): (instant: number) => number {
  let distance = clock.today() - clock.now()
  return (instant) => {
    const current = clock.today() - clock.now()
    if (Math.abs(current - distance) > SET_MS) distance = current
    return instant + distance
  }
}

/** A date as texts have it: RFC 3339 in UTC with milliseconds. */
export function timestamp(epochMs: number): string {
  return new Date(epochMs).toISOString()
}
