import type { ServiceEffect } from './effect.ts'
import { beginGrace, readyForMs, saidBy } from './ending.ts'
import type { Moment } from './event.ts'
import { leave } from './leaving.ts'
import type { Running, Service, Started } from './state.ts'
import { enter, unchanged, type Step } from './step.ts'

/** From now on keep-alive messages are expected. */
export function armWatchdog(run: number, watchdogMs: number | null): readonly ServiceEffect[] {
  return watchdogMs === null ? [] : [{ kind: 'start-timer', run, timer: 'watchdog', afterMs: watchdogMs }]
}

/** It said that it is alive. */
export function onKeepAlive(service: Service, { run, watchdogMs }: Running): Step {
  return watchdogMs === null ? unchanged(service) : { service, effects: armWatchdog(run, watchdogMs) }
}

/** It wants another period, or none, from now on; the message counts as a keep-alive (service_reset_watchdog of systemd). */
export function onWatchdogPeriod(service: Service, state: Started, watchdogMs: number | null): Step {
  if (state.kind === 'starting') {
    return watchdogMs === state.watchdogMs ? unchanged(service) : enter(service, { ...state, watchdogMs })
  }
  const isOver = watchdogMs === null && state.watchdogMs !== null
  const effects = isOver ? [{ kind: 'cancel-timer', timer: 'watchdog' } as const] : armWatchdog(state.run, watchdogMs)
  if (watchdogMs === state.watchdogMs) return { service, effects }
  return enter(service, { ...state, watchdogMs }, effects)
}

/**
 * It was silent for too long, or says itself that it has failed (`withinMs` is null): SIGABRT, so that it leaves a
 * core, and SIGKILL after the grace period. Who hangs is asked nothing: no hook is run.
 */
export function onWatchdogMiss(service: Service, state: Started, withinMs: number | null, moment: Moment): Step {
  const { run, process } = state
  const failure = { kind: 'watchdog', withinMs, said: saidBy(process) } as const
  const ending = { kind: 'failed', failure, readyForMs: readyForMs(service, state, moment) } as const
  return beginGrace(service, { since: moment.at, run, process, ending }, moment.at, [
    ...leave(service, state),
    { kind: 'signal', run, signal: 'SIGABRT', scope: 'process' },
  ])
}
