import { isChild } from './children.ts'
import { hasLeftNothing } from './left-behind.ts'
import { readProcess, readProcessTable, worse, type Sight } from './process-table.ts'
import type { ProcessEntry } from './proc-stat.ts'
import type { Reaper } from './reaper.ts'
import { findMembers, isPidReused, markOrphans, noteHolders, sightOf, type Moment, type Run } from './run-members.ts'
import { sendSignal } from './send-signal.ts'

/** How often to look again for what is not ours to reap, so that the reaper has no word of its end. */
const FALLBACK_MS = 500
/**
 * How many looks may be blurred by processes that come and go, before finding nothing counts. They are 1, 2, 4… ms
 * apart: a quarter of a second in all.
 */
const LOOKS = 9

/** Kills what is left of runs. */
export interface Containment {
  /** Notes what descends from the run now: killed later, those may have lost the parents that tie them to it. */
  readonly note: (run: Run) => void
  /**
   * Kills all that is left of the run, until nothing of it is alive.
   *
   * While the system refuses to be looked at (EMFILE), nothing counts as clear. Where there is no `/proc` of ours, its
   * group is killed and its first process waited for: what had left the group stays.
   *
   * @param refused Told each process that may not be killed: it is left alive.
   */
  readonly clear: (run: Run, cleared: () => void, refused?: (pid: number) => void) => void
}

/** A run that is being cleared. */
interface Clearing {
  readonly run: Run
  readonly cleared: () => void
  readonly refused: (pid: number) => void
  /** What was killed and is not known to be gone. */
  waitsFor: readonly ProcessEntry[]
  /** What refused the signal: there is nothing more that could be done about it. */
  readonly untouchable: Set<number>
  looks: number
  blurs: number
  timer: NodeJS.Timeout | undefined
}

/** One look at `/proc` serves all runs that are to be cleared in the same turn of the event loop. */
export function createContainment(reaper: Reaper): Containment {
  const clearings = new Set<Clearing>()
  const share = shareMoment()
  let due = new Set<Clearing>()

  const schedule = (clearing: Clearing): void => {
    if (due.size === 0) setImmediate(sweep)
    due.add(clearing)
  }
  const sweep = (): void => {
    const looking = due
    due = new Set()
    const moment = markOrphans(readProcessTable())
    for (const clearing of looking) {
      clearTimeout(clearing.timer)
      const next = look(clearing, moment)
      if (next === 'clear') finish(clearing)
      else clearing.timer = setTimeout(schedule, next, clearing)
    }
  }
  const finish = (clearing: Clearing): void => {
    clearings.delete(clearing)
    clearing.cleared()
  }
  reaper.onReaped(() => {
    for (const clearing of clearings) {
      if (clearing.waitsFor.length === 0) continue
      clearing.waitsFor = dropGone(clearing.waitsFor)
      if (clearing.waitsFor.length === 0) schedule(clearing)
    }
  })
  return {
    note: (run) => void findMembers(run, share()),
    clear: (run, cleared, refused = () => {}) => {
      if (hasLeftNothing(run) && run.leaf?.remove() !== false) return queueMicrotask(cleared)
      const untouchable = new Set<number>()
      const clearing = { run, cleared, refused, waitsFor: [], untouchable, looks: 0, blurs: 0, timer: undefined }
      clearings.add(clearing)
      schedule(clearing)
    },
  }
}

/** Kills what a look finds of a run; `clear` when there is nothing, else when to look again if nothing is heard. */
function look(clearing: Clearing, moment: Moment): 'clear' | number {
  const { run, untouchable } = clearing
  const { members, sight } = search(clearing, moment)
  clearing.looks += 1
  run.leaf?.kill()
  // The whole group at once: nothing in it can fork itself away between two kills. At first even if none is seen.
  if (clearing.looks === 1 || members.some(({ group }) => group === run.pid)) killGroup(run, moment)
  for (const { pid } of members) {
    if (sendSignal(pid, 'SIGKILL') !== 'refused') continue
    untouchable.add(pid)
    clearing.refused(pid)
  }
  clearing.waitsFor = members.filter(({ pid }) => !untouchable.has(pid))
  if (clearing.waitsFor.length > 0) return FALLBACK_MS
  const next = judge(clearing, sight)
  // What only its cgroup ties to the run is killed by now, and nobody tells us of its end.
  if (next === 'clear' && run.leaf?.remove() === false) return Math.min(2 ** (clearing.looks - 1), FALLBACK_MS)
  return next
}

/** What is left of a run, and how much was seen of what could be. */
function search(
  { run, untouchable }: Clearing,
  moment: Moment,
): { readonly members: readonly ProcessEntry[]; readonly sight: Sight } {
  const find = (): readonly ProcessEntry[] =>
    findMembers(run, moment).filter((entry) => isPending(entry) && !untouchable.has(entry.pid))
  const members = find()
  const sight = sightOf(run, moment)
  if (members.length > 0) return { members, sight }
  const sightOfHolders = noteHolders(run, moment)
  return { members: find(), sight: worse(sight, sightOfHolders) }
}

function killGroup(run: Run, { table }: Moment): void {
  if (run.session !== 'shared' && !isPidReused(run, table)) sendSignal(-run.pid, 'SIGKILL')
}

/** What it means that nothing was found. */
function judge(clearing: Clearing, sight: Sight): 'clear' | number {
  const { pid } = clearing.run
  switch (sight) {
    case 'whole':
      return 'clear'
    case 'moving':
      clearing.blurs += 1
      return clearing.blurs < LOOKS ? 2 ** (clearing.blurs - 1) : 'clear'
    case 'refused':
      return FALLBACK_MS
    case 'none':
      // As long as it was not waited for, the number is its own.
      if (!isChild(pid)) return 'clear'
      sendSignal(pid, 'SIGKILL')
      return FALLBACK_MS
  }
}

/** A zombie that is ours to reap is waited for; with somebody else's nothing can be done, and it does nothing. */
function isPending(entry: ProcessEntry): boolean {
  return entry.isAlive || entry.parent === process.pid
}

/** What remains from the first that is still there: as long as there is one, the others need no look. */
function dropGone(entries: readonly ProcessEntry[]): readonly ProcessEntry[] {
  const first = entries.findIndex(({ pid, startTime }) => {
    const now = readProcess(pid)
    return now === 'refused' || (now !== 'gone' && now.startTime === startTime && isPending(now))
  })
  return first === -1 ? [] : entries.slice(first)
}

/** One look at `/proc` for all that ask in the same turn. */
function shareMoment(): () => Moment {
  let moment: Moment | null = null
  return () => {
    if (moment === null) setImmediate(() => (moment = null))
    moment ??= markOrphans(readProcessTable())
    return moment
  }
}
