import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { MAX_VARIABLE_BYTES, readFallbacks } from '../core/config/file-value.ts'
import type { Logger } from '../core/log/logger.ts'
import type { Machine, Output, OwnUsage } from '../core/machine.ts'
import { clock } from '../system/clock.ts'
import type { Guard } from '../system/guard.ts'
import type { Inheritance } from '../system/handed-over.ts'
import type { FallbacksOf } from '../system/launch.ts'
import { createProbe } from '../system/probe.ts'
import { processStart } from '../system/process-start.ts'
import { createProcesses } from '../system/process.ts'
import type { Reaper } from '../system/reaper.ts'
import { createRunOnce } from '../system/run-once.ts'
import type { RuntimeDir } from '../system/runtime-dir.ts'
import { spawnInTurns } from '../system/spawn-turns.ts'
import { createSurroundings } from '../system/surroundings.ts'
import { readTextFile } from '../system/text-file.ts'
import { startThreadPool } from '../system/thread-pool.ts'

/** What the machine is put together from. */
export interface MachineParts {
  /** What the services inherit. */
  readonly inheritance: Inheritance
  readonly runtimeDir: RuntimeDir
  readonly reaper: Reaper
  readonly output: Output
  readonly openLogFile: Machine['openLogFile']
  readonly guard: Guard
  readonly logger: Pick<Logger, 'warn'>
  /** Told each secret that is read when a process is started. */
  readonly learn: (secret: string) => void
}

/** The real machine. */
export function createMachine(parts: MachineParts): Machine {
  const { inheritance, runtimeDir, reaper, guard, logger, learn } = parts
  startThreadPool()
  const { notifyDir } = runtimeDir
  const environment = Object.fromEntries(inheritance.environment)
  const { softFileLimit } = inheritance
  const { warn } = logger
  const processes = createProcesses({ environment, softFileLimit, notifyDir, reaper, fallbacksOf, warn, learn })
  const spawn = spawnInTurns((request, listener) => {
    // It costs the first service a millisecond; later, a kill in between would leave that one behind.
    guard.start()
    return processes.spawn(request, listener)
  }, clock.now)
  return {
    clock,
    random: Math.random,
    pathExists: (path, workingDir) => existsSync(resolve(workingDir ?? '', path)),
    spawn,
    probe: createProbe({ runOnce: createRunOnce(spawn) }),
    output: parts.output,
    openLogFile: parts.openLogFile,
    // Loaded when a service has a schedule.
    nextTime: async (schedule, after) => (await import('../system/schedule.ts')).nextTime(schedule, after),
    usage: lazyUsage(),
    ownUsage: lazyOwnUsage(),
    surroundings: createSurroundings(inheritance, fallbacksOf),
    processStart,
    setReadyFile: runtimeDir.setReadyFile,
  }
}

/** At each start: what cannot be a value is not read in vain. */
const fallbacksOf: FallbacksOf = (service) => readFallbacks(service, (path) => readTextFile(path, MAX_VARIABLE_BYTES))

/** Loaded when somebody asks: nothing before the first status needs it. */
function lazyUsage(): Machine['usage'] {
  let loading: Promise<Machine['usage']> | null = null
  return async (pids) => {
    loading ??= import('../system/usage.ts').then(({ createUsage }) => createUsage())
    return (await loading)(pids)
  }
}

function lazyOwnUsage(): Machine['ownUsage'] {
  let loading: Promise<() => OwnUsage | null> | null = null
  return async () => {
    loading ??= import('../system/own-usage.ts').then(({ createOwnUsage }) => createOwnUsage())
    return (await loading)()
  }
}
