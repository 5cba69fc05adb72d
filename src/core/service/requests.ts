import { beginKill, beginStop, hurry } from './ending.ts'
import type { Moment } from './event.ts'
import type { Service, Starting } from './state.ts'
import { enter, remember, unchanged, type Step } from './step.ts'

/** Wanted up again: whatever is at rest waits for its conditions anew, and the back-off is forgotten. */
export function onStartRequested(service: Service, { at }: Moment): Step {
  switch (service.state.kind) {
    case 'stopped':
    case 'completed':
    case 'failed':
      return enter(forgiven(service), { kind: 'waiting', since: at, for: 'dependencies' })
    case 'backoff':
      return enter(forgiven(service), { kind: 'waiting', since: at, for: 'dependencies' }, [
        { kind: 'cancel-timer', timer: 'restart-delay' },
      ])
    case 'waiting':
    case 'starting':
    case 'running':
    case 'stopping':
    case 'disabled':
      return unchanged(service)
  }
}

/** Nothing holds it back any more: a new run begins. */
export function onDependenciesMet(service: Service, { at }: Moment): Step {
  if (service.state.kind !== 'waiting') return unchanged(service)
  const run = service.history.run + 1
  const state: Starting = { kind: 'starting', step: 'spawning', since: at, run }
  return enter(remember(service, { run }), state, [{ kind: 'spawn', run }])
}

/** Not wanted up any more. */
export function onStopRequested(service: Service, moment: Moment): Step {
  const { state } = service
  const stopped = { kind: 'stopped', since: moment.at, because: 'requested' } as const
  switch (state.kind) {
    case 'waiting':
      return enter(service, stopped)
    case 'backoff':
      return enter(service, stopped, [{ kind: 'cancel-timer', timer: 'restart-delay' }])
    case 'starting':
    case 'running':
      return beginStop(service, state, moment, { kind: 'requested' })
    case 'stopping':
      return state.ending.kind === 'requested'
        ? unchanged(service)
        : enter(service, { ...state, ending: { kind: 'requested' } })
    case 'stopped':
      return state.because === 'requested' ? unchanged(service) : enter(service, { ...state, because: 'requested' })
    case 'completed':
    case 'failed':
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
      return beginKill(service, state, moment)
    case 'stopping':
      return hurry(service, state)
    case 'waiting':
    case 'backoff':
      return onStopRequested(service, moment)
    case 'stopped':
    case 'completed':
    case 'failed':
    case 'disabled':
      return unchanged(service)
  }
}

function forgiven(service: Service): Service {
  return remember(service, { shortRuns: 0, restartedAt: [], lastFailure: null })
}
