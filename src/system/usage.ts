import type { Usage } from '../core/machine.ts'
import { readDescriptors } from './descriptors.ts'
import { isErrno } from './errno.ts'
import { hasProc } from './proc.ts'
import { inTurns, type Question } from './in-turns.ts'
import { createPidusage, type AskPidusage, type Used } from './pidusage.ts'
import { memoryOf, readMemories, type Memory } from './memory.ts'
import { scanProcesses, treesOf, type Scan } from './process-tree.ts'

/** Processes sampled at most; the trees from there on are left out. */
const MAX_PROCESSES = 2000

/** How long an answer may take: a status that needs a second has no use for CPU and memory. */
const PATIENCE_MS = 700

/** How long a look at all processes serves. */
const KEEP_SCAN_MS = 1000

/** How long a sample may wait for the next one. */
const KEEP_SAMPLE_MS = 60_000

/** Nearer together than this, two samples say more of the clock (10 ms a tick) than of the process. */
const WINDOW_MS = 250

/**
 * Makes the sampler of CPU and memory of whole trees.
 *
 * CPU is the average since the last question about the process; the first time, since its start, as ps(1) has it.
 * pidusage itself would answer 0 then.
 */
export function createUsage(): Question<number, Usage> {
  let before: ReadonlyMap<number, Sample> = new Map()
  const scan = createScanner()
  const ask = createPidusage()
  // One after the other: the end of one closes the descriptors of another about the same process (pidusage.ts).
  const sample = async (pids: readonly number[]): Promise<ReadonlyMap<number, Usage>> => {
    if (pids.length === 0 || !hasProc()) return new Map()
    const trees = await choose(treesOf(await scan(pids), pids))
    const readings = await read(ask, [...new Set([...trees.values()].flat())])
    const now = new Map([...readings].map(([pid, reading]) => [pid, sampleOf(reading, before.get(pid))]))
    before = merge(before, now)
    return new Map(
      [...trees].filter(([root]) => now.has(root)).map(([root, tree]): [number, Usage] => [root, sum(tree, now)]),
    )
  }
  // What the system refuses today, for want of descriptors, is unknown today.
  return inTurns((pids) => sample(pids).catch(noneWhenRefused), PATIENCE_MS)
}

function noneWhenRefused(error: unknown): ReadonlyMap<number, Usage> {
  if (isErrno(error)) return new Map()
  throw error
}

/** Questions about several services, each at a time of its own, share a look at all processes; not with one it lacks. */
function createScanner(): (pids: readonly number[]) => Promise<Scan> {
  let last: Scan | null = null
  let scannedAt = 0
  return async (pids) => {
    const current = last
    const isFresh = performance.now() - scannedAt < KEEP_SCAN_MS
    if (current !== null && isFresh && pids.every((pid) => current.alive.has(pid))) return current
    scannedAt = performance.now()
    last = await scanProcesses()
    return last
  }
}

/** Those of other questions are kept for a while: each service may be asked about at times of its own. */
function merge(before: ReadonlyMap<number, Sample>, now: ReadonlyMap<number, Sample>): ReadonlyMap<number, Sample> {
  const oldest = performance.now() - KEEP_SAMPLE_MS
  return new Map([...[...before].filter(([, { at }]) => at >= oldest), ...now])
}

type Trees = ReadonlyMap<number, readonly number[]>

/**
 * Chooses the trees that can be sampled without taking too many descriptors, one for each process while a question lasts:
 * a quarter of the limit at most, and a quarter of what is free at most, since the services need them more.
 */
async function choose(trees: Trees): Promise<Trees> {
  const { limit, open } = await readDescriptors()
  let room = Math.min(MAX_PROCESSES, limit / 4, (limit - open) / 4)
  const taken = new Set<number>()
  const chosen = [...trees].filter(([, tree]) => {
    const more = tree.filter((pid) => !taken.has(pid))
    if (more.length > room) return false
    room -= more.length
    for (const pid of more) taken.add(pid)
    return true
  })
  return new Map(chosen)
}

/** What is read of one process. */
interface Reading extends Used {
  readonly memory: Memory
}

interface Sample extends Reading {
  readonly cpu: number
  readonly at: number
}

async function read(ask: AskPidusage, pids: readonly number[]): Promise<ReadonlyMap<number, Reading>> {
  const used = await ask(pids)
  const memories = await readMemories([...used.keys()])
  return new Map(
    [...used].map(([pid, { ctime, elapsed, memory }]) => {
      return [pid, { ctime, elapsed, memory: memories.get(pid) ?? { anonymous: memory, file: 0, shared: 0 } }]
    }),
  )
}

function sampleOf(reading: Reading, before: Sample | undefined): Sample {
  const { ctime, elapsed, memory } = reading
  const at = performance.now()
  // A pid that is used again is younger than the one before.
  if (before === undefined || elapsed < before.elapsed) return { ...reading, at, cpu: share(ctime, elapsed) }
  const windowMs = elapsed - before.elapsed
  if (windowMs < WINDOW_MS) return { ...before, at, memory }
  return { ...reading, at, cpu: share(ctime - before.ctime, windowMs) }
}

function share(usedMs: number, ofMs: number): number {
  return ofMs <= 0 ? 0 : Math.round((usedMs / ofMs) * 1000) / 10
}

function sum(tree: readonly number[], samples: ReadonlyMap<number, Sample>): Usage {
  const found = tree.flatMap((pid) => samples.get(pid) ?? [])
  return {
    cpu: Math.round(found.reduce((total, { cpu }) => total + cpu, 0) * 10) / 10,
    memory: memoryOf(found.map(({ memory }) => memory)),
    processes: found.length,
  }
}
