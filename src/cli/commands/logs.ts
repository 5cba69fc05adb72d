import type { LogLine } from '../../core/protocol.ts'
import { withOptions, type Options } from '../options.ts'
import { createLabelPaint } from '../render/label.ts'
import { escapeControls, escapeLine } from '../render/text.ts'
import { follow, PROMPT_MS, queryOf, unexpected } from '../supervisor-link.ts'
import { complain, isTerminal, paintFor, print } from '../terminal.ts'

/** `supervisor logs`: what services wrote, in the order of time, each line after its service's name. */
export function logs(argv: readonly string[]): Promise<number> {
  return withOptions('logs', argv, showLogs)
}

async function showLogs(options: Options): Promise<number> {
  const follows = options.has('follow')
  const query = queryOf([
    ...options.words.map((name) => ['service', name] as const),
    ['last', options.number('last')],
    ['follow', follows ? 'true' : null],
  ])
  const format = options.has('json') ? (line: LogLine): string => JSON.stringify(line) : formatter()
  const held: LogLine[] = []
  let status = 0
  const onLine = (line: unknown): void => {
    if (!isLogLine(line)) status = told(line)
    else if (!follows) held.push(line)
    // Nobody reads any more: there is nothing to follow for.
    else if (!print(`${format(line)}\n`)) process.exit(status)
  }
  const asked = await follow({ method: 'GET', path: `/v1/logs${query}`, timeoutMs: PROMPT_MS }, onLine)
  if (held.length > 0) print(`${inOrder(held).map(format).join('\n')}\n`)
  if ('body' in asked) return unexpected(asked.body)
  return Math.max(asked.status, status)
}

/** A line as the container's log has it; only a terminal has to be guarded against what it may do. */
function formatter(): (line: LogLine) => string {
  if (!isTerminal(1)) return ({ service, text }) => `${service} | ${text}`
  const paint = createLabelPaint(paintFor(1))
  return ({ service, text }) => `${paint(service, `${escapeControls(service)} |`)} ${escapeLine(text)}`
}

/** Lines of the same millisecond stay as they came. */
function inOrder(lines: readonly LogLine[]): readonly LogLine[] {
  return lines.toSorted((a, b) => a.at - b.at)
}

function isLogLine(line: unknown): line is LogLine {
  return typeof line === 'object' && line !== null && 'at' in line && 'service' in line && 'text' in line
}

/** The last line of a stream may be a word from the supervisor. */
function told(line: unknown): number {
  if (typeof line !== 'object' || line === null || !('message' in line)) return unexpected(line)
  complain(String(line.message))
  return 1
}
