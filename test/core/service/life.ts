import type { ServiceConfig } from '../../../src/core/config/model.ts'
import type { ServiceEffect } from '../../../src/core/service/effect.ts'
import type { RunEvent, ServiceEvent } from '../../../src/core/service/event.ts'
import { newService, type History, type Service, type State } from '../../../src/core/service/state.ts'
import { transition } from '../../../src/core/service/transition.ts'

/** The life of one service, event by event. */
export interface Life {
  /** Lets an event happen at an instant; gives what is to be done then. */
  readonly on: (at: number, event: ServiceEvent) => readonly ServiceEffect[]
  /** The same for an event of the present run. */
  readonly onRun: (at: number, event: WithoutRun<RunEvent>) => readonly ServiceEffect[]
  readonly state: () => State
  readonly history: () => History
}

/** An event of a run whose number is not said. */
export type WithoutRun<Event> = Event extends { readonly run: number } ? Omit<Event, 'run'> : never

/** A service that has begun at 0. */
export function begin(config: ServiceConfig, wanted: 'wanted' | 'not-asked' = 'wanted'): Life {
  let service: Service = newService(config, wanted, 0)
  const on = (at: number, event: ServiceEvent): readonly ServiceEffect[] => {
    const step = transition(service, event, { at, chance: 0.5 })
    service = step.service
    return step.effects
  }
  return {
    on,
    onRun: (at, event) => on(at, { ...event, run: service.history.run }),
    state: () => service.state,
    history: () => service.history,
  }
}

/** A service whose process was spawned at 0, as run 1. */
export function spawned(config: ServiceConfig): Life {
  const life = begin(config)
  if (config.schedule !== null) life.on(0, { kind: 'schedule-due' })
  life.on(0, { kind: 'dependencies-met' })
  life.onRun(0, { kind: 'spawned', pid: 300 })
  return life
}

/** Its timers and what is run for it, in short: `health-interval in 5000`, `no watchdog`, `check-health`, `SIGTERM`. */
export function brief(effects: readonly ServiceEffect[]): readonly string[] {
  return effects.map((effect) => {
    switch (effect.kind) {
      case 'start-timer':
        return `${effect.timer} in ${effect.afterMs}`
      case 'cancel-timer':
        return `no ${effect.timer}`
      case 'signal':
        return effect.signal
      case 'run-hook':
        return effect.hook
      case 'spawn':
      case 'watch-readiness':
      case 'unwatch-readiness':
      case 'check-health':
      case 'cancel-health-check':
      case 'cancel-hook':
      case 'follow-main-process':
      case 'measure-memory':
      case 'await-schedule':
      case 'cancel-schedule':
      case 'clear':
        return effect.kind
    }
  })
}
