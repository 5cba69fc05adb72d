import type { Format, FormatMeans, FormatRequest } from './format.ts'
import { jsonLines } from './json-lines.ts'
import type { Room } from './room.ts'
import { stripAnsi } from './strip-ansi.ts'

/** A JSON object a line, in pino's shape. What stands on stderr need not be an error: it has pino's level `info` too. */
export function createJsonFormat(
  { settings, service, run }: FormatRequest,
  { encode, decode, isUtf8 }: FormatMeans,
  room: Room,
): Format {
  const name = JSON.stringify(service)
  return (lines, time, stream) => {
    const head = `{"level":30,"time":${time},"service":${name},"stream":"${stream}","run":${run},"msg":"`
    const wanted = settings.stripAnsi ? stripAnsi(lines) : lines
    return jsonLines(isUtf8(wanted) ? wanted : encode(decode(wanted)), encode(head), room)
  }
}
