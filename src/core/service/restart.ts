import type { Restart } from '../config/model.ts'
import type { Moment } from './event.ts'
import { endedWith, type Exit } from './exit.ts'
import type { History } from './state.ts'

/** What the restart policy makes of a run that ended by itself. */
export type Verdict =
  | { readonly kind: 'restart'; readonly delayMs: number; readonly history: History }
  | { readonly kind: 'over'; readonly gaveUpAfter: number | null }

/** How a run ended, as far as the policy asks. */
export interface RunOutcome {
  readonly result: 'success' | 'failure'
  /** Null when it did not end by itself. */
  readonly exit: Exit | null
  /** How long the run had been ready; null when it never was. */
  readonly readyForMs: number | null
}

/**
 * Decides whether a service is started again, and after what delay.
 *
 * A run that had been ready for `reset_after` is followed at once and starts the count anew (Kubernetes' and systemd's
 * rule: trouble counts only while it lasts). Shorter runs wait `delay × factor^n`, at most `max_delay`, give or take
 * `jitter`.
 */
export function judge(restart: Restart, history: History, outcome: RunOutcome, moment: Moment): Verdict {
  if (!wantsRestart(restart, outcome)) return { kind: 'over', gaveUpAfter: null }
  if (outcome.readyForMs !== null && outcome.readyForMs >= restart.resetAfterMs) {
    return { kind: 'restart', delayMs: 0, history: { ...history, shortRuns: 0, restartedAt: [moment.at] } }
  }
  const recent = history.restartedAt.filter((at) => moment.at - at < restart.windowMs)
  if (restart.maxAttempts > 0 && recent.length >= restart.maxAttempts)
    return { kind: 'over', gaveUpAfter: recent.length }
  const shortRuns = history.shortRuns + 1
  // Without a limit nobody asks for the instants: they are not kept, so that years of restarts take no memory.
  const restartedAt = restart.maxAttempts > 0 ? [...recent, moment.at] : []
  return {
    kind: 'restart',
    delayMs: backoffDelay(restart, shortRuns, moment.chance),
    history: { ...history, shortRuns, restartedAt },
  }
}

/**
 * Delay before the next restart.
 *
 * @param shortRuns Runs in a row that did not last, from 1.
 * @param chance From 0 up to 1: 0 gives the shortest delay that the jitter allows, 0.5 the delay itself.
 * @returns Milliseconds, never negative.
 */
export function backoffDelay(restart: Restart, shortRuns: number, chance: number): number {
  // The power of a service that is down for long is Infinity, and Infinity times no delay is no number.
  const growth = Math.min(restart.factor ** (shortRuns - 1), Number.MAX_VALUE)
  const delayMs = Math.min(restart.delayMs * growth, restart.maxDelayMs)
  return delayMs * (1 + restart.jitter * (2 * chance - 1))
}

function wantsRestart(restart: Restart, outcome: RunOutcome): boolean {
  if (outcome.exit !== null && endedWith(outcome.exit, restart.preventExitCodes)) return false
  switch (restart.policy) {
    case 'always':
    case 'unless-stopped':
      return true
    case 'on-failure':
      return outcome.result === 'failure'
    case 'no':
      return false
  }
}
