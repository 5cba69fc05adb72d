import { randomBytes } from 'node:crypto'
import type { Config } from '../core/config/model.ts'
import type { Logger } from '../core/log/logger.ts'
import type { ControlParts } from '../daemon/control.ts'
import { createLogs } from '../daemon/logs.ts'
import { createReporter } from '../daemon/reporter.ts'
import { createSupervision } from '../daemon/supervision.ts'
import { clock } from '../system/clock.ts'
import type { Claim } from '../system/control-claim.ts'
import { createLogger } from '../system/logger.ts'
import { createOutput } from '../system/output.ts'
import type { Reaper } from '../system/reaper.ts'
import type { RuntimeDir } from '../system/runtime-dir.ts'
import { surviveFaults } from './faults.ts'
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
  readonly reaper: Reaper
  readonly signals: SignalSource
  readonly runtimeDir: RuntimeDir
  readonly claim: Claim
  /** Colours a service's label; absent: labels stay plain. */
  readonly paint?: (service: string, label: string) => string
}

/** How long the last lines may take to reach a reader that has stalled. */
const LAST_WORDS_MS = 1000

/** Supervises until everything is down; gives the exit status. */
export async function supervise(parts: Supervising): Promise<number> {
  const { config, wanted, command, environment, reaper, signals, runtimeDir, claim } = parts
  const output = createOutput({ stdout: 1, stderr: 2 }, clock.now)
  const names = [...config.services.keys()]
  const logger = createLogger(output, names)
  const machine = createMachine({ environment, runtimeDir, reaper, output })
  const logs = createLogs({ output, clock, services: names, encode, decode, ...paintOf(parts) })
  const reporter = createReporter(logger)
  const status = await new Promise<number>((ended) => {
    const supervisorId = randomBytes(6).toString('hex')
    const loop = createSupervision({ machine, config, wanted, command, supervisorId, logs, reporter, ended })
    surviveFaults(loop, logger)
    signals.listen((signal) => onSignal(signal, { loop, logger, reporter }))
    loop.dispatch({ kind: 'begun' })
    void serve({ project: config.name, loop, machine, logs }, claim, logger)
  })
  await output.flush(LAST_WORDS_MS)
  claim.release()
  runtimeDir.remove()
  return status
}

/** Opens the control socket to requests, once the first services are on their way. */
async function serve(parts: ControlParts, claim: Claim, logger: Logger): Promise<void> {
  const [{ createControl }, { serveControl }] = await Promise.all([
    import('../daemon/control.ts'),
    import('../system/control-socket.ts'),
  ])
  serveControl({ claim, handle: createControl(parts), failed: logger.warn })
}
