import type { Moment, ServiceEvent } from '../service/event.ts'
import { isAlive, pidOf, type Service } from '../service/state.ts'
import { transition } from '../service/transition.ts'
import type { SupervisorEffect } from './effect.ts'
import type { Member, Phase, Supervisor } from './state.ts'

/** A supervisor in the middle of a step: changed in place, and never seen outside of it. */
export interface Draft {
  readonly before: Supervisor
  readonly graph: Supervisor['graph']
  readonly shutdownTimeoutMs: number | null
  /** Those of `before` until the first change, then those of `copy`. */
  members: Supervisor['members']
  copy: Map<string, Member> | null
  readonly effects: SupervisorEffect[]
  /** Members whose own change may move themselves and those that stand on them. */
  readonly changed: Set<string>
  /** Those of them that hold nobody up any more who goes down below them. */
  readonly released: Set<string>
  readonly moment: Moment
  phase: Phase
  allWell: boolean
}

/** Begins a step. */
export function openDraft(supervisor: Supervisor, moment: Moment): Draft {
  return { ...supervisor, before: supervisor, copy: null, effects: [], changed: new Set(), released: new Set(), moment }
}

/** Ends a step; when nothing has changed, the supervisor is the same object as before. */
export function closeDraft(draft: Draft): Supervisor {
  const { before, graph, shutdownTimeoutMs, members, phase, allWell } = draft
  const isSame = members === before.members && phase === before.phase && allWell === before.allWell
  return isSame ? before : { graph, shutdownTimeoutMs, members, phase, allWell }
}

/** Changes the wish for a service; disabled ones have none. */
export function setWish(draft: Draft, name: string, wish: Member['wish']): void {
  const member = draft.members.get(name)
  if (member === undefined || member.wish === wish || member.service.state.kind === 'disabled') return
  replace(draft, name, member, { ...member, wish })
}

/** Lets an event happen to a service and notes what comes of it. */
export function advance(draft: Draft, name: string, event: ServiceEvent): void {
  const member = draft.members.get(name)
  if (member === undefined) return
  const { service, effects } = transition(member.service, event, draft.moment)
  if (service !== member.service) replace(draft, name, member, { ...member, service })
  if (isOtherState(member.service, service)) {
    draft.effects.push({ kind: 'changed', before: member.service, after: service })
  }
  for (const effect of effects) draft.effects.push({ kind: 'service', service: name, effect })
}

/** Whether a service keeps those below it up that go down too: stop order is start order reversed. */
export function isHolding({ service, wish }: Member): boolean {
  return wish !== 'up' && isAlive(service.state)
}

function replace(draft: Draft, name: string, before: Member, after: Member): void {
  draft.copy ??= new Map(draft.members)
  draft.members = draft.copy.set(name, after)
  if (before.wish !== after.wish || hasMoved(before.service, after.service)) draft.changed.add(name)
  if (isHolding(before) && !isHolding(after)) draft.released.add(name)
}

/** Whether anybody's conditions can tell the difference; what was answered to a question for readiness moves nobody. */
function hasMoved(before: Service, after: Service): boolean {
  return isOtherState(before, after) || pidOf(before.state) !== pidOf(after.state) || after.state.kind === 'stopping'
}

function isOtherState({ state: before }: Service, { state: after }: Service): boolean {
  return (
    before.kind !== after.kind ||
    (before.kind === 'stopping' && after.kind === 'stopping' && before.step !== after.step)
  )
}
