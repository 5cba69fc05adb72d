import type { Moment } from './event.ts'
import type { GettingReady, PostStart, Service, StopWithProcess } from './state.ts'
import { enter, unchanged, type Step } from './step.ts'

/** A start that needs longer, and says so, has at least `byMs` from now; what has no limit needs none. */
export function extendStartTimeout(
  service: Service,
  state: GettingReady | PostStart,
  byMs: number,
  { at }: Moment,
): Step {
  const until = at + byMs
  if (state.until === null || state.until >= until) return unchanged(service)
  return enter(service, { ...state, until }, [
    { kind: 'start-timer', run: state.run, timer: 'start-timeout', afterMs: byMs },
  ])
}

/** The same for a stop. */
export function extendGracePeriod(service: Service, state: StopWithProcess, byMs: number, { at }: Moment): Step {
  const until = at + byMs
  if (state.until === null || state.until >= until) return unchanged(service)
  return enter(service, { ...state, until }, [
    { kind: 'start-timer', run: state.run, timer: 'grace-period', afterMs: byMs },
  ])
}
