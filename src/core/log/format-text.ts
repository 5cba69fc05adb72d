import type { Format, FormatMeans, FormatRequest } from './format.ts'
import { prefixLines } from './prefix-lines.ts'
import type { Room } from './room.ts'
import { stripAnsi } from './strip-ansi.ts'

/** Lines for people: `2026-11-21T03:00:00.123Z web | text`, of which the settings can leave out the time and the name. */
export function createTextFormat(
  { settings, label }: FormatRequest,
  { encode, timestamp }: FormatMeans,
  room: Room,
): Format {
  const name = settings.prefix ? label : ''
  let prefix = encode(name)
  let stampedAt = Number.NaN
  return (lines, time) => {
    if (settings.timestamps && time !== stampedAt) {
      stampedAt = time
      prefix = encode(`${timestamp(time)} ${name}`)
    }
    const wanted = settings.stripAnsi ? stripAnsi(lines) : lines
    return prefix.length === 0 ? wanted : prefixLines(wanted, prefix, room)
  }
}
