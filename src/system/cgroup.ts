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
      const refusal = refusalOf(lookAt(home), needed)
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

/** Says why services cannot have such limits; null when they can. Looks when it is first asked, and not again. */
export function createCgroupRefusal(
  find: () => CgroupPlace | null = findCgroup,
): (limits: CgroupLimits) => CgroupRefusal | null {
  let sight: Sight | null = null
  return (limits) => refusalOf((sight ??= lookAt(homeOf(find()))), controllersOf(limits))
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

/** What there is to see of a cgroup, whatever the limits. */
interface Sight {
  /** The text of `/proc/self/cgroup`. */
  readonly cgroups: string
  readonly name: string
  readonly controllers: readonly string[]
  /** Why it cannot be written. */
  readonly shut: CgroupRefusal | null
  readonly isShared: boolean
}

function lookAt(place: CgroupPlace | null): Sight {
  const cgroups = readOwnCgroups()
  if (place === null) {
    const shut = { why: 'no cgroup v2 can be seen from here', cause: 'closed' } as const
    return { cgroups, name: '', controllers: [], shut, isShared: false }
  }
  const { folder } = place
  const name = `the cgroup ${JSON.stringify(folder)}`
  const shut = whyShut(place, name)
  const controllers = wordsIn(`${folder}/cgroup.controllers`)
  return { cgroups, name, controllers, shut, isShared: shut === null && isSharedWithStrangers(place) }
}

function whyShut({ folder, path }: CgroupPlace, name: string): CgroupRefusal | null {
  const files = [folder, `${folder}/cgroup.procs`, `${folder}/cgroup.subtree_control`]
  const errno = files.map(whyNotWritable).find((code) => code !== null) ?? null
  if (errno === null) return null
  if (errno !== 'EACCES') return { why: `${name} cannot be written`, cause: 'closed' }
  return { why: `${name} belongs to another user`, cause: isContainers(path) ? 'foreign' : 'shared' }
}

function refusalOf(
  { cgroups, name, controllers, shut, isShared }: Sight,
  needed: readonly string[],
): CgroupRefusal | null {
  if (inVersion1(cgroups, needed).length > 0) {
    return { why: 'this host has cgroup v1 for such limits', cause: 'version-1' }
  }
  if (shut !== null) return shut
  const absent = needed.find((controller) => !controllers.includes(controller))
  if (absent !== undefined) return { why: `${name} has no controller "${absent}"`, cause: 'not-delegated' }
  const strangers = `${name} has processes in it that are not of this supervisor`
  return isShared ? { why: strangers, cause: 'shared' } : null
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
  return !isContainers(path) && pidsIn(folder).some((pid) => !isOurs(pid))
}

/** A container has a root of its own, but for one with the cgroup namespace of the host. */
function isContainers(path: string): boolean {
  return process.pid === 1 || path === '/'
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
