import { endedWith } from '../service/exit.ts'
import { isAlive, type Running, type Service } from '../service/state.ts'
import { COMMAND } from './command.ts'
import { isUnhealthy } from './health.ts'
import type { Member } from './state.ts'

/**
 * Whether a service is as it is wanted: ready and healthy, or done if it is a oneshot. What goes down on request, or is
 * down, takes nothing from the well-being of the set, and the foreground command is not part of what has to be ready.
 */
export function isWell({ service, wish }: Member): boolean {
  return service.config.name === COMMAND || wish === 'down' || (wish === 'up' && isUp(service))
}

/** Who takes from the well-being of the set: what is broken, then what is on its way, and last who only waits. */
export function unwellMembers(members: Iterable<Member>): readonly Member[] {
  const unwell = [...members].filter((member) => !isWell(member))
  return unwell.toSorted((one, other) => rankOf(one) - rankOf(other))
}

/** Whether nobody does. */
export function areAllWell(members: Iterable<Member>): boolean {
  for (const member of members) if (!isWell(member)) return false
  return true
}

/** Who waits is seldom the cause. */
function rankOf({ service: { state } }: Member): number {
  if (state.kind === 'failed' || state.kind === 'backoff' || isUnhealthy(state)) return 0
  return state.kind === 'waiting' ? 2 : 1
}

function isUp({ state, config, history }: Service): boolean {
  // What is done now and then is missed by nobody in between, and not when it has failed: it has its next time.
  if (state.kind === 'completed' || state.kind === 'disabled' || config.schedule !== null) return true
  if (config.type === 'longrun') return state.kind === 'running' && isNotIll(state)
  // A oneshot is of use when it is done: on its first run that is at the end, and later runs take nothing from it.
  const { lastExit } = history
  return isAlive(state) && lastExit !== null && endedWith(lastExit, config.successExitCodes)
}

function isNotIll({ health }: Running): boolean {
  return health.kind === 'none' || health.kind === 'healthy'
}
