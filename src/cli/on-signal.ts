import type { SignalName } from '../core/config/signal.ts'
import type { Logger } from '../core/log/logger.ts'
import type { Loop } from '../daemon/loop.ts'
import type { Reporter } from '../daemon/reporter.ts'
import { clock } from '../system/clock.ts'

/** Who acts on a signal. */
export interface SignalTargets {
  readonly loop: Loop
  readonly logger: Logger
  readonly reporter: Reporter
  /** Log files were renamed: those at their paths are opened. */
  readonly reopenLogs: () => void
  /** Whether the terminal that there was at the start is gone. */
  readonly hasLostTerminal: () => boolean
  /** Without any there is no file to reload, and nothing has a status: those signals are CMD's. */
  readonly hasServices: boolean
}

/** Those that ask for an orderly shutdown (SIGPWR: LXC and systemd-nspawn use it). */
const SHUTDOWN: ReadonlySet<SignalName> = new Set(['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGPWR'])

/** Those that without services mean nothing to the supervisor. */
const FOR_COMMAND: ReadonlySet<SignalName> = new Set(['SIGHUP', 'SIGUSR1'])

/** What a signal to the supervisor does; none ends it, and those that mean nothing to itself may go to a service. */
export function onSignal(signal: SignalName, targets: SignalTargets): void {
  const { loop, logger, reporter } = targets
  if (SHUTDOWN.has(signal)) {
    loop.dispatch({ kind: 'shutdown-requested', by: signal, status: 0, insist: true, signal })
  } else if (signal === 'SIGHUP' && targets.hasLostTerminal()) {
    loop.dispatch({ kind: 'terminal-lost' })
  } else if (!targets.hasServices && FOR_COMMAND.has(signal)) {
    loop.dispatch({ kind: 'signal-received', signal })
  } else if (signal === 'SIGHUP') {
    logger.warn('SIGHUP: reloading the file is not possible yet; restart the container to apply a change')
  } else if (signal === 'SIGUSR1') {
    targets.reopenLogs()
    reporter.status(loop.supervisor(), clock.now())
  } else {
    loop.dispatch({ kind: 'signal-received', signal })
  }
}
