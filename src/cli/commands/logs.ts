import type { LogEntry, Missed } from '../../core/protocol.ts'
import { withOptions, type Options } from '../options.ts'
import { createLogRenderer, renderJson } from '../render/log.ts'
import { follow, PROMPT_MS, queryOf, unexpected } from '../supervisor-link.ts'
import { isTerminal, paintFor, print } from '../terminal.ts'

/** `supervisor logs`: what services wrote, in the order of time, each line after its service's name. */
export function logs(argv: readonly string[]): Promise<number> {
  return withOptions('logs', argv, showLogs)
}

/** All of it goes to stdout, what services wrote to stderr too: so it keeps its order, and a pager or grep sees it. */
async function showLogs(options: Options): Promise<number> {
  const query = queryOf([
    ...options.words.map((name) => ['service', name] as const),
    ['last', options.number('last')],
    ['since', options.instant('since')],
    ['until', options.instant('until')],
    ['follow', options.has('follow') ? 'true' : null],
  ])
  const render = options.has('json') ? renderJson : rendererFor(options)
  let status = 0
  const write = printTogether(() => process.exit(status))
  const onLine = (line: unknown): void => {
    if (isEntry(line)) write(`${render(line)}\n`)
    else status = unexpected(line)
  }
  const asked = await follow({ method: 'GET', path: `/v1/logs${query}`, timeoutMs: PROMPT_MS }, onLine)
  if ('body' in asked) return unexpected(asked.body)
  return Math.max(asked.status, status)
}

function rendererFor(options: Options): (entry: LogEntry | Missed) => string {
  return createLogRenderer({
    paint: paintFor(1),
    isTerminal: isTerminal(1),
    timestamps: options.has('timestamps'),
    prefix: !options.has('no-prefix'),
    stripAnsi: options.has('strip-ansi'),
  })
}

/**
 * Prints together what comes together: a write takes as long as many lines.
 *
 * @param deserted Called when nobody reads any more: there is nothing to go on for.
 */
function printTogether(deserted: () => void): (text: string) => void {
  let gathered = ''
  const flush = (): void => {
    const text = gathered
    gathered = ''
    if (!print(text)) deserted()
  }
  return (text) => {
    if (gathered === '') queueMicrotask(flush)
    gathered += text
  }
}

function isEntry(line: unknown): line is LogEntry | Missed {
  if (typeof line !== 'object' || line === null) return false
  return 'missed' in line || ('at' in line && 'service' in line && ('text' in line || 'event' in line))
}
