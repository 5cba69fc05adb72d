import type { SupervisorEffect } from './effect.ts'
import type { SupervisorEvent } from './event.ts'
import type { Supervisor } from './state.ts'

/** A step of the set, seen from outside. */
export interface Stepped {
  readonly before: Supervisor
  readonly after: Supervisor
  readonly event: SupervisorEvent
  readonly effects: readonly SupervisorEffect[]
  readonly at: number
}
