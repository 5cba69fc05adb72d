import { isAlive, type Service } from '../service/state.ts'
import { isHopeless, openEdges } from './conditions.ts'
import { reasonOf } from './reason.ts'
import type { Member, Supervisor } from './state.ts'

/** What somebody waits for. */
export type Goal = 'ready' | 'stopped' | 'completed'

/** How far a service is from a goal; `lost`: nothing that is under way leads there. */
export interface Progress {
  readonly kind: 'done' | 'pending' | 'lost'
  /** Its state and why it is in it, in words. */
  readonly standing: string
}

/** How far a service, by name, is from a goal at a monotonic instant. */
export function progressOf(supervisor: Supervisor, name: string, goal: Goal, now: number): Progress {
  const member = supervisor.members.get(name)
  if (member === undefined) return { kind: 'lost', standing: 'not declared' }
  const reason = reasonOf(supervisor, member, now)
  const inWords = `${member.service.state.kind}${reason === '' ? '' : `: ${reason}`}`
  if (hasReached(goal, member)) return { kind: 'done', standing: inWords }
  return { kind: isLost(supervisor, goal, member) ? 'lost' : 'pending', standing: inWords }
}

function hasReached(goal: Goal, { service, wish }: Member): boolean {
  const { kind } = service.state
  switch (goal) {
    case 'ready':
      // A oneshot that is still at work has done nothing for anybody yet.
      return wish === 'up' && (kind === 'completed' || (kind === 'running' && service.config.type === 'longrun'))
    case 'completed':
      return wish === 'up' && kind === 'completed'
    case 'stopped':
      return wish !== 'restart' && isOver(service)
  }
}

function isOver({ state }: Service): boolean {
  return !isAlive(state) && state.kind !== 'waiting' && state.kind !== 'backoff'
}

function isLost(supervisor: Supervisor, goal: Goal, { service, wish }: Member): boolean {
  const { state, config } = service
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
      return [...openEdges(supervisor.members, config)].some((edge) => isHopeless(supervisor.members, edge))
    case 'starting':
    case 'running':
    case 'backoff':
      // It would be started again however it ends.
      return goal === 'completed' && (config.restart.policy === 'always' || config.restart.policy === 'unless-stopped')
  }
}
