import type { ServiceConfig } from '../core/config/model.ts'
import type { SpawnRequest } from '../core/machine.ts'
import { findCommand } from './command-error.ts'
import type { SpawnLimited } from './file-limit.ts'
import type { Launch } from './launch.ts'
import { errnoName } from './libc/calls.ts'
import { spawnProcess, type Session } from './libc/spawn.ts'
import type { Outlets } from './outlets.ts'
import { Refusal } from './refusal.ts'
import { describeErrno, findUnspeakable } from './spawn-error.ts'

/** What is to be executed, and how. */
export interface Execution {
  readonly request: SpawnRequest
  readonly launch: Launch
  readonly descriptors: Outlets['descriptors']
  readonly session: Session
  readonly terminal: number | null
  /** For a service that has no limit of open files of its own. */
  readonly spawnLimited: SpawnLimited
}

/**
 * Starts a process; its pid.
 *
 * @throws {Refusal}
 */
export function execute({ request: { service }, launch, spawnLimited, ...how }: Execution): number {
  const { words: args, environment } = launch
  const { workingDir, umask } = service
  const file = findFile(service, launch)
  // Of the limit of open files prlimit(1) sets another.
  const spawnHere: SpawnLimited = service.ulimits.has('nofile') ? (spawn) => spawn() : spawnLimited
  const pid = spawnProcess({ file, args, environment, workingDir, ...how }, (spawn) =>
    spawnHere(() => withUmask(umask, spawn)),
  )
  if (pid < 0) throw refusalOf(service, launch, errnoName(pid))
  return pid
}

/**
 * Looks first, since nobody tells later: behind `setpriv` a failure is only a status and a line in the log. Such a tool
 * searches the command itself, as the user that it has become.
 *
 * @throws {Refusal}
 */
export function findFile(service: Called, launch: Launch): string {
  const unspeakable = findUnspeakable({ ...service, launch })
  if (unspeakable !== null) throw new Refusal(unspeakable)
  const found = findCommandOf(service, launch)
  if (typeof found !== 'string') throw new Refusal(found.message, found.status)
  return launch.isWrapped ? (launch.words[0] ?? '') : found
}

/** Of whom the command is. */
type Called = Pick<ServiceConfig, 'argv' | 'workingDir'>

/** The kernel's errno says little (ENOENT: the command, its interpreter or the folder?): looks for the cause once more. */
export function refusalOf(service: Called, launch: Launch, code: string): Refusal {
  const found = findCommandOf(service, launch)
  if (typeof found !== 'string') return new Refusal(found.message, found.status)
  return new Refusal(describeErrno({ ...service, launch }, code), code === 'ENOENT' ? 127 : 126, code)
}

function findCommandOf({ argv, workingDir }: Called, launch: Launch): ReturnType<typeof findCommand> {
  return findCommand({ argv0: argv[0] ?? '', path: launch.environment['PATH'], workingDir })
}

function withUmask(umask: number | null, spawn: () => number): number {
  if (umask === null) return spawn()
  const own = process.umask(umask)
  try {
    return spawn()
  } finally {
    process.umask(own)
  }
}
