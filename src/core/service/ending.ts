import type { ServiceEffect } from './effect.ts'
import type { Moment } from './event.ts'
import type { Running, Service, Starting, Stopping } from './state.ts'
import { enter, unchanged, type Step } from './step.ts'

/** Signals a live service and gives it its grace period. */
export function beginStop(
  service: Service,
  state: Starting | Running,
  moment: Moment,
  ending: Stopping['ending'],
): Step {
  const { run, pid } = state
  const step = pid === null ? 'spawning' : 'grace'
  const { stopSignal, stopGracePeriodMs, killMode } = service.config
  const signals: readonly ServiceEffect[] = [
    { kind: 'signal', run, signal: stopSignal, scope: killMode },
    // A process that is stopped does not act on the signal before it continues (systemd.kill(5)).
    { kind: 'signal', run, signal: 'SIGCONT', scope: killMode },
    { kind: 'start-timer', run, timer: 'grace-period', afterMs: stopGracePeriodMs },
  ]
  return enter(service, { kind: 'stopping', since: moment.at, run, step, pid, ending }, [
    ...endOfWaiting(service, state),
    ...(pid === null ? [] : signals),
  ])
}

/** Kills a live service at once. */
export function beginKill(service: Service, state: Starting | Running, moment: Moment): Step {
  const { run, pid } = state
  const step = pid === null ? 'spawning' : 'killed'
  return enter(service, { kind: 'stopping', since: moment.at, run, step, pid, ending: { kind: 'requested' } }, [
    ...endOfWaiting(service, state),
    ...(pid === null ? [] : [kill(run)]),
  ])
}

/** Ends the grace period of a service that is on its way down. */
export function hurry(service: Service, state: Stopping): Step {
  if (state.step !== 'grace') return unchanged(service)
  return enter(service, { ...state, step: 'killed' }, [
    { kind: 'cancel-timer', timer: 'grace-period' },
    kill(state.run),
  ])
}

/** The main process is gone: what it left behind is killed before anything else happens to the service. */
export function beginClearing(
  service: Service,
  state: Starting | Running,
  moment: Moment,
  ending: Stopping['ending'],
): Step {
  const stopping: Stopping = { kind: 'stopping', since: moment.at, run: state.run, step: 'clearing', pid: null, ending }
  return enter(service, stopping, [...endOfWaiting(service, state), { kind: 'clear', run: state.run }])
}

/** What a starting service has under way to learn that it is ready, taken back. */
export function endOfWaiting(service: Service, state: Starting | Running): readonly ServiceEffect[] {
  if (state.kind === 'running' || service.config.ready === null || state.pid === null) return []
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
