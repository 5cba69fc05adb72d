import type { Cancel } from '../core/machine.ts'
import type { Moment } from '../core/service/event.ts'
import type { SupervisorEffect } from '../core/supervisor/effect.ts'
import type { SupervisorEvent } from '../core/supervisor/event.ts'
import { eventInstead } from '../core/supervisor/lost-effect.ts'
import type { Supervisor } from '../core/supervisor/state.ts'
import { step } from '../core/supervisor/step.ts'
import type { Stepped } from '../core/supervisor/stepped.ts'

/** One queue of events, one reducer, one place where effects are performed. */
export interface Loop {
  /** Takes an event; what it leads to has happened when the call returns, unless it came out of an effect. Never throws. */
  readonly dispatch: (event: SupervisorEvent) => void
  readonly supervisor: () => Supervisor
  /** Called whenever the queue has run empty and the set is not what it was. */
  readonly onSettled: (settled: () => void) => Cancel
}

/** What a loop turns around. */
export interface LoopParts {
  readonly first: Supervisor
  readonly perform: (effect: SupervisorEffect) => void
  readonly moment: () => Moment
  /** Told of each step, when its effects are performed. */
  readonly stepped: (step: Stepped) => void
  /** Told of each fault of our own; must not throw. */
  readonly faulted: (error: unknown) => void
}

/**
 * The loop around a set; an effect's own events wait in the queue until the effects before them are performed.
 *
 * A fault takes nothing with it: the other effects of its step are performed, and what waits for its effect hears that
 * it failed.
 */
export function createLoop({ first, perform, moment, stepped, faulted }: LoopParts): Loop {
  let supervisor = first
  let isBusy = false
  const queue: SupervisorEvent[] = []
  const listeners = new Set<{ readonly settled: () => void }>()

  const happen = (event: SupervisorEvent): void => {
    const before = supervisor
    const now = moment()
    const next = step(before, event, now)
    supervisor = next.supervisor
    for (const effect of next.effects) {
      attempt(
        () => perform(effect),
        (error) => {
          faulted(error)
          const instead = eventInstead(effect, error instanceof Error ? error.message : String(error))
          if (instead !== null) queue.push(instead)
        },
      )
    }
    attempt(() => stepped({ before, after: next.supervisor, event, effects: next.effects, at: now.at }), faulted)
  }

  return {
    supervisor: () => supervisor,
    onSettled: (settled) => {
      const listener = { settled }
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    dispatch: (event) => {
      queue.push(event)
      if (isBusy) return
      isBusy = true
      const before = supervisor
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const happened = next
        attempt(() => happen(happened), faulted)
      }
      isBusy = false
      if (supervisor === before) return
      for (const { settled } of listeners) attempt(settled, faulted)
    },
  }
}

function attempt(act: () => void, failed: (error: unknown) => void): void {
  try {
    act()
  } catch (error) {
    failed(error)
  }
}
