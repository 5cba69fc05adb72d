import type { ServiceEffect } from './effect.ts'
import type { History, Service, State } from './state.ts'

/** What an event makes of a service, and what is to be done about it, in this order. */
export interface Step {
  readonly service: Service
  readonly effects: readonly ServiceEffect[]
}

/** The event does not matter in this state. */
export function unchanged(service: Service): Step {
  return { service, effects: [] }
}

/** The service enters a state, or stays in it with other data. */
export function enter(service: Service, state: State, effects: readonly ServiceEffect[] = []): Step {
  return { service: { ...service, state }, effects }
}

/** The same service with something added to its history. */
export function remember(service: Service, change: Partial<History>): Service {
  return { ...service, history: { ...service.history, ...change } }
}
