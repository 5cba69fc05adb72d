import type { Goal } from '../protocol.ts'
import { isAlive, type Service } from '../service/state.ts'
import { hopeless } from './conditions.ts'
import { isUnhealthy } from './health.ts'
import { lookAt, type LastLineOf } from './look.ts'
import { standingIn } from './reason.ts'
import type { Member, Supervisor } from './state.ts'

/** What is waited for: a goal, or `down`, which is `stopped` on request: nothing comes of it once somebody wants it up. */
export type Aim = Goal | 'down'

/** How far services are from a goal. */
export type Progress =
  | { readonly kind: 'done' }
  | { readonly kind: 'pending' }
  /** Nothing that is under way leads these there. */
  | { readonly kind: 'lost'; readonly names: readonly string[] }

/** How far some services, by name, are from a goal that all of them shall be at together. */
export function progressOf(supervisor: Supervisor, names: readonly string[], goal: Aim): Progress {
  if (names.every((name) => isAt(supervisor, name, goal))) return { kind: 'done' }
  const withoutHope = hopeless(supervisor)
  const lost = names.filter((name) => !isAt(supervisor, name, goal) && isLost(supervisor, name, goal, withoutHope))
  return lost.length === 0 ? { kind: 'pending' } : { kind: 'lost', names: lost }
}

/** Whether a service is at a goal. */
export function isAt({ members }: Supervisor, name: string, goal: Aim): boolean {
  const member = members.get(name)
  return member !== undefined && hasReached(goal, member)
}

/** A service's state and why it is in it, in words. */
export function standingOf(supervisor: Supervisor, name: string, now: number, lastLineOf?: LastLineOf): string {
  const member = supervisor.members.get(name)
  return member === undefined ? 'not declared' : standingIn(lookAt(supervisor, now, lastLineOf), member)
}

function hasReached(goal: Aim, { service, wish }: Member): boolean {
  const { kind } = service.state
  switch (goal) {
    case 'ready':
      return wish === 'up' && isReady(service)
    case 'completed':
      return wish === 'up' && kind === 'completed'
    case 'stopped':
    case 'down':
      return wish !== 'restart' && isOver(service)
  }
}

function isReady({ state, config }: Service): boolean {
  if (state.kind === 'completed') return true
  // A oneshot that is still at work has done nothing for anybody yet; nobody waits for days until one has something to do.
  if (config.type === 'oneshot') return state.kind === 'waiting' && state.for === 'schedule'
  return state.kind === 'running' && !isUnhealthy(state)
}

function isOver({ state }: Service): boolean {
  return !isAlive(state) && state.kind !== 'waiting' && state.kind !== 'backoff'
}

function isLost({ members }: Supervisor, name: string, goal: Aim, withoutHope: ReadonlySet<string>): boolean {
  const member = members.get(name)
  if (member === undefined) return true
  const { wish } = member
  const { state, config } = member.service
  if (goal === 'down') return wish !== 'down'
  if (goal === 'stopped' || wish === 'restart') return false
  switch (state.kind) {
    case 'failed':
    case 'disabled':
      return true
    case 'stopped':
    case 'stopping':
    case 'completed':
      return wish === 'down'
    case 'waiting':
      return withoutHope.has(name)
    case 'starting':
    case 'running':
    case 'backoff':
      // It would be started again however it ends.
      return goal === 'completed' && (config.restart.policy === 'always' || config.restart.policy === 'unless-stopped')
  }
}
