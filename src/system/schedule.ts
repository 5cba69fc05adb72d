import { Cron } from 'croner'
import type { Schedule } from '../core/config/model.ts'
import { cronRefusal } from './cron-fields.ts'

/** The last instant that a Date can tell (ECMA-262, 21.4.1.1). */
const LAST_EPOCH_MS = 8.64e15

/**
 * The next time of a good schedule after an instant, both in ms since 1970; null when it never comes.
 *
 * With `every` it is so much later. With cron it is the first minute after the instant that matches. Where clocks are
 * put forward, a time that is left out comes right after the gap when it is written with plain hours and minutes, and
 * is left out with a `*` or a step in them; where they are put back, the first comes once and the second twice (cron(8)).
 */
export function nextTime(schedule: Schedule, afterEpochMs: number): number | null {
  switch (schedule.kind) {
    case 'every': {
      const next = afterEpochMs + schedule.everyMs
      return next <= LAST_EPOCH_MS ? next : null
    }
    case 'cron':
      return nextMatch(schedule, afterEpochMs)
  }
}

/** Why a schedule is none, or never comes, and what is allowed; null when it is good. */
export function scheduleRefusal(schedule: Schedule): string | null {
  if (schedule.kind === 'every') return schedule.everyMs > 0 ? null : 'it has to be longer than nothing'
  const { expression, timeZone } = schedule
  const refusal = cronRefusal(expression) ?? (timeZone === null ? null : timeZoneRefusal(timeZone))
  if (refusal !== null) return refusal
  return nextMatch(schedule, Date.now()) === null ? neverText(expression) : null
}

type CronSchedule = Extract<Schedule, { kind: 'cron' }>

function nextMatch({ expression, timeZone }: CronSchedule, afterEpochMs: number): number | null {
  const zone = timeZone === null ? {} : { timezone: timeZone }
  const cron = new Cron(expression, { mode: '5-part', fixedTimeRule: 'no-wildcard', ...zone })
  return cron.nextRun(new Date(afterEpochMs))?.getTime() ?? null
}

/** Names only: Node 20 takes no offset such as `+02:00`. */
function timeZoneRefusal(name: string): string | null {
  return /^[a-z]/iu.test(name) && isKnown(name)
    ? null
    : `there is no time zone "${name}"; use an IANA name, such as "Europe/Berlin" or "UTC"`
}

function isKnown(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone !== ''
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

/** Weekdays come in every month, so only a day can be missing. */
function neverText(expression: string): string {
  const [, , day = '', month = ''] = expression.trim().split(/\s+/u)
  return `it never comes: month "${month}" has no day "${day}"; choose another day, or L for the last of each month`
}
