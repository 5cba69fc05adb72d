import type { Moment, ServiceEvent } from '../service/event.ts'
import type { Service } from '../service/state.ts'
import { transition } from '../service/transition.ts'
import type { SupervisorEffect } from './effect.ts'
import type { Member, Phase, Supervisor } from './state.ts'

/** A supervisor in the middle of a step: changed in place, and never seen outside of it. */
export interface Draft {
  readonly graph: Supervisor['graph']
  readonly shutdownTimeoutMs: number | null
  readonly members: Map<string, Member>
  readonly effects: SupervisorEffect[]
  /** Members whose own change may move others. */
  readonly changed: Set<string>
  readonly moment: Moment
  phase: Phase
  allWell: boolean
}

/** Begins a step. */
export function openDraft(supervisor: Supervisor, moment: Moment): Draft {
  return { ...supervisor, members: new Map(supervisor.members), effects: [], changed: new Set(), moment }
}

/** Ends a step. */
export function closeDraft(draft: Draft): Supervisor {
  const { graph, shutdownTimeoutMs, members, phase, allWell } = draft
  return { graph, shutdownTimeoutMs, members, phase, allWell }
}

/** Changes the wish for a service; disabled ones have none. */
export function setWish(draft: Draft, name: string, wish: Member['wish']): void {
  const member = draft.members.get(name)
  if (member === undefined || member.wish === wish || member.service.state.kind === 'disabled') return
  draft.members.set(name, { ...member, wish })
  draft.changed.add(name)
}

/** Lets an event happen to a service and notes what comes of it. */
export function advance(draft: Draft, name: string, event: ServiceEvent): void {
  const member = draft.members.get(name)
  if (member === undefined) return
  const { service, effects } = transition(member.service, event, draft.moment)
  if (service === member.service) return
  draft.members.set(name, { ...member, service })
  draft.changed.add(name)
  if (hasMoved(member.service, service)) draft.effects.push({ kind: 'changed', before: member.service, after: service })
  for (const effect of effects) draft.effects.push({ kind: 'service', service: name, effect })
}

function hasMoved({ state: before }: Service, { state: after }: Service): boolean {
  return (
    before.kind !== after.kind ||
    (before.kind === 'stopping' && after.kind === 'stopping' && before.step !== after.step)
  )
}
