import type { ServiceEffect } from './effect.ts'
import type { Moment } from './event.ts'
import type { Exit, Failure, Said } from './exit.ts'
import { leave } from './leaving.ts'
import type { Ending, Service, ServiceProcess, Spawning, Started, StopWithProcess } from './state.ts'
import { enter, remember, unchanged, type Step } from './step.ts'

/** Tells a live service to end: first the `pre_stop` of one that was ready, then its signal and its grace period. */
export function beginStop(service: Service, state: Started, { at }: Moment, ending: Ending): Step {
  const { run, process } = state
  const effects = leave(service, state)
  if (state.kind === 'running' && service.config.preStop.length > 0) {
    return enter(service, { kind: 'stopping', step: 'pre-stop', since: at, run, process, until: null, ending }, [
      ...effects,
      { kind: 'run-hook', run, hook: 'pre-stop' },
    ])
  }
  return beginGrace(service, { since: at, run, process, ending }, at, [...effects, ...tellToEnd(service, run)])
}

/** Ends a live service for a failure of its own, in the same way. */
export function beginFailing(service: Service, state: Started, moment: Moment, failure: Failure): Step {
  return beginStop(service, state, moment, { kind: 'failed', failure, readyForMs: readyForMs(service, state, moment) })
}

/** What ends a stop, from the moment on at which the service has been told, in whatever way. */
export function beginGrace(
  service: Service,
  stop: Pick<StopWithProcess, 'since' | 'run' | 'process' | 'ending'>,
  at: number,
  effects: readonly ServiceEffect[],
): Step {
  const { since, run, process, ending } = stop
  const { stopGracePeriodMs } = service.config
  const until = at + stopGracePeriodMs
  return enter(service, { kind: 'stopping', step: 'grace', since, run, process, until, ending }, [
    ...effects,
    { kind: 'start-timer', run, timer: 'grace-period', afterMs: stopGracePeriodMs },
  ])
}

/** Tells a service to end: by its `stop_command`, or else by its signal. */
export function tellToEnd(service: Service, run: number): readonly ServiceEffect[] {
  return service.config.stopCommand === null
    ? stopSignals(service, run)
    : [{ kind: 'run-hook', run, hook: 'stop-command' }]
}

/** The stop signal. */
export function stopSignals({ config }: Service, run: number): readonly ServiceEffect[] {
  return [
    { kind: 'signal', run, signal: config.stopSignal, scope: config.killMode },
    // A process that is stopped does not act on the signal before it continues (systemd.kill(5)).
    { kind: 'signal', run, signal: 'SIGCONT', scope: config.killMode },
  ]
}

/** Nothing can be told to a process that is not there yet: its end waits for it. */
export function stopBeforeSpawned(service: Service, { run }: Spawning, { at }: Moment): Step {
  return enter(service, { kind: 'stopping', step: 'spawning', since: at, run, ending: { kind: 'requested' } })
}

/** Kills a live service at once. */
export function beginKill(service: Service, state: Started, { at }: Moment): Step {
  const { run, process } = state
  const ending = { kind: 'requested' } as const
  return enter(service, { kind: 'stopping', step: 'killed', since: at, run, process, until: null, ending }, [
    ...leave(service, state),
    kill(run),
  ])
}

/** Kills a service that is on its way down, whatever its hooks and its grace period have left. */
export function hurry(service: Service, state: StopWithProcess): Step {
  if (state.step === 'killed') return unchanged(service)
  return enter(service, { ...state, step: 'killed', until: null }, [...leave(service, state), kill(state.run)])
}

/** The main process has ended by itself: what it left behind is killed before anything else happens to the service. */
export function beginClearing(service: Service, state: Started, exit: Exit, moment: Moment): Step {
  const { run, process } = state
  const ending = { kind: 'ended', exit, said: saidBy(process), readyForMs: readyForMs(service, state, moment) } as const
  const cleared = { kind: 'stopping', step: 'clearing', since: moment.at, run, ending } as const
  return enter(remember(service, { lastExit: exit }), cleared, [...leave(service, state), { kind: 'clear', run }])
}

/** What a process has told of itself, to be kept when it is gone. */
export function saidBy({ statusText, errno }: ServiceProcess): Said {
  return { statusText, errno }
}

/** How long a run has been ready; null when it never was. */
export function readyForMs({ config }: Service, state: Started, { at }: Moment): number | null {
  // A oneshot is no service to anybody while it runs: that it took long does not make its failure a good run.
  return state.kind === 'running' && config.type === 'longrun' ? at - state.since : null
}

/** The last means. */
export function kill(run: number): ServiceEffect {
  // The whole group: who did not listen in its grace period does not get to leave children behind.
  return { kind: 'signal', run, signal: 'SIGKILL', scope: 'group' }
}
