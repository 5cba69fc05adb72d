import type { ServiceEffect } from './effect.ts'
import type { Moment } from './event.ts'
import type { Ending, Running, Service, Starting, Stopping } from './state.ts'
import { enter, unchanged, type Step } from './step.ts'

/** Signals a live service and gives it its grace period. */
export function beginStop(service: Service, state: Starting | Running, { at }: Moment, ending: Ending): Step {
  const { run } = state
  if (state.kind === 'starting' && state.step === 'spawning') {
    return enter(service, { kind: 'stopping', step: 'spawning', since: at, run, ending })
  }
  const { stopSignal, stopGracePeriodMs, killMode } = service.config
  const { process } = state
  const until = at + stopGracePeriodMs
  return enter(service, { kind: 'stopping', step: 'grace', since: at, run, process, until, ending }, [
    ...endOfWaiting(service, state),
    { kind: 'signal', run, signal: stopSignal, scope: killMode },
    // A process that is stopped does not act on the signal before it continues (systemd.kill(5)).
    { kind: 'signal', run, signal: 'SIGCONT', scope: killMode },
    { kind: 'start-timer', run, timer: 'grace-period', afterMs: stopGracePeriodMs },
  ])
}

/** Kills a live service at once. */
export function beginKill(service: Service, state: Starting | Running, { at }: Moment): Step {
  const { run } = state
  const ending = { kind: 'requested' } as const
  if (state.kind === 'starting' && state.step === 'spawning') {
    return enter(service, { kind: 'stopping', step: 'spawning', since: at, run, ending })
  }
  const { process } = state
  return enter(service, { kind: 'stopping', step: 'killed', since: at, run, process, until: null, ending }, [
    ...endOfWaiting(service, state),
    kill(run),
  ])
}

/** Ends the grace period of a service that is on its way down. */
export function hurry(service: Service, state: Stopping): Step {
  if (state.step !== 'grace') return unchanged(service)
  return enter(service, { ...state, step: 'killed', until: null }, [
    { kind: 'cancel-timer', timer: 'grace-period' },
    kill(state.run),
  ])
}

/** The main process is gone: what it left behind is killed before anything else happens to the service. */
export function beginClearing(service: Service, state: Starting | Running, { at }: Moment, ending: Ending): Step {
  const { run } = state
  return enter(service, { kind: 'stopping', step: 'clearing', since: at, run, ending }, [
    ...endOfWaiting(service, state),
    { kind: 'clear', run },
  ])
}

/** What a starting service has under way to learn that it is ready, taken back. */
export function endOfWaiting(service: Service, state: Starting | Running): readonly ServiceEffect[] {
  if (state.kind === 'running' || service.config.ready === null || state.step === 'spawning') return []
  return [
    { kind: 'cancel-timer', timer: 'start-timeout' },
    service.config.ready.kind === 'delay'
      ? { kind: 'cancel-timer', timer: 'ready-delay' }
      : { kind: 'unwatch-readiness', run: state.run },
  ]
}

function kill(run: number): ServiceEffect {
  // The whole group: who did not listen in its grace period does not get to leave children behind.
  return { kind: 'signal', run, signal: 'SIGKILL', scope: 'group' }
}
