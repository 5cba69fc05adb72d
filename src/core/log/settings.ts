import { DEFAULT_MAX_LINE_BYTES } from './lines.ts'

/** What becomes of a service's output, or of the supervisor's own messages: every default filled in. */
export interface LogSettings {
  /** `text`: lines for people. `json`: one object a line, in pino's shape. `raw`: the very bytes, nothing added. */
  readonly format: 'text' | 'json' | 'raw'
  /** Text: each line begins with its time, ISO 8601 in UTC with milliseconds. */
  readonly timestamps: boolean
  /** Text: each line begins with the service's name. */
  readonly prefix: boolean
  /** Escape sequences are taken out of what does not go to a terminal. */
  readonly stripAnsi: boolean
  /** Whether it goes to the container's stdout and stderr. */
  readonly stdout: boolean
  /** A file that it goes to as well, absolute; null for none. */
  readonly file: LogFileSettings | null
  /** What is remembered of it in memory, at most. */
  readonly buffer: LogBuffer
  /** Longer lines are split, bytes. */
  readonly maxLineBytes: number
  /** When the output is full: `block` makes the service wait, `drop` counts and tells what was dropped. */
  readonly overflow: 'block' | 'drop'
}

/** A log file of ours; several services can have the same one, and then say the same of it. */
export interface LogFileSettings {
  readonly path: string
  /** The size, bytes, that it is not to exceed; null: it grows, and somebody else rotates it. */
  readonly maxBytes: number | null
  /** How many old ones are kept beside it, as `PATH.1`, the newest, to `PATH.N`; 0: none. */
  readonly maxFiles: number
  /** Old ones are compressed, and end in `.gz`. */
  readonly compress: boolean
}

/** What is remembered, at most. */
export interface LogBuffer {
  readonly maxLines: number
  readonly maxBytes: number
}

/** What holds where the file says nothing. */
export const DEFAULT_LOG_SETTINGS: LogSettings = {
  format: 'text',
  timestamps: false,
  prefix: true,
  stripAnsi: false,
  stdout: true,
  file: null,
  buffer: { maxLines: 1000, maxBytes: 256 * 1024 },
  maxLineBytes: DEFAULT_MAX_LINE_BYTES,
  overflow: 'block',
}
