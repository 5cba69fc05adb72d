import { isAt, progressOf, standingOf, type Goal } from '../core/supervisor/awaiting.ts'
import type { Cancel, Clock } from '../core/machine.ts'
import type { OutcomeReply } from '../core/protocol.ts'
import { formatMs } from '../core/text/span.ts'
import type { Loop } from './loop.ts'

/** What somebody waits for: all of these services at their goal. */
export interface Wait {
  readonly services: readonly string[]
  readonly goal: Goal
  /** Null: as long as it takes. */
  readonly timeoutMs: number | null
}

/** Those who wait for services; looked at whenever something has happened, so that nobody has to ask again. */
export interface Waiting {
  /** Answers once: when all are there, when one can never be, or when time is up. */
  readonly add: (wait: Wait, answer: (outcome: OutcomeReply) => void) => Cancel
}

/** The waiting room of a loop. */
export function createWaiting(loop: Loop, clock: Clock): Waiting {
  const looks = new Set<() => void>()
  loop.onSettled(() => {
    for (const look of looks) look()
  })
  return {
    add(wait, answer) {
      const finish = (outcome: OutcomeReply): void => {
        cancel()
        answer(outcome)
      }
      const look = (): void => {
        const outcome = judge(loop, wait, clock.now())
        if (outcome !== null) finish(outcome)
      }
      const cancelTimer =
        wait.timeoutMs === null
          ? null
          : clock.startTimer(wait.timeoutMs, () => finish(tooLate(loop, wait, clock.now())))
      const cancel = (): void => {
        looks.delete(look)
        cancelTimer?.()
      }
      looks.add(look)
      look()
      return cancel
    },
  }
}

function judge(loop: Loop, { services, goal }: Wait, now: number): OutcomeReply | null {
  const supervisor = loop.supervisor()
  const progress = progressOf(supervisor, services, goal)
  switch (progress.kind) {
    case 'done':
      return { ok: true, reasons: [] }
    case 'lost':
      return { ok: false, reasons: progress.names.map((name) => `${name}: ${standingOf(supervisor, name, now)}`) }
    case 'pending':
      return null
  }
}

function tooLate(loop: Loop, { services, goal, timeoutMs }: Wait, now: number): OutcomeReply {
  const supervisor = loop.supervisor()
  const within = `not ${goal} within ${formatMs(timeoutMs ?? 0)}`
  const late = services.filter((name) => !isAt(supervisor, name, goal))
  return { ok: false, reasons: late.map((name) => `${name}: ${within}, ${standingOf(supervisor, name, now)}`) }
}
