import type { ServiceConfig } from '../core/config/model.ts'
import type { SignalName } from '../core/config/signal.ts'
import type { Cancel, Machine } from '../core/machine.ts'
import type { RunEvent } from '../core/service/event.ts'
import { COMMAND } from '../core/supervisor/command.ts'
import type { Logs } from './logs.ts'
import { startPolling } from './prober.ts'
import type { ServiceLog } from './service-log.ts'

/** One run of a service on the machine. */
export interface Run {
  readonly watchReadiness: () => void
  readonly unwatchReadiness: () => void
  readonly signal: (signal: SignalName, scope: 'process' | 'group') => void
  readonly clear: () => void
}

/** What a run is made of. */
export interface RunParts {
  readonly machine: Machine
  readonly logs: Logs
  readonly service: ServiceConfig
  readonly run: number
  readonly runId: string
  readonly happened: (event: RunEvent) => void
}

/**
 * How long the rest of a dead run's output is waited for. Nothing of the run can write any more, so it is there at
 * once; longer only takes a pipe that some stranger holds open, and no service has to wait for strangers.
 */
const DRAIN_LIMIT_MS = 1000

/** Spawns a run; whatever comes of it happens under its number. */
export function createRun(parts: RunParts): Run {
  const { machine, logs, service, run, runId, happened } = parts
  const drained = createGate()
  const spawnedAtEpochMs = machine.clock.today()
  let cancelWatch: Cancel | null = null

  const process = machine.spawn(
    { service, runId, stdio: service.name === COMMAND ? 'foreground' : 'service' },
    {
      spawned: (pid) => happened({ kind: 'spawned', run, pid }),
      failed: ({ message, status }) => {
        // There is no process, and so nobody else who would end its output.
        log.outputEnded()
        happened({ kind: 'spawn-failed', run, message, status })
      },
      output: (stream, chunk) => log.output(stream, chunk),
      outputEnded: () => {
        log.outputEnded()
        drained.open()
      },
      notified: (message) => happened({ kind: 'notified', run, message }),
      exited: (exit) => happened({ kind: 'exited', run, exit }),
    },
  )
  // No callback comes before the call has returned.
  const log = logs.attach(service.name, process)

  return {
    signal: process.signal,
    watchReadiness: () => {
      cancelWatch = watch(parts, log, spawnedAtEpochMs)
    },
    unwatchReadiness: () => {
      cancelWatch?.()
      cancelWatch = null
    },
    clear: () => {
      log.exited()
      process.clear(() => {
        const cancelLimit = machine.clock.startTimer(DRAIN_LIMIT_MS, drained.open)
        drained.whenOpen(() => {
          cancelLimit()
          happened({ kind: 'cleared', run })
        })
      })
    },
  }
}

/** Asks or reads along until the run is ready; forms in which the service speaks up by itself need neither. */
function watch(parts: RunParts, log: ServiceLog, spawnedAtEpochMs: number): Cancel {
  const { machine, service, run, runId, happened } = parts
  const { ready } = service
  const onReady = (): void => happened({ kind: 'became-ready', run })
  switch (ready?.kind) {
    case 'poll':
      return startPolling(
        machine,
        { ready, service, runId, spawnedAtEpochMs },
        { onReady, onAttemptFailed: (why) => happened({ kind: 'attempt-failed', run, why }) },
      )
    case 'log':
      return log.waitForLine(ready.pattern, onReady)
    case 'notify-systemd':
    case 'notify-fd':
    case 'delay':
    case undefined:
      return () => undefined
  }
}

/** Something that opens once; whoever waits for it goes through then, or at once when it is open already. */
interface Gate {
  readonly open: () => void
  readonly whenOpen: (pass: () => void) => void
}

function createGate(): Gate {
  let isOpen = false
  let waiting: (() => void)[] = []
  return {
    open: () => {
      isOpen = true
      const passing = waiting
      waiting = []
      for (const pass of passing) pass()
    },
    whenOpen: (pass) => {
      if (isOpen) pass()
      else waiting.push(pass)
    },
  }
}
