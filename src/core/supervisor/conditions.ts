import type { Dependency } from '../config/model.ts'
import { isAlive } from '../service/state.ts'
import type { Member } from './state.ts'

/** How a condition on another service stands. `hopeless`: nothing will make it hold unless somebody asks for it. */
export type Standing = 'met' | 'unmet' | 'hopeless'

/** How an edge stands, given the service that it points to; undefined when there is none of that name. */
export function standing(edge: Dependency, target: Member | undefined): Standing {
  const met = target !== undefined && holds(edge, target)
  if (met) return 'met'
  const isHopeless = target === undefined || cannotHold(target)
  // An optional dependency holds nobody back once there is nothing to wait for.
  if (isHopeless && !edge.required) return 'met'
  return isHopeless ? 'hopeless' : 'unmet'
}

function holds({ condition }: Dependency, { service, wish }: Member): boolean {
  const { state, config } = service
  // What is about to go down or to run again is nothing to build on.
  if (wish === 'restart' || (wish === 'down' && isAlive(state))) return false
  const isDone = state.kind === 'completed'
  switch (condition) {
    case 'service_started':
      return (
        state.kind === 'running' ||
        (state.kind === 'starting' && state.pid !== null) ||
        (isDone && config.type === 'oneshot')
      )
    case 'service_ready':
    case 'service_healthy':
      return state.kind === 'running' || (isDone && config.type === 'oneshot')
    case 'service_completed_successfully':
      return isDone
    case 'service_completed':
      return isDone || state.kind === 'failed'
  }
}

function cannotHold({ service, wish }: Member): boolean {
  switch (service.state.kind) {
    case 'disabled':
    case 'failed':
      return true
    case 'stopped':
      return wish === 'down'
    case 'completed':
      // Met already, about to run again, or a longrun that has ended: only the last can never become ready.
      return wish === 'up' && service.config.type === 'longrun'
    case 'waiting':
    case 'starting':
    case 'running':
    case 'stopping':
    case 'backoff':
      return false
  }
}
