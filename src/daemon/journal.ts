import { labelFor, labelWidth, OWN_NAME } from '../core/log/label.ts'
import type { LogsOptions } from './logs.ts'

/** Numbers of pino's levels (pino's `levels.values`). */
const WARN = 40
const ERROR = 50

/**
 * Turns pino's JSON lines into text among the services' lines: `supervisor | web is ready after 0.1 s`.
 *
 * All of it goes to stdout, warnings too: the two streams reach a reader through two pipes, in no order to each other,
 * and what the supervisor says makes sense only next to the lines that it is about.
 *
 * Without services stdout is the command's alone: what went wrong is said on stderr, and nothing else is said.
 */
export function createJournal(
  options: Pick<LogsOptions, 'output' | 'services' | 'encode' | 'paint'> & {
    readonly redact: (text: string) => string
  },
): (line: string) => void {
  const plain = labelFor(OWN_NAME, labelWidth(options.services))
  const label = options.paint?.(OWN_NAME, plain) ?? plain
  const isAlone = options.services.length === 0
  return (line) => {
    const { level, msg } = JSON.parse(line) as { readonly level: number; readonly msg?: string }
    if (isAlone && level < WARN) return
    const words = `${severity(level)}${options.redact(msg ?? '')}`
    const text = words
      .split(/\r?\n/)
      .map((part) => `${label}${part}\n`)
      .join('')
    options.output.write(isAlone ? 'stderr' : 'stdout', options.encode(text))
  }
}

function severity(level: number): string {
  if (level >= ERROR) return 'error: '
  return level >= WARN ? 'warning: ' : ''
}
