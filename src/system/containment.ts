import { readProcess, readProcessTable, type ProcessEntry } from './process-table.ts'
import type { Reaper } from './reaper.ts'
import { findMembers, markOrphans, type Moment, type Run } from './run-members.ts'
import { sendSignal } from './send-signal.ts'

/** How often to look again for what is not ours to reap, so that the reaper has no word of its end. */
const FALLBACK_MS = 500
/** How many looks may be blurred by processes that come and go, before finding nothing counts. */
const LOOKS = 20

/** Kills what is left of runs. */
export interface Containment {
  /** Notes what descends from the run now: killed later, those may have lost the parents that tie them to it. */
  readonly note: (run: Run) => void
  /** Kills all that is left of the run, until nothing of it is alive. */
  readonly clear: (run: Run, cleared: () => void) => void
}

/** A run that is being cleared. */
interface Clearing {
  readonly run: Run
  readonly cleared: () => void
  /** What was killed and is not known to be gone; empty: time to look for more. */
  waitsFor: readonly ProcessEntry[]
  /** What refused the signal: there is nothing more that could be done about it. */
  readonly untouchable: Set<number>
  looksLeft: number
}

/** One look at `/proc` serves all runs that are to be cleared in the same turn of the event loop. */
export function createContainment(reaper: Reaper): Containment {
  const clearings = new Set<Clearing>()
  const share = shareMoment()
  let isScheduled = false
  let fallback: NodeJS.Timeout | null = null

  const schedule = (): void => {
    if (isScheduled) return
    isScheduled = true
    setImmediate(() => {
      isScheduled = false
      sweep([...clearings].filter(({ waitsFor }) => waitsFor.length === 0))
    })
  }
  const sweep = (due: readonly Clearing[]): void => {
    const moment = due.length === 0 ? null : markOrphans(readProcessTable())
    for (const clearing of due) if (moment !== null && look(clearing, moment) === 'clear') finish(clearing)
    if ([...clearings].some(({ waitsFor }) => waitsFor.length === 0)) schedule()
    if (clearings.size > 0) fallback ??= setTimeout(lookAgain, FALLBACK_MS)
  }
  const finish = (clearing: Clearing): void => {
    clearings.delete(clearing)
    if (clearings.size === 0 && fallback !== null) {
      clearTimeout(fallback)
      fallback = null
    }
    clearing.cleared()
  }
  const lookAgain = (): void => {
    fallback = null
    sweep([...clearings])
  }
  reaper.onReaped(() => {
    for (const clearing of clearings) {
      clearing.waitsFor = dropGone(clearing.waitsFor)
      if (clearing.waitsFor.length === 0) schedule()
    }
  })
  return {
    note: (run) => void findMembers(run, share()),
    clear: (run, cleared) => {
      clearings.add({ run, cleared, waitsFor: [], untouchable: new Set(), looksLeft: LOOKS })
      schedule()
    },
  }
}

/** Kills what a look finds of a run, and says whether nothing was found. */
function look(clearing: Clearing, moment: Moment): 'clear' | 'pending' {
  const { run, untouchable } = clearing
  const members = findMembers(run, moment)
    .filter(isPending)
    .filter(({ pid }) => !untouchable.has(pid))
  if (members.length === 0) {
    clearing.waitsFor = []
    clearing.looksLeft -= 1
    return moment.isBlurred && clearing.looksLeft > 0 ? 'pending' : 'clear'
  }
  // The whole group at once: nothing in it can fork itself away between two kills.
  if (members.some(({ group }) => run.session === 'own' && group === run.pid)) sendSignal(-run.pid, 'SIGKILL')
  for (const { pid } of members) if (sendSignal(pid, 'SIGKILL') === 'refused') untouchable.add(pid)
  clearing.waitsFor = members.filter(({ pid }) => !untouchable.has(pid))
  return 'pending'
}

/** A zombie that is ours to reap is waited for; with somebody else's nothing can be done, and it does nothing. */
function isPending(entry: ProcessEntry): boolean {
  return entry.isAlive || entry.parent === process.pid
}

/** What remains from the first that is still there: as long as there is one, the others need no look. */
function dropGone(entries: readonly ProcessEntry[]): readonly ProcessEntry[] {
  const first = entries.findIndex(({ pid, startTime }) => {
    const now = readProcess(pid)
    return now !== null && now.startTime === startTime && isPending(now)
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
