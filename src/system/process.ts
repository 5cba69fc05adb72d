import { spawn, type ChildProcess } from 'node:child_process'
import type { ServiceConfig } from '../core/config/model.ts'
import type { Machine, Process, ProcessListener, SpawnRequest } from '../core/machine.ts'
import { createCgroups, type Cgroups } from './cgroup.ts'
import type { CgroupLeaf } from './cgroup-leaf.ts'
import { findCommandProblem } from './command-error.ts'
import { createContainment, type Containment } from './containment.ts'
import { isErrno } from './errno.ts'
import { createSpawnLimited, SOFT_LIMIT_VARIABLE, type SpawnLimited } from './file-limit.ts'
import { planLaunch, type Launch } from './launch.ts'
import { createMainProcesses, type StartMain } from './main-process.ts'
import { createNotifySockets, type NotifySockets } from './notify-socket.ts'
import { openOutlets, type Outlets } from './outlets.ts'
import { readProcess } from './process-table.ts'
import type { Reaper } from './reaper.ts'
import { Refusal } from './refusal.ts'
import type { Run } from './run-members.ts'
import { describeShortage } from './shortage.ts'

/** What processes are started with. */
export interface ProcessesOptions {
  /** The environment that the container was started with. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Where the notification sockets go; services of other users must be able to pass through the folder above it. */
  readonly notifyDir: string
  readonly reaper: Reaper
}

/** The part of the machine that starts processes. */
export function createProcesses({ environment, notifyDir, reaper }: ProcessesOptions): Pick<Machine, 'spawn'> {
  const host: Host = {
    environment,
    cgroups: createCgroups(),
    sockets: createNotifySockets(notifyDir),
    containment: createContainment(reaper),
    spawnLimited: createSpawnLimited(environment[SOFT_LIMIT_VARIABLE]),
    startMain: createMainProcesses(reaper),
  }
  reaper.onReaped(host.sockets.drainAll)
  reaper.askBefore(host.sockets.isUnheard)
  return {
    spawn: (request, listener) => {
      try {
        return start(host, request, listener)
      } catch (error) {
        const failure = explain(request, null, error)
        queueMicrotask(() => listener.failed(failure))
        return NO_PROCESS
      }
    },
  }
}

interface Host {
  readonly environment: ProcessesOptions['environment']
  readonly cgroups: Cgroups
  readonly sockets: NotifySockets
  readonly containment: Containment
  readonly spawnLimited: SpawnLimited
  readonly startMain: StartMain
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
    const kills = leaf.oomKills()
    const text = `supervisor: over "mem_limit": the kernel has killed ${kills} of its processes\n`
    if (kills > 0) listener.output('stderr', Buffer.from(text))
    listener.outputEnded()
  }
  return { ...listener, outputEnded }
}

function startIn(leaf: CgroupLeaf | null, host: Host, request: SpawnRequest, listener: ProcessListener): Process {
  const outlets = openOutlets(request, listener, host.sockets)
  try {
    const { service, runId } = request
    const { environment } = host
    const cgroup = leaf?.folder ?? null
    const launch = planLaunch({ service, runId, environment, extra: outlets.environment, cgroup })
    checkCommand(request, launch)
    const child = spawnLimited(host, service, () => launchChild(request, launch, outlets))
    if (child.pid !== undefined) return follow(child.pid, child, { host, request, listener, outlets, leaf })
    // The error comes in the next turn; ENOENT and its kind only (child_process), the others were thrown.
    child.once('error', (error) => listener.failed(explain(request, launch, error)))
  } catch (error) {
    outlets.discard()
    throw error
  }
  outlets.discard()
  leaf?.remove()
  return NO_PROCESS
}

/** With the service's mask for new files and its limit of open ones, of which prlimit(1) sets another. */
function spawnLimited(host: Host, { umask, ulimits }: ServiceConfig, begin: () => ChildProcess): ChildProcess {
  const spawnHere: SpawnLimited = ulimits.has('nofile') ? (unlimited) => unlimited() : host.spawnLimited
  if (umask === null) return spawnHere(begin)
  const own = process.umask(umask)
  try {
    return spawnHere(begin)
  } finally {
    process.umask(own)
  }
}

function launchChild({ service, stdio }: SpawnRequest, launch: Launch, outlets: Outlets): ChildProcess {
  const child = spawn(launch.file, launch.args, {
    // setsid(2): a session, and so a group, of its own.
    detached: stdio === 'service',
    stdio: outlets.stdio,
    env: launch.environment,
    ...(service.workingDir === null ? {} : { cwd: service.workingDir }),
  })
  // Also after it was started: an `error` that nobody listens to would be thrown.
  child.on('error', () => {})
  return child
}

/**
 * Looks first, since nobody tells later: behind `setpriv` a failure is only a status and a line in the log, and what the
 * kernel does not know (ENOEXEC) glibc's execvp(3), which libuv calls, hands to /bin/sh.
 */
function checkCommand(request: SpawnRequest, launch: Launch): void {
  const problem = findProblem(request, launch)
  if (problem !== null) throw new Refusal(problem.message, problem.status)
}

type Failure = Parameters<ProcessListener['failed']>[0]

function findProblem({ service }: SpawnRequest, launch: Launch): Failure | null {
  const argv0 = service.argv[0] ?? ''
  return findCommandProblem({ argv0, path: launch.environment['PATH'], workingDir: service.workingDir })
}

/** The kernel's errno says little (ENOENT: the command, its interpreter or the folder?): look for the cause. */
function explain(request: SpawnRequest, launch: Launch | null, error: unknown): Failure {
  if (error instanceof Refusal) return withShortage(error, error.code ?? '')
  if (!isErrno(error) && !isInvalid(error)) throw error
  const { code } = error
  const problem = launch === null ? null : findProblem(request, launch)
  const message = `cannot execute "${request.service.argv[0] ?? ''}": ${code}`
  return problem ?? withShortage({ message, status: code === 'ENOENT' ? 127 : 126 }, code)
}

/** Says what is short, and that it may be there another time. */
function withShortage({ message, status }: Pick<Failure, 'message' | 'status'>, code: string): Failure {
  const shortage = describeShortage(code)
  return shortage === null ? { message, status } : { message: `${message}: ${shortage}`, status, lasting: 'for-now' }
}

/** What cannot be said to the kernel, such as a NUL in an argument, Node refuses itself. */
function isInvalid(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'code' in error && error.code === 'ERR_INVALID_ARG_VALUE'
}

interface Context {
  readonly host: Host
  readonly request: SpawnRequest
  readonly listener: ProcessListener
  readonly outlets: Outlets
  readonly leaf: CgroupLeaf | null
}

/** Follows a started process to its end. One that cannot be followed is killed, whole, before the error is thrown. */
function follow(pid: number, child: ChildProcess, { host, request, listener, outlets, leaf }: Context): Process {
  const run = describeRun(pid, request, outlets, leaf)
  try {
    outlets.attach()
  } catch (error) {
    host.containment.clear(run, () => {})
    throw new Refusal(
      `cannot read what "${request.service.argv[0] ?? ''}" says: ${isErrno(error) ? error.code : String(error)}`,
    )
  }
  const main = host.startMain(run, child, {
    hear: outlets.hear,
    changed: (newPid) => listener.mainChanged?.(newPid),
    exited: (exit) => {
      outlets.finish()
      listener.exited(exit)
    },
  })
  queueMicrotask(() => listener.spawned(pid))
  return {
    signal: (signal, scope) => {
      if (signal === request.service.stopSignal || signal === 'SIGKILL') host.containment.note(run)
      main.signal(signal, scope)
    },
    clear: (cleared) => host.containment.clear(run, cleared),
    followMain: main.follow,
    pauseOutput: outlets.pause,
    resumeOutput: outlets.resume,
  }
}

function describeRun(
  pid: number,
  { runId, stdio }: SpawnRequest,
  { openPipes }: Outlets,
  leaf: CgroupLeaf | null,
): Run {
  // Even a child that is already dead has its entry: it is a zombie until libuv's next turn.
  const entry = readProcess(pid)
  const startTime = typeof entry === 'string' ? null : entry.startTime
  const known = new Map(startTime === null ? [] : [[pid, startTime]])
  return { pid, startTime, runId, session: stdio === 'service' ? 'own' : 'shared', known, openPipes, leaf }
}
