import type { Machine, Process, ProcessListener, SpawnRequest } from '../core/machine.ts'
import type { Exit } from '../core/service/exit.ts'
import { waitForChild } from './children.ts'
import { createCgroups, type Cgroups } from './cgroup.ts'
import type { CgroupLeaf } from './cgroup-leaf.ts'
import { createContainment, type Containment } from './containment.ts'
import { isErrno } from './errno.ts'
import { withHint } from './errno-hint.ts'
import { execute } from './execute.ts'
import { createSpawnLimited, type SpawnLimited } from './file-limit.ts'
import { canLeadGroup, spawnInFront, type InFront } from './foreground.ts'
import { planLaunch, type FallbacksOf } from './launch.ts'
import { keepInheritedDescriptors } from './libc/inherited.ts'
import type { Session } from './libc/spawn.ts'
import { createMainProcesses, type StartMain } from './main-process.ts'
import { createNotifySockets, type NotifySockets } from './notify-socket.ts'
import { createOomWatch, type WatchOom } from './oom-kills.ts'
import { openOutlets, type Outlets } from './outlets.ts'
import { readProcess } from './process-table.ts'
import type { Reaper } from './reaper.ts'
import { Refusal } from './refusal.ts'
import type { Run } from './run-members.ts'
import { isShortage } from './shortage.ts'

/** What processes are started with. */
export interface ProcessesOptions {
  /** The environment that the container was started with. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The soft limit of open files that it was started with, as `ulimit -Sn` says it; null: unknown. */
  readonly softFileLimit: string | null
  /** Where the notification sockets go; services of other users must be able to pass through the folder above it. */
  readonly notifyDir: string
  readonly reaper: Reaper
  readonly fallbacksOf: FallbacksOf
  /** Told what is left of a run that could not be killed. */
  readonly warn: (message: string) => void
  /** Told what was read for a process from files, which is meant for nobody else. */
  readonly learn: (secret: string) => void
}

/** The part of the machine that starts processes. */
export function createProcesses(options: ProcessesOptions): Pick<Machine, 'spawn'> {
  keepInheritedDescriptors()
  const { reaper } = options
  const host: Host = {
    ...options,
    cgroups: createCgroups(),
    sockets: createNotifySockets(options.notifyDir),
    containment: createContainment(reaper),
    spawnLimited: createSpawnLimited(options.softFileLimit),
    startMain: createMainProcesses(reaper),
    watchOom: createOomWatch(),
  }
  reaper.onReaped(host.sockets.drainAll)
  reaper.askBefore(host.sockets.isUnheard)
  return {
    spawn: (request, listener) => {
      try {
        return start(host, request, listener)
      } catch (error) {
        const failure = explain(request, error)
        queueMicrotask(() => listener.failed(failure))
        return NO_PROCESS
      }
    },
  }
}

interface Host extends ProcessesOptions {
  readonly cgroups: Cgroups
  readonly sockets: NotifySockets
  readonly containment: Containment
  readonly spawnLimited: SpawnLimited
  readonly startMain: StartMain
  readonly watchOom: WatchOom
}

/** What stands for a process that could not be started. */
const NO_PROCESS: Process = {
  signal: () => {},
  clear: (cleared) => queueMicrotask(cleared),
  followMain: () => false,
  pauseOutput: () => {},
  resumeOutput: () => {},
}

function start(host: Host, request: SpawnRequest, listener: ProcessListener): Process {
  const { cgroup } = request.service
  if (cgroup === null) return startIn(null, host, request, listener)
  const leaf = host.cgroups.open(cgroup, request.runId)
  try {
    return startIn(leaf, host, request, tellOomKills(leaf, listener))
  } catch (error) {
    leaf.remove()
    throw error
  }
}

/** The kernel tells nobody: a process that it kills for want of memory seems to have been sent SIGKILL. */
function tellOomKills(leaf: CgroupLeaf, listener: ProcessListener): ProcessListener {
  const outputEnded = (): void => {
    const { count, isOverLimit } = leaf.oomKills()
    const why = isOverLimit ? 'over "mem_limit"' : 'out of memory'
    const text = `supervisor: ${why}: the kernel has killed ${count} of its processes\n`
    if (count > 0) listener.output('stderr', Buffer.from(text))
    listener.outputEnded()
  }
  return { ...listener, outputEnded }
}

function startIn(leaf: CgroupLeaf | null, host: Host, request: SpawnRequest, listener: ProcessListener): Process {
  const outlets = openOutlets(request, listener, host.sockets)
  try {
    const { service, stdio, runId } = request
    const { environment } = host
    const cgroup = leaf?.folder ?? null
    const fallbacks = host.fallbacksOf(service)
    for (const value of fallbacks.values.values()) host.learn(value)
    const launch = planLaunch({ service, stdio, runId, environment, extra: outlets.environment, cgroup, fallbacks })
    const session = chooseSession(request)
    const { descriptors } = outlets
    const { spawnLimited } = host
    const spawn = (terminal: number | null): number =>
      execute({ request, launch, descriptors, session, terminal, spawnLimited })
    const started = session === 'group' ? spawnInFront(host.reaper, spawn) : alone(spawn(null))
    return follow(started, { host, request, listener, outlets, leaf, session })
  } catch (error) {
    outlets.discard()
    throw error
  }
}

/** In a group of its own the command has its signals for itself: Ctrl-C, and what it sends to all of its group. */
function chooseSession({ stdio }: SpawnRequest): Session {
  if (stdio !== 'foreground') return 'own'
  return canLeadGroup() ? 'group' : 'shared'
}

function alone(pid: number): InFront {
  return { pid, takeTerminalBack: () => {} }
}

type Failure = Parameters<ProcessListener['failed']>[0]

function explain({ service }: SpawnRequest, error: unknown): Failure {
  if (error instanceof Refusal) return failureOf(error, error.code ?? '')
  if (!isErrno(error)) throw error
  const message = `cannot execute "${service.argv[0] ?? ''}": ${withHint(error.code)}`
  return failureOf({ message, status: error.code === 'ENOENT' ? 127 : 126 }, error.code)
}

/** What is short may be there another time. */
function failureOf({ message, status }: Pick<Failure, 'message' | 'status'>, code: string): Failure {
  return { message, status, ...(isShortage(code) ? { lasting: 'for-now' } : {}) }
}

interface Context {
  readonly host: Host
  readonly request: SpawnRequest
  readonly listener: ProcessListener
  readonly outlets: Outlets
  readonly leaf: CgroupLeaf | null
  readonly session: Session
}

/** Follows a started process to its end. One that cannot be followed is killed, whole, before the error is thrown. */
function follow({ pid, takeTerminalBack }: InFront, context: Context): Process {
  const { host, request, listener, outlets, leaf } = context
  const refused = (left: number): void =>
    host.warn(`cannot kill process ${left} of "${request.service.name}": EPERM; it lives on`)
  const run = describeRun(pid, context)
  try {
    outlets.attach()
  } catch (error) {
    // Nobody asks how it ends, but until then the number is its own.
    waitForChild(pid, () => {})
    host.containment.clear(run, () => {})
    if (!isErrno(error)) throw error
    const what = `cannot read what "${request.service.argv[0] ?? ''}" says`
    throw new Refusal(`${what}: ${withHint(error.code)}`, 126, error.code)
  }
  const isOutOfMemory = host.watchOom()
  let isKilledByUs = false
  const main = host.startMain(run, {
    hear: outlets.hear,
    changed: (newPid) => listener.mainChanged?.(newPid),
    exited: (exit) => {
      outlets.finish()
      takeTerminalBack()
      listener.exited(
        isKilledByUs ? exit : withSender(exit, () => (leaf?.oomKills().count ?? 0) > 0 || isOutOfMemory()),
      )
    },
  })
  queueMicrotask(() => listener.spawned(pid))
  return {
    signal: (signal, scope) => {
      isKilledByUs ||= signal === 'SIGKILL'
      if (signal === request.service.stopSignal || signal === 'SIGKILL') host.containment.note(run)
      main.signal(signal, scope)
    },
    clear: (cleared) => {
      isKilledByUs = true
      host.containment.clear(run, cleared, refused)
    },
    followMain: main.follow,
    pauseOutput: outlets.pause,
    resumeOutput: outlets.resume,
  }
}

/** Who is killed without a word of ours asks who it was. */
function withSender(exit: Exit, isOutOfMemory: () => boolean): Exit {
  if (exit.kind !== 'signal' || exit.signal !== 'SIGKILL') return exit
  return { ...exit, sender: isOutOfMemory() ? 'out-of-memory' : 'unknown' }
}

function describeRun(pid: number, { request: { runId }, outlets: { openPipes }, leaf, session }: Context): Run {
  // Even a child that is already dead has its entry: it is a zombie until the reaper's next turn.
  const entry = readProcess(pid)
  const startTime = typeof entry === 'string' ? null : entry.startTime
  const known = new Map(startTime === null ? [] : [[pid, startTime]])
  return { pid, startTime, runId, session, known, openPipes, leaf }
}
