import { isAlive, type Service } from '../service/state.ts'
import type { ServiceEvent } from '../service/event.ts'
import { standing } from './conditions.ts'
import { advance, setWish, type Draft } from './draft.ts'
import type { Member } from './state.ts'

/**
 * Lets every service do what its wish and its neighbours allow, until nothing changes.
 *
 * Only a service whose own state or wish changed can move others, and only its neighbours: so the work is that of the
 * change, not of the set.
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
  const found = new Set(names)
  for (const name of names) {
    for (const { from } of graph.dependents(name)) found.add(from)
    for (const { to } of graph.dependencies(name)) found.add(to)
  }
  return found
}

function settleOne(draft: Draft, name: string): void {
  const member = draft.members.get(name)
  if (member === undefined) return
  if (member.wish === 'restart' && !isAlive(member.service.state)) {
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
  const isMet = service.config.dependsOn.every((edge) => standing(edge, draft.members.get(edge.service)) === 'met')
  return isMet ? { kind: 'dependencies-met' } : null
}

function downward(draft: Draft, name: string, { service }: Member): ServiceEvent | null {
  const { phase } = draft
  const isImpatient = phase.kind === 'stopping' && phase.patience === 'none'
  if (isImpatient && mayBeKilled(service)) return { kind: 'kill-requested' }
  return mayBeStopped(service) && !isHeldByDependents(draft, name) ? { kind: 'stop-requested' } : null
}

function mayBeKilled({ state }: Service): boolean {
  return state.kind === 'stopping' ? state.step === 'grace' : isAlive(state)
}

function mayBeStopped({ state }: Service): boolean {
  switch (state.kind) {
    case 'waiting':
    case 'backoff':
    case 'starting':
    case 'running':
      return true
    case 'stopping':
      return state.ending.kind !== 'requested'
    case 'stopped':
    case 'completed':
    case 'failed':
    case 'disabled':
      return false
  }
}

/** Stop order is start order reversed: those that go down too and stand on this one go first. */
function isHeldByDependents(draft: Draft, name: string): boolean {
  return draft.graph.dependents(name).some(({ from }) => {
    const member = draft.members.get(from)
    return member !== undefined && member.wish !== 'up' && isAlive(member.service.state)
  })
}
