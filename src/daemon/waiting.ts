import { isAt, progressOf, standingOf, type Aim } from '../core/supervisor/awaiting.ts'
import { failedSince, standingSince } from '../core/supervisor/failed-since.ts'
import type { Cancel, Clock } from '../core/machine.ts'
import type { OutcomeReply } from '../core/protocol.ts'
import type { LastLineOf } from '../core/supervisor/look.ts'
import type { Supervisor } from '../core/supervisor/state.ts'
import { formatMs } from '../core/text/span.ts'
import type { Loop } from './loop.ts'

/** What somebody waits for: all of these services at their goal. */
export interface Wait {
  readonly services: readonly string[]
  readonly goal: Aim
  /** The set before the change that was asked for, which ends with a run that fails; null where failures are waited out. */
  readonly before: Supervisor | null
  /** Null: as long as it takes. */
  readonly timeoutMs: number | null
  /** Absent: the answer tells nothing of their output. */
  readonly lastLineOf?: LastLineOf
}

/**
 * Answers once: when all are there, when one can never be, or when time is up. Until then it is looked at whenever the
 * set has changed, so that nobody has to ask again.
 */
export function startWait(loop: Loop, clock: Clock, wait: Wait, answer: (outcome: OutcomeReply) => void): Cancel {
  const { timeoutMs } = wait
  const first = judge(loop, wait, clock.now())
  if (first !== null) {
    answer(first)
    return () => undefined
  }
  const finish = (outcome: OutcomeReply): void => {
    cancel()
    answer(outcome)
  }
  const cancelLook = loop.onSettled(() => {
    const outcome = judge(loop, wait, clock.now())
    if (outcome !== null) finish(outcome)
  })
  const cancelTimer =
    timeoutMs === null ? null : clock.startTimer(timeoutMs, () => finish(tooLate(loop, wait, clock.now())))
  const cancel = (): void => {
    cancelLook()
    cancelTimer?.()
  }
  return cancel
}

function judge(loop: Loop, { services, goal, before, lastLineOf }: Wait, now: number): OutcomeReply | null {
  const supervisor = loop.supervisor()
  const progress = progressOf(supervisor, services, goal)
  if (progress.kind === 'done') return { ok: true, reasons: [] }
  const lost = progress.kind === 'lost' ? progress.names : []
  const standing = (name: string): string => standingOf(supervisor, name, now, lastLineOf)
  if (before === null)
    return refused(lost, (name) => {
      const why = whyLost(supervisor, name, goal)
      return why === '' ? standing(name) : `${why} (${standing(name)})`
    })
  const since = { before, supervisor }
  return refused(new Set([...lost, ...failedSince(since, services)]), (name) =>
    standingSince(since, name, now, lastLineOf),
  )
}

/** Why it cannot come about, where its standing does not tell. */
function whyLost({ members }: Supervisor, name: string, goal: Aim): string {
  if (goal === 'down') return 'somebody wants it up again'
  const isLongrun = members.get(name)?.service.config.type === 'longrun'
  return goal === 'completed' && isLongrun ? 'a longrun does not complete' : ''
}

function refused(names: Iterable<string>, reasonOf: (name: string) => string): OutcomeReply | null {
  const reasons = [...names].map((name) => `${name}: ${reasonOf(name)}`)
  return reasons.length === 0 ? null : { ok: false, reasons }
}

function tooLate(loop: Loop, { services, goal, timeoutMs, lastLineOf }: Wait, now: number): OutcomeReply {
  const supervisor = loop.supervisor()
  const within = `not ${goal} within ${formatMs(timeoutMs ?? 0)}`
  const missing = services.filter((name) => !isAt(supervisor, name, goal))
  const reasons = missing.map((name) => `${name}: ${within}: ${standingOf(supervisor, name, now, lastLineOf)}`)
  return { ok: false, reasons, late: true }
}
