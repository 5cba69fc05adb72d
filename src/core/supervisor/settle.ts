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

/** Whom a change may move: those that wait for it, and those that it stands on, also through what is at rest. */
function neighbourhood(draft: Draft, names: readonly string[]): ReadonlySet<string> {
  const found = new Set(names)
  for (const name of names) {
    for (const { from } of draft.graph.dependents(name)) found.add(from)
    for (const foundation of throughRest(draft, name, (at) => draft.graph.dependencies(at).map(({ to }) => to))) {
      found.add(foundation)
    }
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

/**
 * Stop order is start order reversed: those that go down too and stand on this one go first. They may stand on it
 * through a service that is at rest, as an app on its database through a migration that has completed.
 */
function isHeldByDependents(draft: Draft, name: string): boolean {
  const above = throughRest(draft, name, (at) => draft.graph.dependents(at).map(({ from }) => from))
  return above.some((dependent) => {
    const member = draft.members.get(dependent)
    return member !== undefined && member.wish !== 'up' && isAlive(member.service.state)
  })
}

/** The next ones in a direction, and behind those of them that are at rest the next ones again. */
function throughRest(draft: Draft, name: string, next: (name: string) => readonly string[]): readonly string[] {
  const found = new Set(next(name))
  for (const one of found) {
    const member = draft.members.get(one)
    if (member === undefined || isAlive(member.service.state)) continue
    for (const further of next(one)) found.add(further)
  }
  return [...found]
}
