import type { LogLine } from '../core/protocol.ts'
import { COMMAND } from '../core/supervisor/command.ts'
import type { LastLineOf } from '../core/supervisor/look.ts'
import type { ShutdownCause, Supervisor } from '../core/supervisor/state.ts'
import { statusOf, type CoreStatus } from '../core/supervisor/status.ts'
import { failedServices, neverStarted } from '../core/supervisor/summary.ts'
import { describeEnd, describeShutdown, type Message } from '../core/supervisor/words.ts'
import type { Logger } from '../core/log/logger.ts'

/** The supervisor's own voice. */
export interface Reporter {
  readonly tell: (message: Message) => void
  readonly shutdownBegan: (cause: ShutdownCause) => void
  readonly patienceEnded: (why: string) => void
  /** Something that is no change of a service, and that somebody should look at. */
  readonly warn: (text: string) => void
  /** One line a service. */
  readonly status: (supervisor: Supervisor, now: number) => void
  /** What failed, or was failing, with the last lines of its output, what never started because of it, and what ended it all. */
  readonly lastWords: (supervisor: Supervisor, cause: ShutdownCause, tail: TailOf) => void
}

/** The last lines of a service. */
type TailOf = (service: string, last: number) => readonly LogLine[]

/** How many lines of a failed service's output are shown at the end. */
const LAST_LINES = 10

/** A reporter that writes to the log. */
export function createReporter(logger: Logger, lastLineOf?: LastLineOf): Reporter {
  const tell = ({ level, text }: Message): void => logger[level](text)
  return {
    tell,
    shutdownBegan: (cause) => tell(describeShutdown(cause)),
    patienceEnded: (why) => logger.warn(`${why}: killing all that is left`),
    warn: (text) => logger.warn(text),
    status: (supervisor, now) => {
      for (const row of statusOf(supervisor, now, lastLineOf)) logger.info(`${row.name}: ${standing(row)}`)
    },
    lastWords: (supervisor, cause, tail) => {
      for (const { name, why } of failedServices(supervisor)) {
        const lines = tail(name, LAST_LINES)
        logger.error(`${name}: ${why}${lines.length === 0 ? '' : '; its last lines:'}`)
        for (const { text } of lines) logger.error(`  ${text}`)
      }
      const never = neverStarted(supervisor).map((name) => (name === COMMAND ? 'the command' : name))
      if (never.length > 0) logger.error(`never started because of that: ${never.join(', ')}`)
      logger.info(`ended with status ${cause.status}: ${describeEnd(cause)}`)
    },
  }
}

/** Some reasons begin with the state: `disabled by "enabled"`. */
function standing({ state, pid, restarts, reason }: CoreStatus): string {
  const kind = reason.startsWith(state) ? '' : state
  const details = [kind, pid === null ? '' : `pid ${pid}`, restarts === 0 ? '' : `restarts ${restarts}`, reason]
  return details.filter((detail) => detail !== '').join(', ')
}
