import type { Session } from './libc/spawn.ts'
import type { CgroupLeaf } from './cgroup-leaf.ts'
import { isChild } from './children.ts'
import { readLinks, readProcess, readVariable, worse, type ProcessTable, type Sight } from './process-table.ts'
import type { ProcessEntry } from './proc-stat.ts'

/**
 * The variable that marks every process of a run. Where a supervisor runs below another one, the marks of both are in
 * it, the outer one's first: should the inner one die, the outer one still knows what that had started.
 */
export const RUN_VARIABLE = 'PIDONE_RUN'
const SEPARATOR = ':'
/** How often a process is looked for whose parents end meanwhile. */
const LOOKS = 5

/** The mark of a run of ours, below the one that we carry ourselves. */
export function composeMark(own: string | undefined, runId: string): string {
  const part = partOf(runId)
  return own === undefined || own === '' ? part : `${own}${SEPARATOR}${part}`
}

/** What stands for a run in a mark: a service's name may hold the separator. */
function partOf(runId: string): string {
  return runId.replaceAll('%', '%25').replaceAll(SEPARATOR, '%3A')
}

/** A run's first process, and what else is known of it. */
export interface Run {
  readonly pid: number
  /** Null when it could not be read: the number is then taken to be the run's own for ever. */
  readonly startTime: number | null
  readonly runId: string
  /** Unless it is `shared`, it leads a group of its own. */
  readonly session: Session
  /** Every process that was ever seen to be of this run, by pid, with its start time. */
  readonly known: Map<number, number>
  /** Links, as in `/proc/PID/fd`, to those of its pipes that somebody could still write to. */
  readonly openPipes: () => readonly string[]
  /** Its cgroup; null when it has none of its own. */
  readonly leaf: CgroupLeaf | null
}

/** The processes of one moment, and which of the orphans among them carry a part of which mark. */
export interface Moment {
  readonly table: ProcessTable
  readonly orphansOf: ReadonlyMap<string, readonly ProcessEntry[]>
  /** The orphans given to us that carry no mark. */
  readonly unmarked: readonly ProcessEntry[]
  /** Orphans that may have ended after the list of processes was made, and so have a child that is not in it. */
  readonly unsettled: readonly ProcessEntry[]
  /** How much was seen, marks included. */
  readonly sight: Sight
}

/**
 * Reads the marks of all orphans. Of no other process is the environment read: those are found by their ancestry.
 * A parent that is not in the table ended while that was read.
 */
export function markOrphans(table: ProcessTable): Moment {
  const orphansOf = new Map<string, ProcessEntry[]>()
  const unmarked: ProcessEntry[] = []
  const unsettled: ProcessEntry[] = []
  let { sight } = table
  for (const entry of table.entries.values()) {
    const isOurs = entry.parent === process.pid && !isChild(entry.pid)
    const isOrphan = isOurs || (entry.parent !== 0 && !table.entries.has(entry.parent))
    if (isOurs && !entry.isAlive) unsettled.push(entry)
    if (!isOrphan || !entry.isAlive) continue
    const mark = readVariable(entry.pid, RUN_VARIABLE)
    if (mark.kind === 'unsure') unsettled.push(entry)
    if (mark.kind === 'refused') sight = worse(sight, 'refused')
    if (mark.kind !== 'set' && isOurs) unmarked.push(entry)
    if (mark.kind !== 'set') continue
    for (const part of mark.value.split(SEPARATOR)) {
      const others = orphansOf.get(part)
      if (others === undefined) orphansOf.set(part, [entry])
      else others.push(entry)
    }
  }
  return { table, orphansOf, unmarked, unsettled, sight }
}

/** How much was seen of what could be of a run. What comes and goes in the session of another run is not of this one. */
export function sightOf(run: Run, { unsettled, sight }: Moment): Sight {
  const isElsewhere = ({ session }: ProcessEntry): boolean => session !== run.pid && isChild(session)
  return unsettled.every(isElsewhere) ? sight : worse(sight, 'moving')
}

/**
 * All processes of a run, zombies included, and makes them known to it: its first process, those in its session and
 * group, those that carry its mark, those that were known before, and all that descend from these.
 */
export function findMembers(run: Run, { table, orphansOf }: Moment): readonly ProcessEntry[] {
  const members = new Map((orphansOf.get(partOf(run.runId)) ?? []).map((entry) => [entry.pid, entry]))
  const isReused = isPidReused(run, table)
  const leadsGroup = run.session !== 'shared' && !isReused
  for (const entry of table.entries.values()) {
    const isFirst = entry.pid === run.pid && !isReused
    const isInSession = leadsGroup && (entry.group === run.pid || entry.session === run.pid)
    if (isFirst || isInSession || run.known.get(entry.pid) === entry.startTime) members.set(entry.pid, entry)
  }
  addDescendants(members, table)
  const found = [...members.values()].filter((entry) => isOfRun(run, entry))
  for (const { pid, startTime } of found) run.known.set(pid, startTime)
  return found
}

/**
 * A process of the run and all that stand above it, up to a child of ours, and makes them known to it.
 *
 * Reads a few processes only: whoever asks may ask often. A child of ours that is ending or has ended is taken for the
 * run's own, for it has no environment any more; the run that names it can only harm itself.
 *
 * @returns The process first; null when it is not of the run, or there is none.
 */
export function findLine(run: Run, pid: number): readonly ProcessEntry[] | null {
  for (let look = 0; look < LOOKS; look++) {
    const line = readLine(pid)
    if (line === 'moving') continue
    const top = line.at(-1)
    if (top?.parent !== process.pid) return null
    if (!line.every((entry) => isOfRun(run, entry)) || !isBoundTo(run, line, top)) return null
    for (const entry of line) run.known.set(entry.pid, entry.startTime)
    return line
  }
  return null
}

/** A process and all above it, as far up as to us; `moving`: a parent ended in between, and left its child to another. */
function readLine(pid: number): readonly ProcessEntry[] | 'moving' {
  const line: ProcessEntry[] = []
  for (let next = pid; next > 1 && next !== process.pid;) {
    const entry = readProcess(next)
    if (typeof entry === 'string') return line.length === 0 ? line : 'moving'
    line.push(entry)
    next = entry.parent
  }
  return line
}

function isBoundTo(run: Run, line: readonly ProcessEntry[], top: ProcessEntry): boolean {
  const holder = readProcess(run.pid)
  const isReused = typeof holder !== 'string' && run.startTime !== null && holder.startTime !== run.startTime
  const isBound = ({ pid, group, session, startTime }: ProcessEntry): boolean =>
    run.known.get(pid) === startTime || (run.session !== 'shared' && !isReused && [group, session].includes(run.pid))
  return line.some(isBound) || hasMark(run, top) || isEnding(top)
}

/** Looked at after its mark: what has begun to end since then had none any more. */
function isEnding({ pid, startTime }: ProcessEntry): boolean {
  const now = readProcess(pid)
  return typeof now !== 'string' && now.startTime === startTime && (!now.isAlive || now.isExiting)
}

function hasMark(run: Run, { pid }: ProcessEntry): boolean {
  const mark = readVariable(pid, RUN_VARIABLE)
  return mark.kind === 'set' && mark.value.split(SEPARATOR).includes(partOf(run.runId))
}

/**
 * Makes those known to the run that carry no mark, but hold one of its pipes: `env -i` takes the variable away, not the
 * output. To be asked when nothing else is left and a pipe is still open.
 *
 * Other services may hold the pipe by right, handed over through a socket: only orphans without anybody's mark that
 * are younger than the run are looked at. Of nobody is anything read as long as there is no open pipe or no such orphan.
 *
 * @returns How much was seen.
 */
export function noteHolders(run: Run, { unmarked }: Moment): Sight {
  let sight: Sight = 'whole'
  const pipes = unmarked.length === 0 ? [] : run.openPipes()
  if (pipes.length === 0) return sight
  for (const { pid, startTime } of unmarked) {
    if (run.startTime !== null && startTime < run.startTime) continue
    const links = readLinks(pid)
    if (typeof links === 'string') sight = worse(sight, links === 'gone' ? 'moving' : links)
    else if (pipes.some((pipe) => links.has(pipe))) run.known.set(pid, startTime)
  }
  return sight
}

/**
 * Whether the first process's number belongs to somebody else by now. The kernel gives no number that still names a
 * group or a session, so then nothing of ours is left in these.
 */
export function isPidReused(run: Run, table: ProcessTable): boolean {
  const holder = table.entries.get(run.pid)
  return holder !== undefined && run.startTime !== null && holder.startTime !== run.startTime
}

function addDescendants(members: Map<number, ProcessEntry>, table: ProcessTable): void {
  const walk = [...members.keys()]
  for (let parent = walk.pop(); parent !== undefined; parent = walk.pop()) {
    for (const child of table.childrenOf.get(parent) ?? []) {
      if (members.has(child.pid)) continue
      members.set(child.pid, child)
      walk.push(child.pid)
    }
  }
}

/** Never ourselves, and no other child of ours: that is of the run that it was started for. */
function isOfRun(run: Run, { pid }: ProcessEntry): boolean {
  return pid > 1 && pid !== process.pid && (pid === run.pid || !isChild(pid))
}
