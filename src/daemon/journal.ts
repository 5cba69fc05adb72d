import { ownLabel, OWN_NAME } from '../core/log/label.ts'
import type { LogSettings } from '../core/log/settings.ts'
import type { LogsOptions } from './logs.ts'
import { createOwnLines, WARN, type OwnMessage } from './own-lines.ts'

/** Where the supervisor's own messages go, and how they look. */
export interface JournalOptions extends Pick<LogsOptions, 'services' | 'encode' | 'paint' | 'redact'> {
  readonly output: Pick<LogsOptions['output'], 'write'>
  readonly settings: LogSettings
  /** Takes what goes to the file of the settings; absent: there is none. */
  readonly toFile?: (lines: Uint8Array) => void
}

/**
 * Takes pino's lines and puts them among those of the services: `supervisor | web is ready after 0.1 s`.
 *
 * All of it goes to stdout, warnings too: the two streams reach a reader through two pipes, in no order to each other,
 * and what the supervisor says makes sense only next to the lines that it is about.
 *
 * Without services stdout is the command's alone: what went wrong is said on stderr, and nothing else is said. A file has
 * all of it in any case.
 */
export function createJournal(options: JournalOptions): (line: string) => void {
  const { output, services, settings, encode, paint, redact, toFile } = options
  const plain = ownLabel(services)
  const forOutput = createOwnLines(settings, { label: paint?.(OWN_NAME, plain) ?? plain, redact })
  const forFile = createOwnLines(settings, { label: plain, redact })
  const isAlone = services.length === 0
  return (line) => {
    const message = JSON.parse(line) as OwnMessage
    toFile?.(encode(forFile(message)))
    if (!settings.stdout || (isAlone && message.level < WARN)) return
    output.write(isAlone ? 'stderr' : 'stdout', encode(forOutput(message)))
  }
}
