import { OWN_NAME } from '../core/log/label.ts'
import type { LogSettings } from '../core/log/settings.ts'
import { timestamp } from './calendar.ts'

/** What the supervisor itself says: what stands in one of pino's lines. */
export interface OwnMessage {
  /** One of pino's numbers. */
  readonly level: number
  /** Milliseconds since 1970. */
  readonly time: number
  readonly msg: string
  /** Facts beside the words, for tools. */
  readonly [field: string]: unknown
}

/** How what is more than news begins, wherever it stands as text. */
export const SEVERITIES = { info: '', warn: 'warning: ', error: 'error: ' } as const

/** Numbers of pino's levels (pino's `levels.values`). */
export const WARN = 40
const ERROR = 50

/**
 * What the supervisor itself says as lines of the log, each with its newline: text among that of the services, or pino's
 * line with its name as that of the service. In `raw` it is text with nothing in front.
 *
 * @param label What stands in front of each line of text when it has a prefix.
 */
export function createOwnLines(
  { format, timestamps, prefix }: LogSettings,
  { label, redact }: { readonly label: string; readonly redact: (text: string) => string },
): (message: OwnMessage) => string {
  switch (format) {
    case 'json':
      return (message) => toJson(message, redact)
    case 'raw':
      return (message) => toText(message, '', redact)
    case 'text':
      return (message) => {
        const time = timestamps ? `${timestamp(message.time)} ` : ''
        return toText(message, `${time}${prefix ? label : ''}`, redact)
      }
  }
}

/** Only the values: a secret may look like the name of a field, or like the time. */
function toJson({ level, time, msg, ...fields }: OwnMessage, redact: (text: string) => string): string {
  const facts = Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? redact(value) : value])
  return `${JSON.stringify({ level, time, ...Object.fromEntries(facts), service: OWN_NAME, msg: redact(msg) })}\n`
}

function toText({ level, msg }: OwnMessage, front: string, redact: (text: string) => string): string {
  const lines = `${severity(level)}${redact(msg)}`.split(/\r?\n/)
  return lines.map((line) => `${front}${line}\n`).join('')
}

function severity(level: number): string {
  if (level >= ERROR) return SEVERITIES.error
  return level >= WARN ? SEVERITIES.warn : SEVERITIES.info
}
