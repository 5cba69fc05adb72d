import { dirname, join } from 'node:path'
import type { Logger } from '../core/log/logger.ts'
import type { Config, ServiceConfig } from '../core/config/model.ts'
import type { ControlParts } from '../daemon/desk.ts'
import { createCalendar } from '../daemon/calendar.ts'
import { createEventLog } from '../daemon/event-log.ts'
import { createLastLines } from '../daemon/last-lines.ts'
import { createReporter } from '../daemon/reporter.ts'
import { createSupervision } from '../daemon/supervision.ts'
import { clock } from '../system/clock.ts'
import { createGuard, NO_GUARD, type Guard } from '../system/guard.ts'
import type { Inheritance } from '../system/handed-over.ts'
import { closeInspector } from '../system/inspector.ts'
import { hasProc } from '../system/proc.ts'
import { killDescendants } from '../system/kill-descendants.ts'
import { ignoreRealTimeSignals } from '../system/libc/ignore.ts'
import { startReaper } from '../system/reaper.ts'
import { guardRegExps } from '../system/regexp-guard.ts'
import { INTERNAL_ERROR } from './exit-status.ts'
import { createFaultHandler, surviveFaults } from './faults.ts'
import type { Home } from './home.ts'
import { openLogOutputs, type LogOutputs } from './log-outputs.ts'
import { createMachine } from './machine.ts'
import { onSignal } from './on-signal.ts'
import { serveRequests, type Ending } from './serve-requests.ts'
import type { SignalSource } from './signal-source.ts'

/** What is to be supervised, and with what. */
export interface Supervising {
  readonly config: Config
  /** Names of the services that shall be up from the start. */
  readonly wanted: ReadonlySet<string>
  /** The command in the foreground; null: none. */
  readonly command: readonly string[] | null
  /** What the services inherit. */
  readonly inheritance: Inheritance
  readonly signals: SignalSource
  readonly home: Home
  /** What is to be told of the files, in the log. */
  readonly warnings?: readonly string[]
  /** Colours a label, such as `web | `; absent: labels stay plain. */
  readonly paint?: (service: string, label: string) => string
}

/** How long the last lines may take to reach a reader that has stalled. */
const LAST_WORDS_MS = 1000

/** The same for a disk: it comes back more often than a reader does. */
const LAST_WRITES_MS = 5000

/** The same for what has been said meanwhile. */
const LAST_NEWS_MS = 100

/** The same for a client's last answer: what it has not taken by then it does not read, and a stop must not wait for it. */
const LAST_ANSWERS_MS = 150

const NOTHING: Ending = () => Promise.resolve()

/** How much longer than all grace periods a stop may take before it counts as stuck. */
const LAST_KILLS_MS = 10_000

/** Supervises until everything is down; gives the exit status. */
export async function supervise(parts: Supervising): Promise<number> {
  const { config, home, signals, paint } = parts
  ignoreRealTimeSignals()
  if ([...config.services.values()].some(({ ready }) => ready?.kind === 'log')) guardRegExps()
  const dateOf = createCalendar(clock)
  const outputs = await openLogOutputs(config, { dateOf, ...(paint && { paint }) })
  const { output, files, logs, logger, redact, learn } = outputs
  for (const warning of parts.warnings ?? []) logger.warn(warning)
  if (!hasProc()) logger.warn(NO_PROC)
  const supervisorId = randomId()
  const guard = guardFor(parts, supervisorId, logger)
  const reaper = startReaper(logger.warn)
  const machine = createMachine({ ...parts, ...home, output, openLogFile: files.open, reaper, guard, logger, learn })
  const events = createEventLog(dateOf, redact)
  const reporter = createReporter(logger, createLastLines(logs, redact))
  let serving: Promise<Ending> = Promise.resolve(NOTHING)
  const status = await new Promise<number>((ended) => {
    const supervision = { ...parts, machine, supervisorId, logs, reporter, events, ended }
    const loop = createSupervision({ ...supervision, faulted: (error) => faulted(error) })
    const giveUp = (): void => {
      // As PID 1 all that is left dies with this process; elsewhere nobody would end it.
      try {
        loop.killAll()
      } finally {
        ended(INTERNAL_ERROR)
      }
    }
    const faulted = createFaultHandler({ loop, logger, clock, patienceMs: longestStopMs(config), giveUp })
    surviveFaults(faulted)
    const hasServices = config.services.size > 0
    const targets = { ...signals, loop, logger, reporter, reopenLogs: files.reopen, hasServices }
    signals.listen((signal) => onSignal(signal, targets))
    loop.dispatch({ kind: 'begun' })
    closeInspector()
    void logger.load()
    const told = { failed: logger.error, redact, secretNames: config.secretNames }
    const control = { project: config.name, loop, machine, logs, events, dateOf, ...told }
    serving = serve(parts, control, logger)
  })
  // Before what is left is looked for: it would be among that.
  await guard.end()
  killDescendants()
  const answered = (await serving)(LAST_ANSWERS_MS)
  await logger.load()
  await Promise.all([answered, endLogs(outputs)])
  home.leave()
  return status
}

/** What has gone wrong with a file by then is told on the output. */
async function endLogs({ files, output }: LogOutputs): Promise<void> {
  await Promise.all([files.end(LAST_WRITES_MS), output.flush(LAST_WORDS_MS)])
  await output.flush(LAST_NEWS_MS)
}

/** Nobody can ask where the machine has no room for a socket, and it is the services that matter. */
async function serve({ home, config }: Supervising, control: ControlParts, logger: Logger): Promise<Ending> {
  const { claim, runtimeDir } = home
  if (claim === null) return NOTHING
  try {
    return await serveRequests(control, { claim, runtimeDir, allow: config.controlAllow, warn: logger.warn })
  } catch (error) {
    logger.error(`cannot open the control socket: ${String(error)}`)
    return NOTHING
  }
}

/** Asked for as soon as there is something to guard. */
function guardFor({ config, inheritance }: Supervising, supervisorId: string, logger: Logger): Guard {
  if (process.pid === 1 || config.whenKilled === 'leave') return NO_GUARD
  const [, program = ''] = process.argv
  return createGuard({
    script: join(dirname(program), 'pidone-guard'),
    sweeper: [process.execPath, program, 'sweep'],
    environment: inheritance.environment,
    supervisorId,
    failed: logger.warn,
  })
}

const NO_PROC =
  'no "/proc" of this PID namespace: what leaves the process group of its service outlives it, and CPU, memory and "max_memory" are unknown; mount one'

/** What an orderly stop of all can take, one after another, and some time for what comes after each SIGKILL. */
function longestStopMs({ services, shutdownTimeoutMs }: Config): number {
  const stopMs = [...services.values()].reduce((sum, service) => sum + longestStopOf(service), 0)
  return (shutdownTimeoutMs ?? stopMs) + LAST_KILLS_MS
}

function longestStopOf({ preStop, stopGracePeriodMs }: ServiceConfig): number {
  return preStop.reduce((sum, { timeoutMs }) => sum + timeoutMs, stopGracePeriodMs)
}

/** Twelve hex digits that no other supervisor has. Not from node:crypto: loading that takes two ms of the start. */
function randomId(): string {
  return Math.floor(Math.random() * 2 ** 48)
    .toString(16)
    .padStart(12, '0')
}
