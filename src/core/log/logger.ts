/** Where the supervisor says what it does; each message is one thing, in words, and never throws. */
export interface Logger {
  readonly info: (message: string, fields?: LogFields) => void
  readonly warn: (message: string, fields?: LogFields) => void
  readonly error: (message: string, fields?: LogFields) => void
}

/** Facts beside the words, for tools; text output leaves them out. */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>
