import { isUtf8 } from 'node:buffer'
import type { Config } from '../core/config/model.ts'
import { describeLogFileNews, type LogFileNews } from '../core/log/file-news.ts'
import { ownLabel } from '../core/log/label.ts'
import type { LogBuffer, LogSettings } from '../core/log/settings.ts'
import type { Output } from '../core/machine.ts'
import { createLearningRedactor } from '../core/text/learning-redactor.ts'
import { createJournal } from '../daemon/journal.ts'
import { createOwnLines, WARN } from '../daemon/own-lines.ts'
import { createLogs, type Logs, type LogsOptions } from '../daemon/logs.ts'
import { rememberWords } from '../daemon/own-words.ts'
import { clock } from '../system/clock.ts'
import type { LogFiles } from '../system/log-files.ts'
import { createLogger, type LazyLogger } from '../system/logger.ts'
import { createOutput } from '../system/output.ts'
import { createOwnFile, type OwnFile } from './own-file.ts'
import { isTerminal } from './terminal.ts'

/** All that lines go to, those of the services and the supervisor's own. */
export interface LogOutputs {
  readonly output: Output
  readonly files: LogFiles
  readonly logs: Logs
  /** What it is told is remembered, too. */
  readonly logger: LazyLogger
  readonly redact: (text: string) => string
  /** A further value to redact. */
  readonly learn: (secret: string) => void
}

/** Opens it; log files are opened with their first lines. */
export async function openLogOutputs(
  config: Config,
  looks: Pick<LogsOptions, 'dateOf' | 'paint'>,
): Promise<LogOutputs> {
  const { logs: settings } = config
  const services = [...config.services.keys()]
  const { redact, learn } = createLearningRedactor(config.secrets, config.services)
  const formatted = createOwnLines(settings, { label: ownLabel(services), redact })
  const warning = (msg: string): Uint8Array => encode(formatted({ level: WARN, time: clock.today(), msg }))
  const output = createOutput({ stdout: 1, stderr: 2 }, { now: clock.now, warning })
  const voice = { ...looks, output, services, encode, redact }
  const files = await openLogFiles(config, (news) => {
    const text = describeLogFileNews(news)
    const isToldThere = own?.hear(news) === true
    logger.warn(text)
    if (!settings.stdout && !isToldThere) output.write('stderr', warning(text))
  })
  const own = openOwnFile(settings, files, output)
  const filed = own && { toFile: own.write }
  const journal = createLogger(createJournal({ ...voice, settings, ...filed }), clock.today)
  const logger = rememberWords(journal, (words) => logs.remember(words))
  const logs = createLogs({
    ...voice,
    openLogFile: files.open,
    clock,
    decode,
    isUtf8,
    isTerminal: (stream) => isTerminal(stream === 'stdout' ? 1 : 2),
    bufferOf: (name) => bufferIn(config, name),
    warn: logger.warn,
  })
  return { output, files, logs, logger, redact, learn }
}

/** When its messages are nowhere else, those that it cannot take go to stderr. */
function openOwnFile({ file, stdout }: LogSettings, files: LogFiles, output: Output): OwnFile | null {
  if (file === null) return null
  const instead = (lines: Uint8Array): void => output.write('stderr', lines)
  return createOwnFile(file.path, files.open(file), stdout ? () => undefined : instead)
}

/** What is to be remembered of a service, or of the supervisor itself. */
function bufferIn({ services, logs }: Config, name: string): LogBuffer {
  const settings = services.get(name)?.logs ?? logs
  return settings === 'inherit' ? logs.buffer : settings.buffer
}

async function openLogFiles({ logs, services }: Config, tell: (news: LogFileNews) => void): Promise<LogFiles> {
  const settings = [logs, ...[...services.values()].map((service) => service.logs)]
  if (settings.every((each) => each === 'inherit' || each.file === null)) return NO_FILES
  const { createLogFiles } = await import('../system/log-files.ts')
  return createLogFiles({ now: clock.now, tell })
}

const NO_FILES: LogFiles = {
  open: ({ path }) => {
    throw new Error(`internal error: "${path}" was not asked for`)
  },
  reopen: () => undefined,
  end: () => Promise.resolve(),
}

function encode(text: string): Uint8Array {
  return Buffer.from(text)
}

function decode(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()
}
