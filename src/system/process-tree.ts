import { readdirSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { isChild } from './children.ts'
import type { ProcessEntry } from './proc-stat.ts'
import { readProcess, readVariable } from './process-table.ts'
import { RUN_VARIABLE } from './run-members.ts'

/** Processes read in one turn of the event loop: a millisecond's work. Through libuv's threads it takes four times that. */
const PER_TURN = 32
/** Orphans whose environment is read at most, one after the other. */
const MAX_ORPHANS = 200

/** The processes of one moment. */
export interface Scan {
  readonly alive: ReadonlySet<number>
  readonly childrenOf: ReadonlyMap<number, readonly number[]>
  /** Those that were handed to this process. */
  readonly orphans: readonly number[]
}

/** Reads which processes there are; those that are closed to us are left out. */
export async function scanProcesses(): Promise<Scan> {
  const pids = readdirSync('/proc').filter((entry) => /^\d+$/u.test(entry))
  const alive = new Set<number>()
  const childrenOf = new Map<number, number[]>()
  const orphans: number[] = []
  for (const [index, name] of pids.entries()) {
    if (index % PER_TURN === PER_TURN - 1) await nextTurn()
    const entry = readProcess(Number(name))
    if (typeof entry === 'string') continue
    alive.add(entry.pid)
    if (isOrphan(entry)) orphans.push(entry.pid)
    const siblings = childrenOf.get(entry.parent)
    if (siblings === undefined) childrenOf.set(entry.parent, [entry.pid])
    else siblings.push(entry.pid)
  }
  return { alive, childrenOf, orphans }
}

function isOrphan({ pid, parent, isAlive }: ProcessEntry): boolean {
  return isAlive && parent === process.pid && !isChild(pid)
}

/**
 * The processes of the trees below some roots, themselves included. An orphan counts below the root that carries the
 * same mark: both are of one run.
 *
 * @returns By root; a root that is gone is left out. A process below two of the roots is in both trees.
 */
export function treesOf(scan: Scan, roots: readonly number[]): ReadonlyMap<number, readonly number[]> {
  const living = roots.filter((root) => scan.alive.has(root))
  const orphansOf = assignOrphans(scan, living)
  return new Map(living.map((root) => [root, treeOf([root, ...(orphansOf.get(root) ?? [])], scan)]))
}

function assignOrphans({ orphans }: Scan, roots: readonly number[]): ReadonlyMap<number, readonly number[]> {
  const found = new Map<number, number[]>()
  const others = orphans.filter((pid) => !roots.includes(pid)).slice(0, MAX_ORPHANS)
  if (others.length === 0) return found
  const rootOf = new Map(roots.map((root) => [markOf(root), root]))
  for (const pid of others) {
    const mark = markOf(pid)
    const root = mark === null ? undefined : rootOf.get(mark)
    if (root !== undefined) found.set(root, [...(found.get(root) ?? []), pid])
  }
  return found
}

function markOf(pid: number): string | null {
  const mark = readVariable(pid, RUN_VARIABLE)
  return mark.kind === 'set' ? mark.value : null
}

/** A pid can come twice if it is reused during the scan: what was seen is not walked again. */
function treeOf(tops: readonly number[], { childrenOf }: Scan): readonly number[] {
  const tree = new Set(tops)
  for (const pid of tree) for (const child of childrenOf.get(pid) ?? []) tree.add(child)
  return [...tree]
}
