import { forgetChild, waiterOf, watchChildren } from './children.ts'
import { exitOf } from './exit.ts'
import { errnoName } from './libc/calls.ts'
import { becomeSubreaper, peekDeadChild, reapChild } from './libc/wait.ts'

/** Dead children taken in one turn of the event loop: a storm of them must not hold up everything else. */
const PER_TURN = 256

/** Waits for the orphans that are handed to this process, and for the children that are left to it. */
export interface Reaper {
  /** Calls back in each turn in which children of this process, orphans or its own, have ended. */
  readonly onReaped: (reaped: () => void) => void
  /**
   * Asks before an orphan is taken whether something has not been heard yet that may name it. It is then left until the
   * next turn, once.
   */
  readonly askBefore: (isUnheard: () => boolean) => void
}

/**
 * Starts to reap: as PID 1, or else as a child subreaper.
 *
 * libuv waits only for its own children. On SIGCHLD the next dead child is looked at and left (WNOWAIT); an orphan is
 * taken, and so is one of `waitForChild`'s; one that libuv owns stays, and the look is repeated after libuv's
 * turn: it hides all that died behind it.
 *
 * @param failed Told why it reaps no orphans, as under a seccomp filter.
 */
export function startReaper(failed: (message: string) => void = () => {}): Reaper {
  const listeners: (() => void)[] = []
  const askers: (() => boolean)[] = []
  const reapDead = createReaping(() => askers.some((isUnheard) => isUnheard()))
  let isScheduled = false
  watchChildren()
  if (process.pid !== 1) adoptOrphans(failed)

  const schedule = (): void => {
    if (isScheduled) return
    isScheduled = true
    setImmediate(turn)
  }
  const turn = (): void => {
    isScheduled = false
    if (reapDead() === 'more') schedule()
    for (const reaped of listeners) reaped()
  }
  process.on('SIGCHLD', schedule)
  // What died before there was a listener.
  schedule()
  return {
    onReaped: (reaped) => void listeners.push(reaped),
    askBefore: (isUnheard) => void askers.push(isUnheard),
  }
}

function adoptOrphans(failed: (message: string) => void): void {
  const result = becomeSubreaper()
  if (result >= 0) return
  const why = `cannot reap orphans: PR_SET_CHILD_SUBREAPER: ${errnoName(result)}`
  failed(`${why}; what leaves the session of its service may outlive it`)
}

/** Takes the dead up to the first that is libuv's or has to be left; `more` when there may be others behind. */
function createReaping(isUnheard: () => boolean): () => 'none' | 'more' {
  let left: number | null = null
  let hasFailed = false
  return () => {
    for (let taken = 0; taken < PER_TURN; taken++) {
      const dead = peekDeadChild()
      if (typeof dead === 'number') {
        // No further signal may come: looked once more, but not again and again (ECHILD: there are no children).
        hasFailed = !hasFailed
        return hasFailed ? 'more' : 'none'
      }
      hasFailed = false
      if (dead === null) return 'none'
      const waiter = waiterOf(dead.pid)
      if (waiter?.kind === 'libuv') return 'more'
      if (waiter === null && dead.pid !== left && isUnheard()) {
        left = dead.pid
        return 'more'
      }
      left = null
      reapChild(dead.pid)
      if (waiter === null) continue
      forgetChild(dead.pid)
      waiter.exited(exitOf(dead))
    }
    return 'more'
  }
}
