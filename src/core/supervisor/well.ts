import type { Service } from '../service/state.ts'
import { COMMAND } from './command.ts'
import type { Member } from './state.ts'

/** Whether a service is as it is wanted: ready or completed when wanted up, at rest when not. */
export function isWell({ service, wish }: Member): boolean {
  return wish === 'down' ? isAtRest(service) : isUp(service) && wish === 'up'
}

/** Whether all are well; the foreground command is not part of what has to be ready. */
export function areAllWell(members: Iterable<Member>): boolean {
  for (const member of members) {
    if (member.service.config.name !== COMMAND && !isWell(member)) return false
  }
  return true
}

function isUp({ state }: Service): boolean {
  return state.kind === 'running' || state.kind === 'completed' || state.kind === 'disabled'
}

function isAtRest({ state }: Service): boolean {
  return state.kind === 'stopped' || state.kind === 'completed' || state.kind === 'failed' || state.kind === 'disabled'
}
