import { existsSync, readFileSync } from 'node:fs'
import { unescapePath } from './command-error/mounts.ts'

/** Where we stand in the hierarchy of cgroup v2. */
export interface CgroupPlace {
  /** Our cgroup's folder. */
  readonly folder: string
  /** Its path below the root of the hierarchy, as far as we can see that. */
  readonly path: string
}

/** Our own cgroup; null when there is no cgroup v2, or none that can be seen from here. */
export function findCgroup(): CgroupPlace | null {
  return find(placeOf)
}

/** Our own cgroup that counts memory in version 1; likewise. */
export function findMemoryCgroup(): CgroupPlace | null {
  return find(memoryPlaceOf)
}

/**
 * The same from the texts of `/proc/self/cgroup` (cgroups(7)) and `/proc/self/mountinfo` (proc_pid_mountinfo(5)).
 * Beside hierarchies of cgroup v1, that of v2 is the one numbered 0.
 */
export function placeOf(cgroups: string, mounts: string): CgroupPlace | null {
  const path = /^0::(\/.*)$/m.exec(cgroups)?.[1]
  return path === undefined ? null : seen(path, mounts, (source) => source.startsWith('cgroup2 '))
}

/** Our cgroup in version 1's hierarchy of the controller for memory, from the same texts; null where there is none. */
export function memoryPlaceOf(cgroups: string, mounts: string): CgroupPlace | null {
  const path = /^[1-9]\d*:(?:[^:]*,)?memory(?:,[^:]*)?:(\/.*)$/m.exec(cgroups)?.[1]
  return path === undefined ? null : seen(path, mounts, (source) => /^cgroup .*\bmemory\b/.test(source))
}

/** Which of some controllers are in a hierarchy of cgroup v1, and so not in that of v2, by `/proc/self/cgroup`. */
export function inVersion1(cgroups: string, controllers: readonly string[]): readonly string[] {
  const there = new Set([...cgroups.matchAll(/^[1-9]\d*:([^:]*):/gm)].flatMap(([, names = '']) => names.split(',')))
  return controllers.filter((name) => there.has(name))
}

function find(placeIn: (cgroups: string, mounts: string) => CgroupPlace | null): CgroupPlace | null {
  try {
    const place = placeIn(readFileSync('/proc/self/cgroup', 'utf8'), readFileSync('/proc/self/mountinfo', 'utf8'))
    return place !== null && existsSync(`${place.folder}/cgroup.procs`) ? place : null
  } catch {
    return null
  }
}

/** Where a cgroup can be seen in the mounts of its hierarchy. */
function seen(path: string, mounts: string, isHierarchy: (source: string) => boolean): CgroupPlace | null {
  // A later mount covers an earlier one.
  for (const line of mounts.split('\n').toReversed()) {
    const [mount = '', source = ''] = line.split(' - ')
    const [, , , root = '', point = ''] = mount.split(' ')
    if (!isHierarchy(source)) continue
    const rest = below(unescapePath(root), path)
    if (rest !== null) return { folder: `${unescapePath(point)}${rest}`, path }
  }
  return null
}

/** What of a path comes below a root, with its slash; null when it is elsewhere, as a root of `/..` says. */
function below(root: string, path: string): string | null {
  if (root === '/') return path === '/' ? '' : path
  if (path === root) return ''
  return path.startsWith(`${root}/`) ? path.slice(root.length) : null
}
