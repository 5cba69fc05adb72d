import { aroundLines } from './around-lines.ts'
import type { Format, FormatMeans, FormatRequest } from './format.ts'
import { stripAnsi } from './strip-ansi.ts'

/** Lines for people: `2026-11-21T03:00:00.123Z web | text`, of which the settings can leave out the time and the name. */
export function createTextFormat(
  { settings, label }: FormatRequest,
  { encode, byteText, timestamp }: FormatMeans,
): Format {
  const { toText, toBytes } = byteText
  const { timestamps, prefix } = settings
  const name = prefix ? toText(encode(label)) : ''
  const strip = settings.stripAnsi ? stripAnsi : (text: string): string => text
  if (!timestamps && name === '')
    return settings.stripAnsi ? (lines) => toBytes(strip(toText(lines))) : (lines) => lines
  let stampedAt = Number.NaN
  let around = aroundLines(name, '\n')
  return (lines, time) => {
    if (timestamps && time !== stampedAt) {
      stampedAt = time
      around = aroundLines(`${timestamp(time)} ${name}`, '\n')
    }
    return toBytes(around(strip(toText(lines))))
  }
}
