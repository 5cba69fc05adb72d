import { onOneLine } from '../text/quote.ts'

/** How many of the last lines are worth a look: a stack trace of Node's has some twenty. */
export const LINES_LOOKED_AT = 40

/** Longest piece of a line that stands in a sentence. */
const MAX_LENGTH = 160

/** Sequences of a terminal (ECMA-48, CSI and OSC), which would only be escaped. */
const SEQUENCES = new RegExp(String.raw`\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?)`, 'gu')

/**
 * The last of some lines that says something, oldest first: not an empty one, nor one of a stack trace, nor the brackets
 * and the version that Node prints below its errors. Where there is none such, the last that is not empty. Of an object in
 * JSON it is the message, and the error beside it.
 *
 * @param redact Takes the secrets out of it: before a part of one is cut off, or it is spelt as in quotes.
 * @returns One line, shortened, without what a terminal would act on; null when all are empty.
 */
export function tellingLine(lines: readonly string[], redact: (text: string) => string): string | null {
  const line = lastTelling(lines)?.trim()
  if (line === undefined) return null
  const shown = onOneLine(redact(messageOf(line).replaceAll(SEQUENCES, '')))
  return shown.length > MAX_LENGTH ? `${shown.slice(0, MAX_LENGTH)}…` : shown
}

/** From the end: mostly the last is the one, and the others need no look. */
function lastTelling(lines: readonly string[]): string | undefined {
  let last: string | undefined
  for (let index = lines.length - 1; index >= 0; index -= 1) {
    const text = (lines[index] ?? '').replaceAll(SEQUENCES, '').trimEnd()
    if (text === '') continue
    if (isTelling(text)) return text
    last ??= text
  }
  return last
}

/** What belongs to a line above it is indented, in every language that prints stack traces. */
function isTelling(line: string): boolean {
  return /^\S/u.test(line) && /[\p{L}\p{N}]/u.test(line) && !/^Node\.js v\d/u.test(line)
}

/** As pino, bunyan, winston, zap, slog, structlog and Elastic's schema name them; the first that says something. */
const MESSAGE = ['msg', 'message', 'event']
const ERROR = ['error', 'err', 'error.message']

function messageOf(line: string): string {
  const entry = line.startsWith('{') ? parsed(line) : null
  const message = valuesUnder(MESSAGE, entry).find(isFilled)?.trim()
  const causes = valuesUnder(ERROR, entry)
  const error = [...causes, ...causes.flatMap((cause) => valuesUnder(MESSAGE, cause))].find(isFilled)?.trim()
  if (message === undefined) return error ?? line
  return error === undefined || message.includes(error) ? message : `${message}: ${error}`
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return null // Long lines are remembered only in part.
  }
}

function valuesUnder(keys: readonly string[], entry: unknown): readonly unknown[] {
  if (typeof entry !== 'object' || entry === null) return []
  const values = new Map<string, unknown>(Object.entries(entry))
  return keys.map((key) => values.get(key))
}

function isFilled(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== ''
}
