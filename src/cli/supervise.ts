import type { Config, ServiceConfig } from '../core/config/model.ts'
import type { Logger } from '../core/log/logger.ts'
import type { ControlParts } from '../daemon/desk.ts'
import { createRedactor } from '../core/text/redact.ts'
import { createJournal } from '../daemon/journal.ts'
import { createLogs } from '../daemon/logs.ts'
import { createReporter } from '../daemon/reporter.ts'
import { createSupervision } from '../daemon/supervision.ts'
import { clock } from '../system/clock.ts'
import { closeInspector } from '../system/inspector.ts'
import { hasProc } from '../system/proc.ts'
import { killDescendants } from '../system/kill-descendants.ts'
import { createLogger } from '../system/logger.ts'
import { createOutput } from '../system/output.ts'
import { startReaper } from '../system/reaper.ts'
import { guardRegExps } from '../system/regexp-guard.ts'
import { INTERNAL_ERROR } from './exit-status.ts'
import { createFaultHandler, surviveFaults } from './faults.ts'
import type { Home } from './home.ts'
import { createMachine } from './machine.ts'
import { onSignal } from './on-signal.ts'
import type { SignalSource } from './signal-source.ts'

/** What is to be supervised, and with what. */
export interface Supervising {
  readonly config: Config
  /** Names of the services that shall be up from the start. */
  readonly wanted: ReadonlySet<string>
  /** The command in the foreground; null: none. */
  readonly command: readonly string[] | null
  /** What the services inherit. */
  readonly environment: ReadonlyMap<string, string>
  readonly signals: SignalSource
  readonly home: Home
  /** Colours a label, such as `web | `; absent: labels stay plain. */
  readonly paint?: (service: string, label: string) => string
}

/** How long the last lines may take to reach a reader that has stalled. */
const LAST_WORDS_MS = 1000

/** Ends what was opened, within so many ms. */
type Ending = (withinMs: number) => Promise<void>

const NOTHING: Ending = () => Promise.resolve()

/** How much longer than all grace periods a stop may take before it counts as stuck. */
const LAST_KILLS_MS = 10_000

/** Supervises until everything is down; gives the exit status. */
export async function supervise(parts: Supervising): Promise<number> {
  const { config, home, signals } = parts
  if ([...config.services.values()].some(({ ready }) => ready?.kind === 'log')) guardRegExps()
  const output = createOutput({ stdout: 1, stderr: 2 }, clock.now)
  const redact = createRedactor(config.secrets)
  const text = {
    output,
    services: [...config.services.keys()],
    encode,
    redact,
    ...(parts.paint && { paint: parts.paint }),
  }
  const logger = createLogger(createJournal(text), clock.today)
  if (!hasProc()) logger.warn(NO_PROC)
  const machine = createMachine({ ...parts, ...home, output, reaper: startReaper() })
  const logs = createLogs({ ...text, clock, decode })
  const reporter = createReporter(logger)
  let serving: Promise<Ending> = Promise.resolve(NOTHING)
  const status = await new Promise<number>((ended) => {
    const supervisorId = randomId()
    const supervision = { ...parts, machine, supervisorId, logs, reporter, ended }
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
    signals.listen((signal) => onSignal(signal, { loop, logger, reporter }))
    loop.dispatch({ kind: 'begun' })
    closeInspector()
    void logger.load()
    serving = serve({ project: config.name, loop, machine, logs, failed: logger.error, redact }, home, logger).catch(
      (error: unknown) => {
        logger.error(`cannot open the control socket: ${String(error)}`)
        return NOTHING
      },
    )
  })
  killDescendants()
  const end = await serving
  const answered = end(LAST_WORDS_MS)
  await logger.load()
  await Promise.all([answered, output.flush(LAST_WORDS_MS)])
  home.leave()
  return status
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

/**
 * Opens the control socket to requests: the first services are on their way by then.
 *
 * @returns What ends it; who waits for an answer gets one.
 */
async function serve(parts: ControlParts, { claim }: Home, logger: Logger): Promise<Ending> {
  if (claim === null) return NOTHING
  const [{ createControl }, { serveControl }] = await Promise.all([
    import('../daemon/control.ts'),
    import('../system/control-socket.ts'),
  ])
  return serveControl({ claim, handle: createControl(parts), failed: logger.warn })
}

function encode(text: string): Uint8Array {
  return Buffer.from(text)
}

function decode(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()
}

/** Twelve hex digits that no other supervisor has. Not from node:crypto: loading that takes two ms of the start. */
function randomId(): string {
  return Math.floor(Math.random() * 2 ** 48)
    .toString(16)
    .padStart(12, '0')
}
