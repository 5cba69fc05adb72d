import { beginKill, beginStop, hurry, stopBeforeSpawned } from './ending.ts'
import type { Moment } from './event.ts'
import { cancelSchedule } from './schedule.ts'
import type { Service, Starting } from './state.ts'
import { enter, remember, unchanged, type Step } from './step.ts'

/** Wanted up again: whatever is at rest waits for its conditions anew, and the back-off is forgotten. */
export function onStartRequested(service: Service, { at }: Moment): Step {
  const { state } = service
  const anew = { kind: 'waiting', since: at, for: 'dependencies' } as const
  switch (state.kind) {
    case 'stopped':
      return enter(forgiven(service), anew)
    case 'completed':
    case 'failed':
      return enter(forgiven(service), anew, cancelSchedule(service))
    case 'backoff':
      return enter(forgiven(service), anew, [{ kind: 'cancel-timer', timer: 'restart-delay' }])
    case 'waiting':
      // On request it does not wait for its time.
      return state.for === 'schedule' ? enter(forgiven(service), anew, cancelSchedule(service)) : unchanged(service)
    case 'starting':
    case 'running':
    case 'stopping':
    case 'disabled':
      return unchanged(service)
  }
}

/** Nothing holds it back any more: a new run begins. */
export function onDependenciesMet(service: Service, { at }: Moment): Step {
  const { state } = service
  if (state.kind !== 'waiting' || state.for === 'schedule') return unchanged(service)
  const run = service.history.run + 1
  const spawning: Starting = { kind: 'starting', step: 'spawning', since: at, run }
  return enter(remember(service, { run }), spawning, [{ kind: 'spawn', run }])
}

/** Not wanted up any more. */
export function onStopRequested(service: Service, moment: Moment): Step {
  const { state } = service
  const stopped = { kind: 'stopped', since: moment.at, because: 'requested' } as const
  switch (state.kind) {
    case 'waiting':
      return enter(service, stopped, state.for === 'schedule' ? cancelSchedule(service) : [])
    case 'backoff':
      return enter(service, stopped, [{ kind: 'cancel-timer', timer: 'restart-delay' }])
    case 'starting':
    case 'running':
      return state.kind === 'starting' && state.step === 'spawning'
        ? stopBeforeSpawned(service, state, moment)
        : beginStop(service, state, moment, { kind: 'requested' })
    case 'stopping':
      return state.ending.kind === 'requested'
        ? unchanged(service)
        : enter(service, { ...state, ending: { kind: 'requested' } })
    case 'stopped':
      return state.because === 'requested' ? unchanged(service) : enter(service, { ...state, because: 'requested' })
    case 'completed':
    case 'failed':
      // It is not over while it has a next time.
      return service.config.schedule === null ? unchanged(service) : enter(service, stopped, cancelSchedule(service))
    case 'disabled':
      return unchanged(service)
  }
}

/** No more patience: SIGKILL at once. Without a process yet, the stop goes on when it has spawned. */
export function onKillRequested(service: Service, moment: Moment): Step {
  const { state } = service
  switch (state.kind) {
    case 'starting':
    case 'running':
      return state.kind === 'starting' && state.step === 'spawning'
        ? stopBeforeSpawned(service, state, moment)
        : beginKill(service, state, moment)
    case 'stopping':
      return 'process' in state ? hurry(service, state) : unchanged(service)
    case 'waiting':
    case 'backoff':
    case 'completed':
    case 'failed':
      return onStopRequested(service, moment)
    case 'stopped':
    case 'disabled':
      return unchanged(service)
  }
}

function forgiven(service: Service): Service {
  return remember(service, { shortRuns: 0, restartedAt: [], lastFailure: null })
}
