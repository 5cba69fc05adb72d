import { readFileSync, writeFileSync } from 'node:fs'
import { getPriority, setPriority } from 'node:os'
import type { Identity, ServiceConfig } from '../core/config/model.ts'
import { ownCapabilities, setOf } from './capabilities.ts'
import { isErrno } from './errno.ts'
import { Refusal } from './refusal.ts'
import { rightsWords } from './rights.ts'
import { checkLimit, limitWord } from './rlimits.ts'
import { findTool } from './tool.ts'
import { readGroupsOf } from './users.ts'

/**
 * The words in front of a command that confine it as the service asks for; none for what it does not ask for.
 *
 * What takes rights comes before setpriv(1) gives them up. The limits come as late as that allows: one of few open files
 * holds for the tools behind it too, and choom(1) needs five.
 *
 * What a tool would only tell in the service's log, or not at all, is tried or checked here.
 *
 * @throws {Refusal} Which step cannot be done, and why.
 */
export function confine(service: Confined): readonly string[] {
  return [...oomWords(service), ...niceWords(service), ...limitWords(service), ...privilegeWords(service)]
}

/** What of a service says how it is confined. */
export type Confined = Pick<
  ServiceConfig,
  'user' | 'groupAdd' | 'nice' | 'oomScoreAdj' | 'ulimits' | 'capAdd' | 'capDrop' | 'noNewPrivileges'
>

const OOM_FILE = '/proc/self/oom_score_adj'

function oomWords({ oomScoreAdj: wanted }: Confined): readonly string[] {
  if (wanted === null) return []
  const what = `set "oom_score_adj" to ${wanted}`
  const { path } = findTool('choom', what)
  try {
    const own = readFileSync(OOM_FILE, 'latin1').trim()
    if (wanted < Number(own)) {
      // Tried: below which value it takes a right cannot be read anywhere (oom_score_adj_min in fs/proc/base.c).
      writeFileSync(OOM_FILE, String(wanted))
      writeFileSync(OOM_FILE, own)
    }
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new Refusal(`cannot ${what}: ${error.code}; start the container with --cap-add SYS_RESOURCE`)
  }
  return [path, `--adjust=${wanted}`, '--']
}

/** nice(1) adds to what it has; it runs the command even when it could not. */
function niceWords({ nice: wanted }: Confined): readonly string[] {
  if (wanted === null) return []
  const own = getPriority()
  if (wanted === own) return []
  const what = `set "nice" to ${wanted}`
  const { path, isBusybox } = findTool('nice', what)
  if (wanted < own) tryPriority(wanted, own, what)
  // Busybox's takes whatever follows the number for the command.
  return [path, '-n', String(wanted - own), ...(isBusybox ? [] : ['--'])]
}

function tryPriority(wanted: number, own: number, what: string): void {
  try {
    setPriority(wanted)
  } catch (error) {
    const code = error instanceof Error && 'info' in error ? (error.info as { readonly code?: unknown }).code : error
    throw new Refusal(`cannot ${what}: ${String(code)}; start the container with --cap-add SYS_NICE`)
  }
  setPriority(own)
}

function limitWords({ ulimits }: Confined): readonly string[] {
  const [first] = ulimits.keys()
  if (first === undefined) return []
  const { path } = findTool('prlimit', `limit "${first}"`)
  for (const [name, limit] of ulimits) checkLimit(name, limit)
  return [path, ...[...ulimits].map(([name, limit]) => limitWord(name, limit)), '--']
}

function privilegeWords(service: Confined): readonly string[] {
  const words = [...identityWords(service), ...capabilityWords(service)]
  if (service.noNewPrivileges) words.push('--no-new-privs')
  if (words.length === 0) return []
  return [findTool('setpriv', purposeOf(service)).path, ...words, '--']
}

function purposeOf(service: Confined): string {
  if (service.user !== null && isSwitched(service.user)) return 'switch the user'
  if (service.user !== null || service.groupAdd.length > 0) return 'set the groups'
  return service.noNewPrivileges ? 'set "no_new_privileges"' : 'change the capabilities'
}

/** User and groups; none when there is nothing to switch. */
function identityWords(service: Confined): readonly string[] {
  const { user } = service
  if (hasOurs(service)) return []
  if (user !== null && isSwitched(user)) need('SETUID', `switch to user "${user.name ?? user.uid}"`)
  need('SETGID', 'set the groups')
  const ids = user === null ? [] : [`--reuid=${user.uid}`, `--regid=${user.gid}`]
  return [...ids, `--groups=${groupsOf(service).join(',')}`]
}

/** Ids of all groups that a service has. */
export function groupsOf(service: Pick<Confined, 'user' | 'groupAdd'>): readonly number[] {
  const { user, groupAdd } = service
  const own = user === null || hasOurs(service) ? (process.getgroups?.() ?? []) : initialGroups(user)
  return [...new Set([...own, ...groupAdd])]
}

/** Whether a service is who we are, with our groups: there is nothing to switch. */
function hasOurs({ user, groupAdd }: Pick<Confined, 'user' | 'groupAdd'>): boolean {
  const isOurs = user === null || (user.uid === process.geteuid?.() && user.gid === process.getegid?.())
  return isOurs && groupAdd.length === 0
}

function isSwitched({ uid }: Identity): boolean {
  return uid !== process.geteuid?.()
}

function need(capability: string, what: string): void {
  const own = ownCapabilities()
  if (own === null || (own.effective & setOf([capability])) !== 0n) return
  throw new Refusal(`cannot ${what}: the supervisor lacks the capability ${capability}`)
}

/** The user's own group and those that it is put into. */
function initialGroups({ name, gid }: Identity): readonly number[] {
  return name === null ? [gid] : [gid, ...readGroupsOf(name)]
}

function capabilityWords(service: Confined): readonly string[] {
  if (service.capAdd.length === 0 && service.capDrop.length === 0) return []
  const own = ownCapabilities()
  if (own === null) throw new Refusal('cannot change the capabilities: "/proc/self/status" cannot be read')
  const ownUid = process.geteuid?.() ?? 0
  const uid = service.user?.uid ?? ownUid
  return rightsWords({ service, own, uid, isSwitched: uid !== ownUid })
}
