import type { ServiceConfig } from '../core/config/model.ts'
import type { SignalName } from '../core/config/signal.ts'
import type { Cancel, Machine } from '../core/machine.ts'
import type { HookName, RunEvent } from '../core/service/event.ts'
import { COMMAND } from '../core/supervisor/command.ts'
import { checkHealth } from './health-check.ts'
import { runHook, type RunningHook } from './hooks.ts'
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
}

/** Spawns a run; whatever comes of it happens under its number. */
export function createRun(parts: RunParts): Run {
  const { machine, service, run, runId, happened } = parts
  const current: Current = { mainPid: null, watch: null, check: null, hooks: [] }
  const spawnedAtEpochMs = machine.clock.today()
  const mainChanged = (pid: number): void => {
    current.mainPid = pid
    happened({ kind: 'main-process-changed', run, pid })
  }
  const process = spawnLogged(
    parts,
    { service, runId, stdio: service.name === COMMAND ? 'foreground' : 'service' },
    {
      spawned: (pid) => {
        current.mainPid = pid
        happened({ kind: 'spawned', run, pid })
      },
      failed: ({ message, status }) => happened({ kind: 'spawn-failed', run, message, status }),
      notified: (message) => happened({ kind: 'notified', run, message }),
      exited: (exit) => happened({ kind: 'exited', run, exit }),
      mainChanged,
    },
  )
  return {
    signal: process.signal,
    watchReadiness: () => void (current.watch = watch(parts, process.log, spawnedAtEpochMs)),
    unwatchReadiness: () => current.watch?.(),
    checkHealth: () => void (current.check = ask(parts, spawnedAtEpochMs)),
    cancelHealthCheck: () => current.check?.(),
    runHook: (hook) => {
      const begun = runHook({ ...parts, mainPid: current.mainPid }, hook, (why) => {
        happened({ kind: 'hook-ended', run, hook, why })
      })
      current.hooks.push(begun)
    },
    cancelHook: () => current.hooks.at(-1)?.cancel(),
    followMain: (pid) => {
      if (process.followMain(pid)) mainChanged(pid)
    },
    measureMemory: () => void measure(parts, current.mainPid),
    clear: () => clear(process, current.hooks, () => happened({ kind: 'cleared', run })),
  }
}

/** What is under way beside the process; null: nothing. */
interface Current {
  /** Of the main process; null as long as there is none. */
  mainPid: number | null
  watch: Cancel | null
  check: Cancel | null
  /** All there were, the one under way last: what an earlier one has started may still be dying. */
  readonly hooks: RunningHook[]
}

/** Asks or reads along until the run is ready; forms in which the service speaks up by itself need neither. */
function watch(parts: RunParts, log: LoggedProcess['log'], spawnedAtEpochMs: number): Cancel {
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

/** Asks once whether the run is well. */
function ask({ machine, service, run, runId, happened }: RunParts, spawnedAtEpochMs: number): Cancel {
  const { healthcheck } = service
  if (healthcheck === null) throw new Error(`internal error: "${service.name}" has no healthcheck`)
  const { probe, timeoutMs } = healthcheck
  return checkHealth(machine, { probe, service, runId, spawnedAtEpochMs, timeoutMs }, (result) => {
    happened({ kind: 'health-checked', run, ...result })
  })
}

async function measure({ machine, run, happened }: RunParts, pid: number | null): Promise<void> {
  const bytes = pid === null ? null : await measureMemory(machine, pid)
  happened({ kind: 'memory-measured', run, bytes })
}

/** What a hook has started is of the run too: the run is over when that is gone as well. */
function clear(process: LoggedProcess, hooks: readonly RunningHook[], cleared: () => void): void {
  for (const hook of hooks) hook.cancel()
  process.clear(() => whenGone(hooks, cleared))
}

function whenGone([first, ...others]: readonly RunningHook[], gone: () => void): void {
  if (first === undefined) gone()
  else first.whenGone(() => whenGone(others, gone))
}
