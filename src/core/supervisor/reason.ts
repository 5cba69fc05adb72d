import type { Dependency } from '../config/model.ts'
import { formatMs } from '../text/span.ts'
import type { Service } from '../service/state.ts'
import { openEdges } from './conditions.ts'
import type { Member, Supervisor } from './state.ts'
import { describeCompleted, describeFailed, describeLastEnd } from './words.ts'

/** Why a service is in its state, in words, at a monotonic instant; empty when there is nothing to say. */
export function reasonOf(supervisor: Supervisor, member: Member, now: number): string {
  const { service } = member
  const { state } = service
  switch (state.kind) {
    case 'waiting':
      return waitingFor(supervisor, service)
    case 'starting':
      return startingReason(service, now)
    case 'running':
      return service.history.restarts > 0 ? restartedReason(service) : ''
    case 'stopping':
      return stoppingReason(service, member)
    case 'stopped':
      return state.because === 'requested' ? 'stopped on request' : 'not asked for'
    case 'backoff':
      return `${describeLastEnd(service)}; next try in ${formatMs(Math.max(0, state.until - now))}`
    case 'completed':
      return describeCompleted(service, state)
    case 'failed':
      return describeFailed(state)
    case 'disabled':
      return 'disabled by "enabled"'
  }
}

function waitingFor(supervisor: Supervisor, { config }: Service): string {
  const open = [...openEdges(supervisor.members, config)]
  if (open.length === 0) return ''
  return `waiting for ${open.map((edge) => describeEdge(edge, supervisor.members.get(edge.service))).join(', ')}`
}

function describeEdge(edge: Dependency, target: Member | undefined): string {
  const { service, condition } = edge
  if (target === undefined) return `${service} (not declared)`
  if (target.wish === 'restart') return `${service} (restarting)`
  const { kind } = target.service.state
  const isStillToEnd = kind === 'running' && condition.startsWith('service_completed')
  return `${service} (${isStillToEnd ? 'to complete' : kind})`
}

function startingReason({ config, state }: Service, now: number): string {
  if (state.kind !== 'starting' || state.step !== 'getting-ready' || config.ready === null) return ''
  const last = state.lastAttempt === null ? '' : `: ${state.lastAttempt}`
  return `not ready for ${formatMs(now - state.since)}${last}`
}

function restartedReason(service: Service): string {
  const { restarts } = service.history
  return `restarted ${restarts === 1 ? 'once' : `${restarts} times, last`}: ${describeLastEnd(service)}`
}

function stoppingReason({ state, config }: Service, { wish }: Member): string {
  if (state.kind !== 'stopping') return ''
  switch (state.step) {
    case 'spawning':
      return 'stopped before it had started'
    case 'pre-stop':
      return 'pre_stop is running'
    case 'grace':
      return `${wish === 'restart' ? 'to start again: ' : ''}${config.stopSignal} sent, SIGKILL after ${formatMs(config.stopGracePeriodMs)}`
    case 'killed':
      return 'SIGKILL sent'
    case 'clearing':
      return 'killing what it left behind'
  }
}
