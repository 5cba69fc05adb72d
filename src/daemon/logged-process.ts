import { DEFAULT_LOG_SETTINGS } from '../core/log/settings.ts'
import type { Machine, Process, ProcessListener, SpawnRequest } from '../core/machine.ts'
import { createGate } from './gate.ts'
import type { Logs } from './logs.ts'
import type { ServiceLog } from './service-log.ts'

/** A process whose output goes into the log of its service. */
export interface LoggedProcess extends Pick<Process, 'signal' | 'followMain'> {
  readonly log: Pick<ServiceLog, 'waitForLine' | 'followLines'>
  /** Kills all that is left of it, and tells when nothing of it is alive and all that it has written is read. */
  readonly clear: (cleared: () => void) => void
}

/** Where it runs, and where its output goes. */
export interface LoggedProcessParts {
  readonly machine: Pick<Machine, 'spawn' | 'clock'>
  readonly logs: Pick<Logs, 'attach' | 'redact'>
  /** The number of the run whose process it is; a hook's is that of the run beside which it runs. */
  readonly run: number
}

/**
 * How long the rest of a dead run's output is waited for. Nothing of the run can write any more, so it is there at
 * once; longer only takes a pipe that some stranger holds open, and no service has to wait for strangers.
 */
const DRAIN_LIMIT_MS = 1000

/** Spawns a process; what it writes is not told to the listener. */
export function spawnLogged(
  { machine, logs, run }: LoggedProcessParts,
  request: SpawnRequest,
  listener: Omit<ProcessListener, 'output' | 'outputEnded'>,
): LoggedProcess {
  const drained = createGate()
  const { name: service, logs: settings } = request.service
  const stdio = request.stdio === 'service' && settings === 'inherit' ? 'inherit' : request.stdio
  const process = machine.spawn(
    { ...request, stdio },
    {
      ...listener,
      failed: (failure) => {
        // There is no process, and so nobody else who would end its output.
        log.outputEnded()
        listener.failed(failure)
      },
      output: (stream, chunk) => log.output(stream, chunk),
      outputEnded: () => {
        log.outputEnded()
        drained.open()
      },
    },
  )
  // No callback comes before the call has returned.
  const own = settings === 'inherit' ? DEFAULT_LOG_SETTINGS : settings
  const log = logs.attach({ service, run, settings: own }, process)
  return {
    log,
    signal: process.signal,
    followMain: process.followMain,
    clear: (cleared) => {
      log.exited()
      process.clear(() => {
        const cancelLimit = machine.clock.startTimer(DRAIN_LIMIT_MS, drained.open)
        drained.whenOpen(() => {
          cancelLimit()
          cleared()
        })
      })
    },
  }
}
