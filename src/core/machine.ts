import type { Probe, Schedule, ServiceConfig } from './config/model.ts'
import type { SignalName } from './config/signal.ts'
import type { LogFileSettings } from './log/settings.ts'
import type { Exit } from './service/exit.ts'

/**
 * The machine that the supervisor runs on, as far as it needs one: the seam between deciding and doing.
 *
 * `system` implements it, `daemon` uses it, tests replace it. No call throws for what the machine refuses: refusals
 * come back through the listener. No callback is called before the call that takes it has returned.
 */
export interface Machine {
  readonly clock: Clock
  /** A number from 0 up to, not including, 1. */
  readonly random: () => number
  /** Whether a path, relative ones from `workingDir`, exists. */
  readonly pathExists: (path: string, workingDir: string | null) => boolean
  readonly spawn: (request: SpawnRequest, listener: ProcessListener) => Process
  readonly probe: (request: ProbeRequest, answered: (result: ProbeResult) => void) => Retract
  readonly output: Output
  /** A log file, on which both streams are one: the same for all who ask for its path. What goes wrong with it is told elsewhere. */
  readonly openLogFile: (settings: LogFileSettings) => Output
  /** CPU and memory of the trees below some processes, by their pids; pids that are gone are left out. */
  readonly usage: (pids: readonly number[]) => Promise<ReadonlyMap<number, Usage>>
  /** CPU and memory of the supervisor itself, without its services; null where it cannot be read. */
  readonly ownUsage: () => Promise<OwnUsage | null>
  /** The next time of a schedule after an instant, both in ms since 1970; null when it never comes. */
  readonly nextTime: (schedule: Schedule, afterEpochMs: number) => Promise<number | null>
  readonly surroundings: (service: ServiceConfig) => Surroundings
  /** When the supervisor's own process began. */
  readonly processStart: () => ProcessStart
  /** Makes or removes the file that says that all is well. */
  readonly setReadyFile: (presence: 'present' | 'absent') => void
}

/** What a command gets that runs as a service does, and belongs to no run of it. */
interface Surroundings {
  /** Without what marks a run and what it says that it is ready with; texts may stand for any bytes. */
  readonly environment: Readonly<Record<string, string>>
  /** An absolute path. */
  readonly workingDir: string
  readonly uid: number
  readonly gid: number
  /** Ids of all its groups. */
  readonly groups: readonly number[]
  /** The soft limit of open files, as `ulimit -Sn` says it; null: unknown. */
  readonly softFileLimit: string | null
}

/** Takes back what was asked; harmless when it has already happened. */
export type Cancel = () => void

/**
 * Takes back what was begun, and kills what that has started; harmless when it is over.
 *
 * @param gone Called once nothing of it is alive, which may be at once.
 */
export type Retract = (gone?: () => void) => void

/** Time: `now` is monotonic milliseconds, `today` milliseconds since 1970. */
export interface Clock {
  readonly now: () => number
  readonly today: () => number
  readonly startTimer: (afterMs: number, expired: () => void) => Cancel
}

/** When a process began, and when Node in it did, monotonic ms: what came before is the launcher, or another program. */
export interface ProcessStart {
  readonly processAt: number
  readonly nodeAt: number
}

/** A process to start. */
export interface SpawnRequest {
  readonly service: ServiceConfig
  /** Marks every process of this run (`PIDONE_RUN` in its environment); no other run, ever, has the same. */
  readonly runId: string
  /**
   * `service`: own session, output piped. `inherit`: own session, the container's own outputs. `foreground`: the container's
   * own terminal and descriptors.
   */
  readonly stdio: 'service' | 'inherit' | 'foreground'
}

/** What comes of a spawned process: `spawned` or `failed` first, `exited` once, `outputEnded` once, in any order. */
export interface ProcessListener {
  readonly spawned: (pid: number) => void
  /** It could not be started: `message` says which step failed and why; `status` is what a shell would exit with. */
  readonly failed: (failure: SpawnFailure) => void
  readonly output: (stream: Stream, chunk: Uint8Array) => void
  /** Both pipes are at their end: nothing more will come. */
  readonly outputEnded: () => void
  /** A readiness message in sd_notify's form; a newline on the notification fd arrives as `READY=1`. */
  readonly notified: (message: string) => void
  readonly exited: (exit: Exit) => void
  /** Asked before a start that had to wait for its turn; when it is not, `failed` is told. Absent: it always is. */
  readonly isWanted?: () => boolean
  /** The main process that was followed is gone and its parent had its status: that one is the main process now. */
  readonly mainChanged?: (pid: number) => void
}

/** Why nothing was started; `for-now`: the machine has no room, such as no more processes, and may have some later. */
interface SpawnFailure {
  readonly message: string
  readonly status: 126 | 127
  readonly lasting?: 'for-now'
}

/** A started process and all that descends from it. */
export interface Process {
  /** Sends the signal to the process or to its group; one that is gone is no error. */
  readonly signal: (signal: SignalName, scope: 'process' | 'group') => void
  /** Kills all that is left of the run, whatever it did to hide, and tells when nothing of it is alive. */
  readonly clear: (cleared: () => void) => void
  /**
   * Makes another process of the run its main process: it is signalled, and its end is what `exited` tells.
   *
   * @returns Whether that process is one of the run's.
   */
  readonly followMain: (pid: number) => boolean
  readonly pauseOutput: () => void
  readonly resumeOutput: () => void
}

/** Which of its two outputs a service wrote to. */
export type Stream = 'stdout' | 'stderr'

/** One question to a running service. */
export interface ProbeRequest {
  readonly probe: Probe
  /** Whose user, folder and environment an `exec` probe has. */
  readonly service: ServiceConfig
  readonly runId: string
  /** When the run was spawned, ms since 1970: a `file` probe wants the file to be at least as new. */
  readonly spawnedAtEpochMs: number
  readonly timeoutMs: number
}

/**
 * The answer; `why` is in words, such as `connect 127.0.0.1:8000: ECONNREFUSED`. `not-asked`: the machine had no room for
 * the question, such as no more descriptors, which says nothing of the service.
 */
export type ProbeResult = (
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed' | 'not-asked'; readonly why: string }
) & {
  /** The first 4096 bytes that a command has printed; absent where there is no command. */
  readonly output?: string
}

/** The container's stdout and stderr, or a file, behind a bounded queue: writing never blocks and never throws. */
export interface Output {
  readonly write: (stream: Stream, chunk: Uint8Array) => void
  /** `open`: write on. `full`: sources should pause. `over`: nothing but last words should be added. */
  readonly level: () => 'open' | 'full' | 'over'
  /** Called each time the level falls back to `open`. */
  readonly onOpen: (opened: () => void) => void
  /** Resolves when all is written, or can no longer be, or after `withinMs`. */
  readonly flush: (withinMs: number) => Promise<void>
}

/**
 * What the tree below one process uses: `cpu` in percent of one core, `memory` in resident bytes, of which those that
 * its processes share count once.
 */
export interface Usage {
  readonly cpu: number
  readonly memory: number
  /** How many processes there are, itself included. */
  readonly processes: number
}

/** The same of a single process. */
export type OwnUsage = Pick<Usage, 'cpu' | 'memory'>
