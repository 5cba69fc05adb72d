import type { Moment } from '../core/service/event.ts'
import type { SupervisorEffect } from '../core/supervisor/effect.ts'
import type { SupervisorEvent } from '../core/supervisor/event.ts'
import type { Supervisor } from '../core/supervisor/state.ts'
import { step } from '../core/supervisor/step.ts'

/** One queue of events, one reducer, one place where effects are performed. */
export interface Loop {
  /** Takes an event; what it leads to has happened when the call returns, unless it came out of an effect. */
  readonly dispatch: (event: SupervisorEvent) => void
  readonly supervisor: () => Supervisor
  /** Called whenever the queue has run empty. */
  readonly onSettled: (settled: () => void) => void
}

/** The loop around a set; an effect's own events wait in the queue until the effects before them are performed. */
export function createLoop(first: Supervisor, perform: (effect: SupervisorEffect) => void, moment: () => Moment): Loop {
  let supervisor = first
  let isBusy = false
  const queue: SupervisorEvent[] = []
  const listeners: (() => void)[] = []

  const work = (): void => {
    for (let event = queue.shift(); event !== undefined; event = queue.shift()) {
      const next = step(supervisor, event, moment())
      supervisor = next.supervisor
      for (const effect of next.effects) perform(effect)
    }
  }

  return {
    supervisor: () => supervisor,
    onSettled: (settled) => void listeners.push(settled),
    dispatch: (event) => {
      queue.push(event)
      if (isBusy) return
      isBusy = true
      try {
        work()
      } finally {
        isBusy = false
      }
      for (const settled of listeners) settled()
    },
  }
}
