import type { Ulimit, UlimitName } from '../core/config/model.ts'
import type { ExecReply } from '../core/control/exec-reply.ts'
import { ownCapabilities, setOf } from './capabilities.ts'
import { confine, type Confined } from './confinement.ts'
import { isErrno } from './errno.ts'
import { findFile, refusalOf } from './execute.ts'
import { errnoName } from './libc/calls.ts'
import { becomeProgram } from './libc/execve.ts'
import { handOnStandardDescriptors } from './libc/inherited.ts'
import { readLimit, setLimit } from './libc/limits.ts'
import { Refusal } from './refusal.ts'
import { RESOURCES } from './rlimits.ts'

/** A command, and the service as which it is to run. */
export interface Becoming {
  readonly argv: readonly string[]
  readonly as: ExecReply
  /** Variables that go over the service's. */
  readonly extra: Readonly<Record<string, string>>
}

/** Whether this process may become a user: itself, or any one with the rights for that. */
export function canBecome({ uid }: ExecReply['user']): boolean {
  return uid === process.geteuid?.() || canSwitch()
}

/**
 * Becomes a command with a service's user, groups, environment, folder, limits and rights: this process is gone then, and
 * whoever waits for it gets the command's own status.
 *
 * @returns Why not: the step, and what a shell would exit with.
 */
export function become({ argv, as, extra }: Becoming): Refusal {
  const { working_dir: workingDir } = as
  try {
    const environment = { ...as.environment, ...extra }
    const words = [...confine(confinedAs(as)), ...argv]
    const launch = { words, isWrapped: words.length > argv.length, environment }
    const file = findFile({ argv, workingDir }, launch)
    enter(workingDir)
    if (as.umask !== null) process.umask(as.umask)
    if (as.ulimits['nofile'] === undefined) limitFiles(as.file_limit)
    handOnStandardDescriptors()
    const failure = becomeProgram({ file, args: words, environment })
    return refusalOf({ argv, workingDir }, launch, errnoName(failure))
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}

/** The rights of one who may not switch: he is the service's user, and keeps the groups that he has. */
function confinedAs(as: ExecReply): Confined {
  const { uid, gid, groups } = as.user
  const isThere = uid === process.geteuid?.() && (!canSwitch() || hasGroups(gid, groups))
  return {
    user: isThere ? null : { uid, gid, name: null, home: null },
    groupAdd: isThere ? [] : groups,
    nice: as.nice,
    oomScoreAdj: as.oom_score_adj,
    ulimits: new Map(Object.entries(as.ulimits) as [UlimitName, Ulimit][]),
    capAdd: as.cap_add,
    capDrop: as.cap_drop,
    noNewPrivileges: as.no_new_privileges,
  }
}

function canSwitch(): boolean {
  const wanted = setOf(['SETUID', 'SETGID'])
  const own = ownCapabilities()
  return own === null ? process.geteuid?.() === 0 : (own.effective & wanted) === wanted
}

function hasGroups(gid: number, groups: readonly number[]): boolean {
  const own = new Set(process.getgroups?.())
  const wanted = new Set([gid, ...groups])
  return process.getegid?.() === gid && own.size === wanted.size && [...wanted].every((group) => own.has(group))
}

function enter(folder: string): void {
  try {
    process.chdir(folder)
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new Refusal(`cannot enter ${JSON.stringify(folder)}: ${error.code}`)
  }
}

/** Node has raised the soft limit to the hard one. */
function limitFiles(limit: string | null): void {
  const own = readLimit(RESOURCES.nofile)
  if (own === null || !/^\d{1,18}$/.test(limit ?? '')) return
  const soft = BigInt(limit ?? '')
  if (soft < own.hard) setLimit(0, RESOURCES.nofile, { ...own, soft })
}
