import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { CgroupLimits } from '../core/config/model.ts'
import type { CgroupRefusal } from '../core/config/world.ts'
import { killTree, makeLeaf, pidsIn, removeTree, type CgroupLeaf } from './cgroup-leaf.ts'
import { findCgroup, inVersion1, type CgroupPlace } from './cgroup-place.ts'
import { makeRoom, ROOM, wordsIn } from './cgroup-room.ts'
import { isErrno } from './errno.ts'
import { readProcess } from './process-table.ts'
import { Refusal } from './refusal.ts'

/** Makes the cgroups of runs (cgroup v2). */
export interface Cgroups {
  /**
   * Makes one for a run.
   *
   * @throws {Refusal}
   */
  readonly open: (limits: CgroupLimits, runId: string) => CgroupLeaf
}

/** The names of ours begin so, with the pid of their supervisor. No file of the kernel's does. */
const PREFIX = 'pidone-'
const MAX_NAME = 100

/** Nothing is looked at or changed before the first run that asks for one. */
export function createCgroups(find: () => CgroupPlace | null = findCgroup): Cgroups {
  let count = 0
  let home: CgroupPlace | null = null
  return {
    open: (limits, runId) => {
      const needed = controllersOf(limits)
      const isFirst = home === null
      home ??= homeOf(find())
      const refusal = refusalOf(home, needed)
      if (home === null || refusal !== null) {
        throw new Refusal(`cannot limit its processes together: ${refusal?.why}; ${WAY_OUT}`)
      }
      if (isFirst) removeLeftovers(home.folder)
      makeRoom(home.folder, needed)
      count += 1
      const name = runId.replaceAll(/[^\w.-]/g, '_').slice(0, MAX_NAME)
      return makeLeaf(`${home.folder}/${PREFIX}${process.pid}-${count}-${name}`, limits)
    },
  }
}

const ALL: CgroupLimits = { memoryBytes: 0, cpus: 0, pids: 0 }

/** Why services cannot have such limits; null when they can. */
export function cgroupRefusal(limits: CgroupLimits = ALL): CgroupRefusal | null {
  return refusalOf(homeOf(findCgroup()), controllersOf(limits))
}

function controllersOf({ memoryBytes, cpus, pids }: CgroupLimits): readonly string[] {
  const wanted = { memory: memoryBytes, cpu: cpus, pids }
  return Object.entries(wanted).flatMap(([name, limit]) => (limit === null ? [] : [name]))
}

/** The cgroup to divide: where an earlier supervisor has already done so, we stand in a part. */
function homeOf(place: CgroupPlace | null): CgroupPlace | null {
  if (place === null || basename(place.folder) !== ROOM) return place
  const parent = { folder: dirname(place.folder), path: dirname(place.path) }
  return existsSync(`${parent.folder}/cgroup.procs`) ? parent : place
}

const WAY_OUT = '"max_memory" works anywhere, and so do limits of the whole container'

function refusalOf(place: CgroupPlace | null, needed: readonly string[]): CgroupRefusal | null {
  if (inVersion1(readOwnCgroups(), needed).length > 0) {
    return { why: 'this host has cgroup v1 for such limits', cause: 'version-1' }
  }
  if (place === null) return { why: 'no cgroup v2 can be seen from here', cause: 'closed' }
  const { folder } = place
  const cgroup = `the cgroup ${JSON.stringify(folder)}`
  const files = [folder, `${folder}/cgroup.procs`, `${folder}/cgroup.subtree_control`]
  const errno = files.map(whyNotWritable).find((code) => code !== null) ?? null
  if (errno === 'EACCES') return { why: `${cgroup} belongs to another user`, cause: 'foreign' }
  if (errno !== null) return { why: `${cgroup} cannot be written`, cause: 'closed' }
  const present = wordsIn(`${folder}/cgroup.controllers`)
  const absent = needed.find((name) => !present.includes(name))
  if (absent !== undefined) return { why: `${cgroup} has no controller "${absent}"`, cause: 'not-delegated' }
  const strangers = `${cgroup} has processes in it that are not of this supervisor`
  return isSharedWithStrangers(place) ? { why: strangers, cause: 'shared' } : null
}

function readOwnCgroups(): string {
  try {
    return readFileSync('/proc/self/cgroup', 'utf8')
  } catch {
    return ''
  }
}

/** The errno; null when it can be written. EROFS comes before EACCES (access(2)). */
function whyNotWritable(path: string): string | null {
  try {
    accessSync(path, constants.W_OK)
    return null
  } catch (error) {
    if (!isErrno(error)) throw error
    return error.code
  }
}

/** A container's cgroup is ours to divide; one of a host's own, such as a login's, only when it is ours alone. */
function isSharedWithStrangers({ folder, path }: CgroupPlace): boolean {
  return process.pid !== 1 && path !== '/' && pidsIn(folder).some((pid) => !isOurs(pid))
}

function isOurs(pid: number): boolean {
  for (let ancestor = pid; ancestor > 1;) {
    if (ancestor === process.pid) return true
    const entry = readProcess(ancestor)
    if (typeof entry === 'string') return entry === 'gone'
    ancestor = entry.parent
  }
  return false
}

/**
 * What a supervisor that was killed has left; those of a living one, such as that of another project, stay, and so do
 * those with processes of another PID namespace, where the same pid is somebody else.
 */
function removeLeftovers(home: string): void {
  try {
    for (const name of readdirSync(home)) {
      const pid = Number(new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1] ?? NaN)
      const isLiving = pid !== process.pid && typeof readProcess(pid) !== 'string'
      if (Number.isNaN(pid) || isLiving || pidsIn(`${home}/${name}`).includes(0)) continue
      killTree(`${home}/${name}`)
      removeTree(`${home}/${name}`)
    }
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}
