import { isSuccess } from '../service/exit.ts'
import { isAlive, type Service } from '../service/state.ts'
import { COMMAND } from './command.ts'
import type { Member } from './state.ts'

/** Whether a service is as it is wanted: ready, or done if it is a oneshot, when wanted up, and at rest when not. */
export function isWell({ service, wish }: Member): boolean {
  return wish === 'down' ? isAtRest(service) : isUp(service) && wish === 'up'
}

/**
 * What is wanted and is not well: what goes down on request takes nothing from the well-being of the set, and the
 * foreground command is not part of what has to be ready.
 */
export function unwellMembers(members: Iterable<Member>): readonly Member[] {
  return [...members].filter(isUnwell)
}

/** Whether none is wanted that is not well. */
export function areAllWell(members: Iterable<Member>): boolean {
  for (const member of members) if (isUnwell(member)) return false
  return true
}

function isUnwell(member: Member): boolean {
  return member.service.config.name !== COMMAND && member.wish !== 'down' && !isWell(member)
}

function isUp({ state, config, history }: Service): boolean {
  if (state.kind === 'completed' || state.kind === 'disabled') return true
  if (config.type === 'longrun') return state.kind === 'running'
  // A oneshot is of use when it is done: on its first run that is at the end, and later runs take nothing from it.
  const { lastExit } = history
  return isAlive(state) && lastExit !== null && isSuccess(lastExit, config.successExitCodes)
}

function isAtRest({ state }: Service): boolean {
  return state.kind === 'stopped' || state.kind === 'completed' || state.kind === 'failed' || state.kind === 'disabled'
}
