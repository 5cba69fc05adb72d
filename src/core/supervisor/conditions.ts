import type { Dependency, ServiceConfig } from '../config/model.ts'
import { isAlive } from '../service/state.ts'
import { isUnhealthy } from './health.ts'
import type { Member, Supervisor } from './state.ts'

type Members = Supervisor['members']

/**
 * What a service still waits for: edges of its own, and those of oneshots below it that are done.
 *
 * What a oneshot has prepared is of use only on top of what it stood on: while that is on its way, it is waited for too.
 */
export function* openEdges(members: Members, { dependsOn }: ServiceConfig): Generator<Dependency, void> {
  const told = new Set<string>()
  const done = new Set<string>()
  for (const edge of dependsOn) {
    if (!isMet(members, edge)) {
      told.add(edge.service)
      yield edge
    } else if (isDoneOneshot(members.get(edge.service))) done.add(edge.service)
  }
  // The set grows as it is walked.
  for (const name of done) {
    for (const edge of members.get(name)?.service.config.dependsOn ?? []) {
      if (isDoneOneshot(members.get(edge.service))) done.add(edge.service)
      else if (!told.has(edge.service) && isOnItsWay(members, edge)) {
        told.add(edge.service)
        yield edge
      }
    }
  }
}

/** An optional dependency holds nobody back once it has failed, or there is nothing to wait for. */
function isMet(members: Members, edge: Dependency): boolean {
  const target = members.get(edge.service)
  if (holds(edge, target)) return true
  return !edge.required && ((target !== undefined && hasFailed(target)) || isHopeless(members, edge))
}

function hasFailed({ service, wish }: Member): boolean {
  return wish !== 'restart' && service.state.kind === 'failed'
}

function isOnItsWay(members: Members, edge: Dependency): boolean {
  const target = members.get(edge.service)
  return !holds(edge, target) && !isRunningOn(target) && !isForLater(target) && !isHopeless(members, edge)
}

/** A longrun whose end a oneshot once waited for, and that was started again, is not about to end. */
function isRunningOn(member: Member | undefined): boolean {
  return member?.wish === 'up' && member.service.state.kind === 'running' && !isOneshot(member)
}

/** What waits for its next time is not on its way: that may be days off. */
function isForLater(member: Member | undefined): boolean {
  if (member?.wish !== 'up' || member.service.config.schedule === null) return false
  const { state } = member.service
  return state.kind === 'failed' || (state.kind === 'waiting' && state.for === 'schedule')
}

function isDoneOneshot(member: Member | undefined): boolean {
  return member?.wish !== 'restart' && member?.service.state.kind === 'completed' && isOneshot(member)
}

function isOneshot({ service }: Member): boolean {
  return service.config.type === 'oneshot'
}

/** Whether a condition holds of a service, as far as its state and the wish for it tell. */
export function holds({ condition }: Pick<Dependency, 'condition'>, target: Member | undefined): boolean {
  if (target === undefined) return false
  if (condition === 'none') return true
  const { wish, service } = target
  const { state, config } = service
  // What it prepares is there from its first good run on; later ones take nothing from that.
  if (config.schedule !== null && target.hasCompleted) return true
  // What is about to go down or to run again is nothing to build on.
  if (wish === 'restart' || (wish === 'down' && isAlive(state))) return false
  const isDone = state.kind === 'completed'
  switch (condition) {
    case 'service_started':
      return (
        state.kind === 'running' ||
        (state.kind === 'starting' && state.step !== 'spawning') ||
        (isDone && isOneshot(target))
      )
    case 'service_ready':
      // A oneshot that is still at work has prepared nothing for anybody yet.
      return isOneshot(target) ? isDone : state.kind === 'running' && !isUnhealthy(state)
    case 'service_healthy':
      return isOneshot(target) ? isDone : state.kind === 'running' && state.health.kind === 'healthy'
    case 'service_completed_successfully':
      return isDone
    case 'service_completed':
      return isDone || state.kind === 'failed'
  }
}

/** Whether nothing will make an edge hold that does not, unless somebody asks for it. */
export function isHopeless(members: Members, edge: Dependency): boolean {
  const edges = new Set([edge])
  // The set grows as it is walked: who waits for what cannot be waits in vain as well.
  for (const { service } of edges) {
    const target = members.get(service)
    if (target === undefined || hasEnded(target)) return true
    if (target.service.state.kind !== 'waiting') continue
    for (const next of target.service.config.dependsOn) {
      if (next.required && !holds(next, members.get(next.service))) edges.add(next)
    }
  }
  return false
}

/** Those whom nothing moves unless somebody asks: they have ended, or wait for such in vain. Found in one pass. */
export function hopeless({ members, graph }: Pick<Supervisor, 'members' | 'graph'>): ReadonlySet<string> {
  const found = new Set(graph.dangling)
  for (const [name, member] of members) if (hasEnded(member)) found.add(name)
  // The set grows as it is walked: who waits for what waits in vain does so as well.
  for (const name of found) {
    for (const edge of graph.dependents(name)) {
      const isWaiting = members.get(edge.from)?.service.state.kind === 'waiting'
      if (isWaiting && edge.required && !holds(edge, members.get(name))) found.add(edge.from)
    }
  }
  return found
}

function hasEnded({ service, wish }: Member): boolean {
  switch (service.state.kind) {
    case 'disabled':
      return true
    case 'failed':
    case 'completed':
      // What has a schedule runs again when its time comes.
      return wish === 'down' || (wish === 'up' && service.config.schedule === null)
    case 'stopped':
      return wish === 'down'
    case 'waiting':
    case 'starting':
    case 'running':
    case 'stopping':
    case 'backoff':
      return false
  }
}
