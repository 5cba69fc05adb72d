import type { ProcessEntry } from './proc-stat.ts'
import { readProcessTable, readVariable, type ProcessTable } from './process-table.ts'
import { RUN_VARIABLE } from './run-members.ts'
import { sendSignal } from './send-signal.ts'

/** How often what was forked during a look is looked for again. */
const LOOKS = 100
/** How many looks in a row have to find nothing new. */
const QUIET_LOOKS = 2

/** A supervisor that is dead: what `bin/pidone-guard` knows of it. */
export interface DeadSupervisor {
  /** When it was started: nothing of its runs is older. */
  readonly startTime: number
  /** It may be that of a person's shell. */
  readonly session: number
  /** How the marks of its runs begin. */
  readonly mark: string
}

/**
 * Kills what is alive of the runs of a dead supervisor, as `bin/pidone-guard` does, but reads the environments of other
 * users as those: root without CAP_SYS_PTRACE may not read them in any other way, and sh has no setfsuid(2).
 *
 * What was killed is not waited for: it forks nothing that lives.
 */
export function sweep(dead: DeadSupervisor): void {
  const killed = new Map<number, number>()
  for (let look = 0, quiet = 0; look < LOOKS && quiet < QUIET_LOOKS; look++) {
    quiet += 1
    const { members, isSettled } = findLeft(readProcessTable(), dead)
    if (!isSettled) quiet = 0
    for (const { pid, startTime } of members) {
      if (killed.get(pid) === startTime) continue
      killed.set(pid, startTime)
      quiet = 0
      sendSignal(pid, 'SIGKILL')
    }
  }
}

interface Left {
  readonly members: readonly ProcessEntry[]
  /** False when something was between two programs, and had no environment. */
  readonly isSettled: boolean
}

/** Orphans with the mark, which have gone to the parent that this process has, and all that these have made. */
function findLeft({ entries }: ProcessTable, dead: DeadSupervisor): Left {
  const reaper = entries.get(process.pid)?.parent
  const young = [...entries.values()].filter(
    ({ pid, startTime, isAlive }) => isAlive && startTime >= dead.startTime && pid !== process.pid,
  )
  const orphans = young.filter(({ parent }) => parent === reaper)
  const marks = orphans.map((entry) => ({ entry, mark: readVariable(entry.pid, RUN_VARIABLE) }))
  const marked = marks.filter(({ mark }) => mark.kind === 'set' && mark.value.startsWith(dead.mark))
  const members = withAllOf(
    marked.map(({ entry }) => entry),
    young,
    dead.session,
  )
  return { members, isSettled: marks.every(({ mark }) => mark.kind !== 'unsure') }
}

/** Adds what stands in a session of these, or descends from one. */
function withAllOf(
  roots: readonly ProcessEntry[],
  young: readonly ProcessEntry[],
  session: number,
): readonly ProcessEntry[] {
  const members = new Set(roots)
  // What is added on the way is gone through as well.
  for (const member of members) {
    for (const other of young) {
      const isInSession = other.session === member.session && other.session !== session
      if (isInSession || other.parent === member.pid) members.add(other)
    }
  }
  return [...members]
}
