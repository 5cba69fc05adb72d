import type { ServiceConfig } from '../core/config/model.ts'
import type { SignalName } from '../core/config/signal.ts'
import type { Clock, Machine, Retract } from '../core/machine.ts'
import type { HookName, RunEvent } from '../core/service/event.ts'
import { exitReply, type Exit } from '../core/service/exit.ts'
import { COMMAND } from '../core/supervisor/command.ts'
import { runHook } from './hooks.ts'
import { spawnLogged, type LoggedProcess } from './logged-process.ts'
import type { Logs } from './logs.ts'
import { measureMemory } from './memory.ts'
import { startPolling } from './prober.ts'

/** One run of a service on the machine. */
export interface Run {
  readonly watchReadiness: () => void
  readonly unwatchReadiness: () => void
  readonly checkHealth: () => void
  readonly cancelHealthCheck: () => void
  readonly runHook: (hook: HookName) => void
  readonly cancelHook: () => void
  readonly followMain: (pid: number) => void
  readonly measureMemory: () => void
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
  /** Whether it still is to be started. */
  readonly isWanted: () => boolean
}

/** Spawns a run; whatever comes of it happens under its number. */
export function createRun(parts: RunParts): Run {
  const { machine, logs, service, run, runId, happened } = parts
  const current: Current = { mainPid: null, exit: null, watch: null, check: null, hooks: [] }
  const spawnedAt = rememberNow(machine.clock)
  const stdio = service.name === COMMAND ? 'foreground' : 'service'
  const listener = listenerFor(parts, current)
  const process = spawnLogged(parts, { service, runId, stdio }, listener)
  return {
    signal: process.signal,
    watchReadiness: () => void (current.watch = watch(parts, process.log, spawnedAt)),
    unwatchReadiness: () => current.watch?.(),
    checkHealth: () => void (current.check = ask(parts, spawnedAt())),
    cancelHealthCheck: () => current.check?.(),
    runHook: (hook) => {
      const begun = runHook({ ...parts, mainPid: current.mainPid }, hook, (why) => {
        happened({ kind: 'hook-ended', run, hook, why })
      })
      current.hooks.push(begun)
    },
    cancelHook: () => current.hooks.at(-1)?.(),
    followMain: (pid) => {
      if (process.followMain(pid)) listener.mainChanged(pid)
    },
    measureMemory: () => void measure(parts, current.mainPid),
    clear: () =>
      clear(process, current, () => {
        // Not when it exited: its last words are read after that.
        if (current.exit !== null) logs.mark(service.name, run, { event: 'ended', exit: exitReply(current.exit) })
        happened({ kind: 'cleared', run })
      }),
  }
}

type Listener = Parameters<typeof spawnLogged>[2]

/** Tells what comes of the process as events of the run, and marks in its log where it begins. */
function listenerFor(
  { logs, service, run, happened, isWanted }: RunParts,
  current: Current,
): Listener & Required<Pick<Listener, 'mainChanged'>> {
  return {
    isWanted,
    spawned: (pid) => {
      current.mainPid = pid
      logs.mark(service.name, run, { event: 'started', pid })
      happened({ kind: 'spawned', run, pid })
    },
    failed: ({ message, status }) => {
      logs.mark(service.name, run, { event: 'not-started', reason: message })
      happened({ kind: 'spawn-failed', run, message, status })
    },
    notified: (message) => happened({ kind: 'notified', run, message }),
    exited: (exit) => {
      current.exit = exit
      happened({ kind: 'exited', run, exit })
    },
    mainChanged: (pid) => {
      current.mainPid = pid
      happened({ kind: 'main-process-changed', run, pid })
    },
  }
}

/**
 * Remembers an instant.
 *
 * @returns When it was, ms since 1970, by the clock of the moment in which it is asked; of two clocks, when it was set
 *   meanwhile, the earlier one: what is written since has the time of either.
 */
function rememberNow({ now, today }: Clock): () => number {
  const at = now()
  const date = today()
  return () => Math.min(date, Math.round(today() - (now() - at)))
}

/** What is under way beside the process; null: nothing. */
interface Current {
  /** Of the main process; null as long as there is none. */
  mainPid: number | null
  /** How the main process ended; null as long as it has not. */
  exit: Exit | null
  watch: Retract | null
  check: Retract | null
  /** All there were, the one under way last: what an earlier one has started may still be dying. */
  readonly hooks: Retract[]
}

/** Asks or reads along until the run is ready; forms in which the service speaks up by itself need neither. */
function watch(parts: RunParts, log: LoggedProcess['log'], spawnedAt: () => number): Retract {
  const { machine, service, run, runId, happened } = parts
  const { ready } = service
  const onReady = (): void => happened({ kind: 'became-ready', run })
  switch (ready?.kind) {
    case 'poll':
      return startPolling(
        machine,
        { ready, service, runId, spawnedAt },
        { onReady, onAttemptFailed: (why) => happened({ kind: 'attempt-failed', run, why }) },
      )
    case 'log':
      return leavingNothing(log.waitForLine(new RegExp(ready.source), onReady))
    case 'notify-systemd':
    case 'notify-fd':
    case 'delay':
    case undefined:
      return leavingNothing(() => undefined)
  }
}

/** Of what starts no process nothing is left. */
function leavingNothing(cancel: () => void): Retract {
  return (gone) => {
    cancel()
    gone?.()
  }
}

/** Asks once whether the run is well; what a command has printed tells more than why it failed. */
function ask({ machine, service, run, runId, happened }: RunParts, spawnedAtEpochMs: number): Retract {
  const { healthcheck } = service
  if (healthcheck === null) throw new Error(`internal error: "${service.name}" has no healthcheck`)
  const { probe, timeoutMs } = healthcheck
  return machine.probe({ probe, service, runId, spawnedAtEpochMs, timeoutMs }, (result) => {
    const why = result.kind === 'passed' ? '' : result.why
    const passed = result.kind === 'not-asked' ? null : result.kind === 'passed'
    happened({ kind: 'health-checked', run, passed, output: result.output || why })
  })
}

async function measure({ machine, run, happened }: RunParts, pid: number | null): Promise<void> {
  const bytes = pid === null ? null : await measureMemory(machine, pid)
  happened({ kind: 'memory-measured', run, bytes })
}

/** What was begun beside it is of the run too: the run is over when that is gone as well. */
function clear(process: LoggedProcess, { watch: readiness, check, hooks }: Current, cleared: () => void): void {
  const beside = [readiness, check, ...hooks].filter((one) => one !== null)
  let left = beside.length + 1
  const gone = (): void => {
    left -= 1
    if (left === 0) cleared()
  }
  for (const retract of beside) retract(gone)
  process.clear(gone)
}
