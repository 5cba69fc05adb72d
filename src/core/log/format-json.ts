import type { Format, FormatMeans, FormatRequest } from './format.ts'
import type { JsonLines } from './json-lines.ts'
import { stripAnsi } from './strip-ansi.ts'

/** A JSON object a line, in pino's shape. What stands on stderr need not be an error: it has pino's level `info` too. */
export function createJsonFormat(
  { settings, service, run }: FormatRequest,
  { encode, decode, byteText, toJsonLines }: FormatMeans & { readonly toJsonLines: JsonLines },
): Format {
  const { toText, toBytes, isUtf8 } = byteText
  const name = JSON.stringify(service)
  return (lines, time, stream) => {
    const head = `{"level":30,"time":${time},"service":${name},"stream":"${stream}","run":${run},"msg":"`
    const wanted = settings.stripAnsi ? toBytes(stripAnsi(toText(lines))) : lines
    return toJsonLines(isUtf8(wanted) ? wanted : encode(decode(wanted)), encode(head))
  }
}
