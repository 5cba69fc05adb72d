import type { Identity, ServiceConfig } from '../core/config/model.ts'
import { SOFT_LIMIT_VARIABLE } from './file-limit.ts'
import { composeMark, RUN_VARIABLE } from './run-members.ts'
import { findSetpriv } from './setpriv.ts'
import { readGroupsOf } from './users.ts'

/** What is handed to the kernel to run a command as a service would. */
export interface Launch {
  readonly file: string
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string>>
}

/** Whose user, groups and environment the command gets. */
export interface LaunchRequest {
  readonly service: ServiceConfig
  /** The command: the service's own, or that of a probe. */
  readonly argv: readonly string[]
  readonly runId: string
  /** The environment that the container was started with. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Variables that go over everything else. */
  readonly extra: Readonly<Record<string, string>>
}

/**
 * Puts together how a command is run.
 *
 * @throws {Refusal} When the program that switches the user is not there.
 */
export function planLaunch(request: LaunchRequest): Launch {
  const chain = identityChain(request.service)
  const [file = '', ...args] = [...chain, ...request.argv]
  return { file, args, environment: composeEnvironment(request) }
}

/** The container's environment, the user's variables, what the file declares, and ours, in this order. */
function composeEnvironment({ service, runId, environment, extra }: LaunchRequest): Record<string, string> {
  const composed = new Map<string, string>()
  if (!service.clearEnv) {
    for (const [name, value] of Object.entries(environment)) if (value !== undefined) composed.set(name, value)
    // These were meant for PID 1: a service that is not asked for it must not speak to the container's engine.
    for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID', SOFT_LIMIT_VARIABLE]) composed.delete(name)
  }
  if (service.user !== null) setUser(composed, service.user)
  for (const [name, value] of service.environment) composed.set(name, value)
  for (const [name, value] of Object.entries(extra)) composed.set(name, value)
  composed.set(RUN_VARIABLE, composeMark(environment[RUN_VARIABLE], runId))
  return Object.fromEntries(composed)
}

/** HOME, USER and LOGNAME follow the user; of a bare number nothing is known, so nobody else's name may stay. */
function setUser(environment: Map<string, string>, { name, home }: Identity): void {
  environment.set('HOME', home ?? '/')
  for (const variable of ['USER', 'LOGNAME']) {
    if (name === null) environment.delete(variable)
    else environment.set(variable, name)
  }
}

/** The words in front of the command that switch user and groups (setpriv(1)); none when there is nothing to switch. */
function identityChain({ user, groupAdd }: ServiceConfig): readonly string[] {
  const isOurs = user === null || (user.uid === process.geteuid?.() && user.gid === process.getegid?.())
  if (isOurs && groupAdd.length === 0) return []
  const own = user === null ? (process.getgroups?.() ?? []) : initialGroups(user)
  const groups = [...new Set([...own, ...groupAdd])]
  const ids = user === null ? [] : [`--reuid=${user.uid}`, `--regid=${user.gid}`]
  return [findSetpriv(), ...ids, `--groups=${groups.join(',')}`, '--']
}

/** The user's own group and those that it is put into. */
function initialGroups({ name, gid }: Identity): readonly number[] {
  return name === null ? [gid] : [gid, ...readGroupsOf(name)]
}
