import type { Condition } from '../config/model.ts'
import { endedWith } from '../service/exit.ts'
import { holds } from './conditions.ts'
import type { Member } from './state.ts'

/** Whether a change of a service is a loss to who stands on it by this condition: it held before, and does not after. */
export function isLoss(edge: { readonly condition: Condition }, before: Member, after: Member): boolean {
  return holds(edge, before) && !holds(edge, after) && !isEndingWell(after)
}

/** A oneshot that was to be started, and ends as it should, is not lost: it has done its work. */
function isEndingWell({ wish, service: { config, state } }: Member): boolean {
  if (wish !== 'up' || config.type !== 'oneshot' || state.kind !== 'stopping') return false
  return state.ending.kind === 'ended' && endedWith(state.ending.exit, config.successExitCodes)
}
