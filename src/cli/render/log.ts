import { OWN_NAME } from '../../core/log/label.ts'
import { stripAnsi } from '../../core/log/strip-ansi.ts'
import type { LogEntry, LogLine, LogMark, Missed } from '../../core/protocol.ts'
import type { Paint } from './colour.ts'
import { exitWords } from './exit-words.ts'
import { createLabelPaint } from './label.ts'
import { cellWidth, escapeControls, escapeLine } from './text.ts'

/** How logs are to look. */
export interface LogLook {
  readonly paint: Paint
  /** A terminal is guarded against what a line may do to it; anybody else gets it as it was written. */
  readonly isTerminal: boolean
  /** Each line begins with its time, in UTC. */
  readonly timestamps: boolean
  /** Each line has the name of its service in front. */
  readonly prefix: boolean
  readonly stripAnsi: boolean
}

/** Makes what renders logs, line by line; on a terminal the labels are as wide as the widest so far. */
export function createLogRenderer(look: LogLook): (entry: LogEntry | Missed) => string {
  const { paint, isTerminal, timestamps, prefix } = look
  const paintLabel = createLabelPaint(paint)
  let width = 0

  const label = (service: string): string => {
    if (!prefix) return ''
    if (!isTerminal) return `${service} | `
    const name = escapeControls(service)
    const cells = cellWidth(name)
    width = Math.max(width, cells)
    return `${paintLabel(service, `${name}${' '.repeat(width - cells)} |`)} `
  }
  const time = (at: number): string => (timestamps ? `${paint('dim', new Date(at).toISOString())} ` : '')
  const text = (line: LogLine): string => {
    const kept = look.stripAnsi ? Buffer.from(stripAnsi(Buffer.from(line.text))).toString() : line.text
    return isTerminal ? escapeLine(kept) : kept
  }

  return (entry) => {
    if ('missed' in entry) return `${label(OWN_NAME)}${paint('dim', `── ${missing(entry)} ──`)}`
    const body = 'text' in entry ? text(entry) : paint('dim', `── run ${entry.run} ${wordsOf(entry)} ──`)
    return `${time(entry.at)}${label(entry.service)}${body}`
  }
}

function missing({ missed }: Missed): string {
  const lines = missed === 1 ? '1 line is' : `${missed} lines are`
  return `${lines} missing here: they came faster than they were read`
}

function wordsOf(mark: LogMark): string {
  switch (mark.event) {
    case 'started':
      return `started, pid ${mark.pid}`
    case 'ended':
      return exitWords(mark.exit)
    case 'not-started':
      return `could not be started: ${escapeControls(mark.reason)}`
  }
}
