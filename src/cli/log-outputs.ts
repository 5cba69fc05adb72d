import type { Config } from '../core/config/model.ts'
import { describeLogFileNews } from '../core/log/file-news.ts'
import { createRedactor } from '../core/text/redact.ts'
import { createJournal } from '../daemon/journal.ts'
import type { LogsOptions } from '../daemon/logs.ts'
import { clock } from '../system/clock.ts'
import type { LogFiles } from '../system/log-files.ts'
import { createLogger, type LazyLogger } from '../system/logger.ts'
import { createOutput } from '../system/output.ts'

/** All that lines go to. */
export interface LogOutputs extends LogsOptions {
  readonly redact: (text: string) => string
  readonly files: LogFiles
  readonly logger: LazyLogger
}

/** What the supervisor says itself, and how labels look. */
type Voice = Pick<LogsOptions, 'output' | 'services' | 'encode' | 'paint'> & Pick<LogOutputs, 'redact'>

/** Opens what lines go to, for services and for the supervisor itself; log files are opened with their first lines. */
export async function openLogOutputs(config: Config, paint: LogsOptions['paint']): Promise<LogOutputs> {
  const output = createOutput({ stdout: 1, stderr: 2 }, clock.now)
  const redact = createRedactor(config.secrets)
  const voice = { output, services: [...config.services.keys()], encode, redact, ...(paint && { paint }) }
  const files = await openLogFiles(config, (text) => {
    logger.warn(text)
    // It may be the very file that the supervisor's own messages go to.
    if (!config.logs.stdout) output.write('stderr', encode(`supervisor | warning: ${text}\n`))
  })
  const logger = createLogger(createOwnLog(config, files, voice), clock.today)
  return { ...voice, openLogFile: files.open, warn: logger.warn, clock, decode, files, logger }
}

async function openLogFiles({ logs, services }: Config, warn: (text: string) => void): Promise<LogFiles> {
  const settings = [logs, ...[...services.values()].map((service) => service.logs)]
  if (settings.every((each) => each === 'inherit' || each.file === null)) return NO_FILES
  const { createLogFiles } = await import('../system/log-files.ts')
  return createLogFiles({ now: clock.now, tell: (news) => warn(describeLogFileNews(news)) })
}

const NO_FILES: LogFiles = {
  open: ({ path }) => {
    throw new Error(`internal error: "${path}" was not asked for`)
  },
  reopen: () => undefined,
  flush: () => Promise.resolve(),
}

/** Its messages go to the container's output, to a file, to both or to none. */
function createOwnLog({ logs }: Config, files: LogFiles, voice: Voice): (line: string) => void {
  const { paint: _, ...plain } = voice
  const journals = [
    ...(logs.stdout ? [createJournal(voice)] : []),
    ...(logs.file === null ? [] : [createJournal({ ...plain, output: files.open(logs.file) })]),
  ]
  return (line) => {
    for (const write of journals) write(line)
  }
}

function encode(text: string): Uint8Array {
  return Buffer.from(text)
}

function decode(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()
}
