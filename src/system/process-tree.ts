import { readdir, readFile } from 'node:fs/promises'
import { isErrno } from './errno.ts'
import { parseStat, type ProcessEntry } from './proc-stat.ts'

/** Reads under way at once: a scan shares libuv's threads with everything else. */
const BATCH = 32

/**
 * The processes of the trees below some roots, themselves included, from one scan of /proc. What has lost its parents
 * and is still in the session of a root counts as below it; only in a session of our own everybody could be.
 *
 * @returns By root; a root that is gone is left out. A process below two of the roots is in both trees.
 */
export async function readTrees(roots: readonly number[]): Promise<ReadonlyMap<number, readonly number[]>> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/u.test(entry)).map(Number)
  const found = new Map<number, ProcessEntry>()
  for (let at = 0; at < pids.length; at += BATCH) {
    const batch = await Promise.all(pids.slice(at, at + BATCH).map((pid) => readEntry(pid)))
    for (const entry of batch) if (entry !== null) found.set(entry.pid, entry)
  }
  const children = groupBy(found.values(), ({ parent }) => parent)
  const sessions = groupBy(found.values(), ({ session }) => session)
  const own = found.get(process.pid)?.session
  const trees = roots.flatMap((root): [number, readonly number[]][] => {
    const session = found.get(root)?.session
    if (session === undefined) return []
    const peers = own === undefined || session === own ? [] : (sessions.get(session) ?? [])
    return [[root, treeOf([root, ...peers], children)]]
  })
  return new Map(trees)
}

/** Null for a process that is gone, or closed to us. */
async function readEntry(pid: number): Promise<ProcessEntry | null> {
  try {
    return parseStat(pid, await readFile(`/proc/${pid}/stat`, 'latin1'))
  } catch (error) {
    // ESRCH: it ended between open(2) and read(2); EACCES: /proc is mounted with hidepid, and it is not ours.
    if (isErrno(error) && ['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(error.code)) return null
    throw error
  }
}

function groupBy(
  entries: Iterable<ProcessEntry>,
  keyOf: (entry: ProcessEntry) => number,
): ReadonlyMap<number, readonly number[]> {
  const groups = new Map<number, number[]>()
  for (const entry of entries) {
    const key = keyOf(entry)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [entry.pid])
    else group.push(entry.pid)
  }
  return groups
}

/** A pid can come twice if it is reused during the scan: what was seen is not walked again. */
function treeOf(roots: readonly number[], children: ReadonlyMap<number, readonly number[]>): readonly number[] {
  const tree = new Set(roots)
  for (const pid of tree) for (const child of children.get(pid) ?? []) tree.add(child)
  return [...tree]
}
