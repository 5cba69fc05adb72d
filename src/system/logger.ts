import type { LogFields, Logger } from '../core/log/logger.ts'

/** A logger that can be used at once, and becomes pino when there is time to load it. */
export interface LazyLogger extends Logger {
  /** Loads pino and writes what was said until then; never rejects. */
  readonly load: () => Promise<void>
}

type Level = 'info' | 'warn' | 'error'
type Write = (message: Message) => void

interface Message {
  readonly level: Level
  readonly at: number
  readonly text: string
  readonly fields: LogFields
}

/**
 * The supervisor's own log: pino's JSON lines.
 *
 * Pino takes 15 ms to load, more than all the rest of a start: until `load` the messages wait, with the time at which
 * they were said.
 *
 * @param write Takes each line, with its newline.
 * @param today Milliseconds since 1970.
 */
export function createLogger(write: (line: string) => void, today: () => number): LazyLogger {
  const waiting: Message[] = []
  let send: Write = (message) => void waiting.push(message)
  let loading: Promise<void> | null = null

  const say =
    (level: Level) =>
    (text: string, fields: LogFields = {}) =>
      send({ level, at: today(), text, fields })

  async function load(): Promise<void> {
    send = await loadPino(write).catch((error: unknown) => {
      // The words matter more than who writes them.
      waiting.push({ level: 'warn', at: today(), text: `cannot load pino: ${String(error)}`, fields: {} })
      return plainWriter(write)
    })
    for (const message of waiting.splice(0)) send(message)
  }

  return { info: say('info'), warn: say('warn'), error: say('error'), load: () => (loading ??= load()) }
}

async function loadPino(write: (line: string) => void): Promise<Write> {
  // Its default: in the bundle a CommonJS package has no other export.
  const { default: pino } = await import('pino')
  let at = 0
  const logger = pino({ base: null, timestamp: () => `,"time":${at}` }, { write })
  return (message) => {
    at = message.at
    logger[message.level](message.fields, message.text)
  }
}

function plainWriter(write: (line: string) => void): Write {
  const levels = { info: 30, warn: 40, error: 50 }
  return ({ level, at, text, fields }) =>
    write(`${JSON.stringify({ level: levels[level], time: at, ...fields, msg: text })}\n`)
}
