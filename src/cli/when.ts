import { parseDuration } from '../core/config/duration.ts'

const TIME_OF_DAY = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/u
/** RFC 3339, of which the end may be missing; a space may stand for the `T`. */
const INSTANT = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:\d{2})?)?$/iu

/**
 * Reads a time as people say it: `10m` (ago), `03:00` (when it last was), `2026-11-21`, `2026-11-21T03:00:00Z`. What says
 * nothing of its zone is local time.
 *
 * @returns Milliseconds since 1970; null for what is none of these.
 */
export function parseWhen(text: string, nowEpochMs: number): number | null {
  const agoMs = parseDuration(text)
  if (agoMs !== null) return Math.max(0, Math.floor(nowEpochMs - agoMs))
  const [, hours, minutes = '0', seconds = '0'] = TIME_OF_DAY.exec(text) ?? []
  if (hours !== undefined) return lastTimeOf([Number(hours), Number(minutes), Number(seconds)], nowEpochMs)
  const [, day, time = '00:00', zone = ''] = INSTANT.exec(text) ?? []
  if (day === undefined) return null
  const epochMs = Date.parse(`${day}T${time}${zone.toUpperCase()}`)
  return Number.isNaN(epochMs) || epochMs < 0 ? null : epochMs
}

/** Today, or else yesterday: at three in the morning, 23:00 is a few hours ago. */
function lastTimeOf(time: readonly [hours: number, minutes: number, seconds: number], nowEpochMs: number): number {
  const date = new Date(nowEpochMs)
  date.setHours(...time, 0)
  if (date.getTime() > nowEpochMs) date.setDate(date.getDate() - 1)
  return date.getTime()
}
