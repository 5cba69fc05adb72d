import { readdir, readFile } from 'node:fs/promises'
import { isErrno } from './errno.ts'
import { parseStat } from './proc-stat.ts'

/** Reads under way at once: a scan shares libuv's threads with everything else. */
const BATCH = 32

/**
 * The processes of the trees below some roots, themselves included, from one scan of /proc.
 *
 * @returns By root; a root that is gone is left out. A process below two of the roots is in both trees.
 */
export async function readTrees(roots: readonly number[]): Promise<ReadonlyMap<number, readonly number[]>> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/u.test(entry))
  const children = new Map<number, number[]>()
  const alive = new Set<number>()
  for (let at = 0; at < pids.length; at += BATCH) {
    const batch = pids.slice(at, at + BATCH).map(Number)
    const parents = await Promise.all(batch.map((pid) => parentOf(pid)))
    for (const [index, parent] of parents.entries()) {
      const pid = batch[index]
      if (pid === undefined || parent === null) continue
      alive.add(pid)
      children.set(parent, [...(children.get(parent) ?? []), pid])
    }
  }
  return new Map(roots.filter((root) => alive.has(root)).map((root) => [root, treeOf(root, children)]))
}

/** The parent's pid; null for a process that is gone, or closed to us. */
async function parentOf(pid: number): Promise<number | null> {
  try {
    return parseStat(pid, await readFile(`/proc/${pid}/stat`, 'latin1')).parent
  } catch (error) {
    // ESRCH: it ended between open(2) and read(2); EACCES: /proc is mounted with hidepid, and it is not ours.
    if (isErrno(error) && ['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(error.code)) return null
    throw error
  }
}

/** A pid can come twice if it is reused during the scan: what was seen is not walked again. */
function treeOf(root: number, children: ReadonlyMap<number, readonly number[]>): readonly number[] {
  const tree = new Set([root])
  for (const pid of tree) for (const child of children.get(pid) ?? []) tree.add(child)
  return [...tree]
}
