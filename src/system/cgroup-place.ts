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
  try {
    const place = placeOf(readFileSync('/proc/self/cgroup', 'utf8'), readFileSync('/proc/self/mountinfo', 'utf8'))
    return place !== null && existsSync(`${place.folder}/cgroup.procs`) ? place : null
  } catch {
    return null
  }
}

/**
 * The same from the texts of `/proc/self/cgroup` (cgroups(7)) and `/proc/self/mountinfo` (proc_pid_mountinfo(5)).
 * Beside hierarchies of cgroup v1, that of v2 is the one numbered 0.
 */
export function placeOf(cgroups: string, mounts: string): CgroupPlace | null {
  const path = /^0::(\/.*)$/m.exec(cgroups)?.[1]
  if (path === undefined) return null
  // A later mount covers an earlier one.
  for (const line of mounts.split('\n').toReversed()) {
    const [mount = '', source = ''] = line.split(' - ')
    const [, , , root = '', point = ''] = mount.split(' ')
    if (!source.startsWith('cgroup2 ')) continue
    const rest = below(unescapePath(root), path)
    if (rest !== null) return { folder: `${unescapePath(point)}${rest}`, path }
  }
  return null
}

/** Which of some controllers are in a hierarchy of cgroup v1, and so not in that of v2, by `/proc/self/cgroup`. */
export function inVersion1(cgroups: string, controllers: readonly string[]): readonly string[] {
  const there = new Set([...cgroups.matchAll(/^[1-9]\d*:([^:]*):/gm)].flatMap(([, names = '']) => names.split(',')))
  return controllers.filter((name) => there.has(name))
}

/** What of a path comes below a root, with its slash; null when it is elsewhere, as a root of `/..` says. */
function below(root: string, path: string): string | null {
  if (root === '/') return path === '/' ? '' : path
  if (path === root) return ''
  return path.startsWith(`${root}/`) ? path.slice(root.length) : null
}
