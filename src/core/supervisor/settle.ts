import { isAlive, type Service } from '../service/state.ts'
import type { ServiceEvent } from '../service/event.ts'
import { openEdges } from './conditions.ts'
import { advance, setWish, type Draft } from './draft.ts'
import type { Member } from './state.ts'

/**
 * Lets every service do what its wish and its neighbours allow, until nothing changes.
 *
 * Only a service whose own state or wish changed can move others, and only those that stand on it or that it stands
 * on, directly or not: order holds through services that are at rest as well.
 */
export function settle(draft: Draft): void {
  for (let changed = takeChanged(draft); changed.length > 0; changed = takeChanged(draft)) {
    for (const name of neighbourhood(draft, changed)) settleOne(draft, name)
  }
}

function takeChanged(draft: Draft): readonly string[] {
  const changed = [...draft.changed]
  draft.changed.clear()
  return changed
}

function neighbourhood({ graph }: Draft, names: readonly string[]): ReadonlySet<string> {
  const above = new Set(names)
  const below = new Set(names)
  // Both sets grow as they are walked.
  for (const name of above) for (const { from } of graph.dependents(name)) above.add(from)
  for (const name of below) for (const { to } of graph.dependencies(name)) below.add(to)
  return new Set([...above, ...below])
}

function settleOne(draft: Draft, name: string): void {
  const member = draft.members.get(name)
  if (member === undefined) return
  const isDown = !isAlive(member.service.state)
  if (member.wish === 'restart' && isDown && !isHeldByDependents(draft, name)) {
    setWish(draft, name, 'up')
    advance(draft, name, { kind: 'start-requested' })
    return
  }
  const event = member.wish === 'up' ? upward(draft, member) : downward(draft, name, member)
  if (event !== null) advance(draft, name, event)
}

function upward(draft: Draft, { service }: Member): ServiceEvent | null {
  const { kind } = service.state
  if (kind === 'stopped') return { kind: 'start-requested' }
  if (kind !== 'waiting') return null
  return openEdges(draft.members, service.config).length === 0 ? { kind: 'dependencies-met' } : null
}

function downward(draft: Draft, name: string, { service }: Member): ServiceEvent | null {
  const { phase } = draft
  const isImpatient = phase.kind === 'stopping' && phase.patience === 'none'
  if (isImpatient && mayBeKilled(service)) return { kind: 'kill-requested' }
  return mayBeStopped(draft, name, service) ? { kind: 'stop-requested' } : null
}

function mayBeKilled({ state }: Service): boolean {
  return state.kind === 'stopping' ? state.step === 'grace' : isAlive(state)
}

function mayBeStopped(draft: Draft, name: string, { state }: Service): boolean {
  switch (state.kind) {
    case 'waiting':
    case 'backoff':
      return true
    case 'starting':
    case 'running':
      return !isHeldByDependents(draft, name)
    // It is going by itself, and is not to come back.
    case 'stopping':
      return state.ending.kind !== 'requested'
    case 'stopped':
    case 'completed':
    case 'failed':
    case 'disabled':
      return false
  }
}

/** Stop order is start order reversed: those that go down too and stand on this one, directly or not, go first. */
function isHeldByDependents({ graph, members }: Draft, name: string): boolean {
  const above = new Set(graph.dependents(name).map(({ from }) => from))
  // The set grows as it is walked.
  for (const dependent of above) {
    const member = members.get(dependent)
    if (member !== undefined && member.wish !== 'up' && isAlive(member.service.state)) return true
    for (const { from } of graph.dependents(dependent)) above.add(from)
  }
  return false
}
