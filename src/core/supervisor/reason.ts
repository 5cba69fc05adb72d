import type { Absence, Dependency, ServiceConfig } from '../config/model.ts'
import { describeRequester } from '../control/requester.ts'
import { formatMs } from '../text/span.ts'
import type { GettingReady, Running, Service, Starting, Stopping, Waiting } from '../service/state.ts'
import { listed } from './cascade-words.ts'
import { isHopeless, openEdges } from './conditions.ts'
import { isHolding } from './draft.ts'
import { healthWords } from './health.ts'
import type { Member, Supervisor } from './state.ts'
import { describeCompleted, describeFailed, describeGrace, describeLastEnd, reasonToStop, wayOut } from './words.ts'

/** Why a service is in its state, in words, at a monotonic instant; empty when there is nothing to say. */
export function reasonOf(supervisor: Supervisor, member: Member, now: number): string {
  const { service } = member
  const { state, config } = service
  switch (state.kind) {
    case 'waiting':
      return waitingReason(supervisor, service, state)
    case 'starting':
      return joined(startingReason(service, state, now), debtReason(member))
    case 'running':
      return joined(
        healthWords(service),
        debtReason(member),
        turnReason(supervisor, member),
        runningReason(service, state),
      )
    case 'stopping':
      return `${member.wish === 'restart' ? 'to start again: ' : ''}${stoppingReason(service, state)}`
    case 'stopped':
      return state.because === 'requested' ? `stopped on request${requesterOf(member)}` : 'not asked for'
    case 'backoff':
      return `${describeLastEnd(service)}; next try in ${formatMs(Math.max(0, state.until - now))}${restartsLeft(service)}`
    case 'completed':
      return joined(describeCompleted(service, state), config.schedule === null ? '' : NEXT_TIME)
    case 'failed':
      return joined(describeFailed(service, state), supervisor.phase.kind === 'supervising' ? wayOut(config) : '')
    case 'disabled':
      return disabledReason(supervisor.absences.get(config.name), config)
  }
}

function requesterOf({ askedBy }: Member): string {
  return askedBy === null ? '' : ` of ${describeRequester(askedBy)}`
}

function disabledReason(absence: Absence | undefined, { profiles }: ServiceConfig): string {
  switch (absence) {
    case 'profiles':
      return `disabled: none of its profiles is chosen (${profiles.join(', ')})`
    case 'scale':
      return 'disabled by "scale: 0"'
    case 'disabled':
    case undefined:
      return 'disabled by "enabled"'
  }
}

const NEXT_TIME = 'waiting for its next time'

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('; ')
}

function waitingReason(supervisor: Supervisor, { config }: Service, state: Waiting): string {
  if (state.for === 'schedule') return NEXT_TIME
  const open = [...openEdges(supervisor.members, config)]
  if (open.length === 0) return ''
  const targets = open.map((edge) => describeEdge(edge, supervisor.members.get(edge.service)))
  return joined(`waiting for ${targets.join(', ')}`, startHint(supervisor, open))
}

/** The way out of a wait that nothing under way ends: what is not declared nobody can start. */
function startHint({ members }: Supervisor, open: readonly Dependency[]): string {
  const names = open
    .filter((edge) => isHopeless(members, edge) && members.has(edge.service))
    .map(({ service }) => service)
  if (names.length === 0) return ''
  return `\`supervisor start ${names.join(' ')}\` starts ${names.length === 1 ? 'it' : 'them'}`
}

function describeEdge(edge: Dependency, target: Member | undefined): string {
  const { service, condition } = edge
  if (target === undefined) return `${service} (not declared)`
  if (target.wish === 'restart') return `${service} (restarting)`
  const { state, config } = target.service
  if (state.kind === 'waiting' && state.for === 'schedule') return `${service} (${NEXT_TIME})`
  if (state.kind !== 'running' || target.wish === 'down') return `${service} (${state.kind})`
  if (condition.startsWith('service_completed') || config.type === 'oneshot') return `${service} (to complete)`
  return `${service} (${state.health.kind === 'unhealthy' ? 'unhealthy' : 'to be healthy'})`
}

function startingReason({ config }: Service, state: Starting, now: number): string {
  switch (state.step) {
    case 'spawning':
      return ''
    case 'getting-ready':
      return config.ready === null ? '' : gettingReadyReason(state, now)
    case 'post-start':
      return 'post_start is running'
  }
}

function gettingReadyReason({ since, lastAttempt }: GettingReady, now: number): string {
  return `not ready for ${formatMs(now - since)}${lastAttempt === null ? '' : `: ${lastAttempt}`}`
}

function debtReason({ lost, wish }: Member): string {
  if (lost.size === 0 || wish !== 'up') return ''
  return `to be restarted when ${listed([...lost])} ${lost.size === 1 ? 'is' : 'are'} ready again`
}

/** To go down, and still needed by those that go first. */
function turnReason({ graph, members }: Supervisor, { wish, service: { config } }: Member): string {
  if (wish === 'up') return ''
  const above = new Set(graph.dependents(config.name).map(({ from }) => from))
  const first = [...above].filter((name) => {
    const member = members.get(name)
    return member !== undefined && isHolding(member)
  })
  return first.length === 0 ? '' : `to be stopped after ${listed(first)}`
}

function runningReason(service: Service, { isReloading }: Running): string {
  if (isReloading) return 'reloading'
  const { restarts, lastFailure, shortRuns } = service.history
  if (restarts === 0) return ''
  const count = restarts === 1 ? 'once' : `${restarts} times`
  // A start on request forgives: how the run before it ended was no reason to restart.
  if (lastFailure === null && shortRuns === 0) return `restarted ${count}`
  return `restarted ${count}${restarts === 1 ? '' : ', last'}: ${describeLastEnd(service)}`
}

function restartsLeft({ config: { restart }, history }: Service): string {
  if (restart.maxAttempts === 0) return ''
  return ` (restart ${history.restartedAt.length} of ${restart.maxAttempts} within ${formatMs(restart.windowMs)})`
}

function stoppingReason(service: Service, state: Stopping): string {
  switch (state.step) {
    case 'spawning':
      return 'stopped before it had started'
    case 'pre-stop':
      return joined(reasonToStop(state), 'pre_stop is running')
    case 'grace':
      return joined(reasonToStop(state), describeGrace(service, 'sent'))
    case 'killed':
      return joined(reasonToStop(state), 'SIGKILL sent')
    case 'clearing':
      return joined(reasonToStop(state), 'killing what it left behind')
  }
}
