import type { ServiceStatus } from '../../core/protocol.ts'
import { formatShort } from '../../core/text/span.ts'
import type { StatusView } from './status.ts'
import { cut, escapeControls, wrap } from './text.ts'

/** Lines of a check's output that are shown, at most; the rest stands in the JSON. */
const MAX_OUTPUT_LINES = 10

/** Of a terminal's lines, so many at most go to what a service says of itself. */
const SAID_LINES = 3

/** What a status has to tell of a service beside its row, a line each, after an empty one; none when there is nothing. */
export function detailLines(service: ServiceStatus, view: StatusView): readonly string[] {
  const { paint, width } = view
  const room = (width ?? Infinity) - 2
  const lines = [...said(service, room), ...next(service, view), ...failures(service), ...check(service, view)]
  if (lines.length === 0) return []
  return [
    '',
    paint('bold', cut(escapeControls(service.name), width ?? Infinity)),
    ...lines.map((line) => `  ${cut(line, room)}`),
  ]
}

function said({ says }: ServiceStatus, room: number): readonly string[] {
  return says === null ? [] : wrap(`says: ${escapeControls(says)}`, room, SAID_LINES)
}

function next({ next: at }: ServiceStatus, { today }: StatusView): readonly string[] {
  if (at === null) return []
  return [`next start: ${at}, in ${formatShort(Math.max(0, Date.parse(at) - today))}`]
}

function failures({ failures: count, state }: ServiceStatus): readonly string[] {
  // Of one that is up the reason says it.
  return count === 0 || state === 'running' ? [] : [`runs in a row that did not last: ${count}`]
}

function check({ check: last }: ServiceStatus, { today }: StatusView): readonly string[] {
  if (last === null) return []
  const ago = formatShort(Math.max(0, today - Date.parse(last.ended)))
  const lines = last.output.split(/\r?\n/u).filter((line) => line.trim() !== '')
  const rest = lines.length - MAX_OUTPUT_LINES
  return [
    `last check: ${last.passed ? 'passed' : 'failed'} ${ago} ago`,
    ...lines.slice(0, MAX_OUTPUT_LINES).map((line) => `  | ${escapeControls(line)}`),
    ...(rest > 0 ? [`  | … and ${rest} more lines`] : []),
  ]
}
