import type { LogEntry, Missed } from '../../core/protocol.ts'
import { withOptions, type Options } from '../options.ts'
import { printStream } from '../print-stream.ts'
import { jsonLine } from '../render/json.ts'
import { createLogRenderer } from '../render/log.ts'
import { queryOf } from '../supervisor-link.ts'
import { isTerminal, paintFor } from '../terminal.ts'

/** `supervisor logs`: what services wrote, in the order of time, each line after its service's name. */
export function logs(argv: readonly string[]): Promise<number> {
  return withOptions('logs', argv, showLogs)
}

/** All of it goes to stdout, what services wrote to stderr too: so it keeps its order, and a pager or grep sees it. */
function showLogs(options: Options): Promise<number> {
  const query = queryOf(options.words, [
    ['last', options.number('last')],
    ['since', options.instant('since')],
    ['until', options.instant('until')],
    ['follow', options.has('follow') ? 'true' : null],
  ])
  const render = options.has('json') ? jsonLine : rendererFor(options)
  return printStream(`/v1/logs${query}`, { isOne: isEntry, render })
}

function rendererFor(options: Options): (entry: LogEntry | Missed) => string {
  const render = createLogRenderer({
    paint: paintFor(1),
    isTerminal: isTerminal(1),
    timestamps: options.has('timestamps'),
    prefix: !options.has('no-prefix'),
    stripAnsi: options.has('strip-ansi'),
  })
  return (entry) => `${render(entry)}\n`
}

function isEntry(line: unknown): line is LogEntry | Missed {
  if (typeof line !== 'object' || line === null) return false
  return 'missed' in line || ('at' in line && 'service' in line && ('text' in line || 'event' in line))
}
