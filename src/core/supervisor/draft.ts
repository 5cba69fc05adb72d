import type { SignalName } from '../config/signal.ts'
import type { Requester } from '../control/requester.ts'
import type { Edge } from '../graph/graph.ts'
import type { Moment, ServiceEvent } from '../service/event.ts'
import { isAlive, type State } from '../service/state.ts'
import { transition } from '../service/transition.ts'
import { describeChange } from './change.ts'
import { holds } from './conditions.ts'
import type { SupervisorEffect } from './effect.ts'
import { isLoss } from './loss.ts'
import { NOTHING_LOST, type Member, type Phase, type Supervisor } from './state.ts'
import type { Message } from './words.ts'

/** A supervisor in the middle of a step: changed in place, and never seen outside of it. */
export interface Draft extends Omit<Supervisor, 'members' | 'phase' | 'allWell'> {
  readonly before: Supervisor
  /** Those of `before` until the first change, then those of `copy`. */
  members: Supervisor['members']
  copy: Map<string, Member> | null
  readonly effects: SupervisorEffect[]
  /** Members whose own change may move themselves and those that stand on them. */
  readonly changed: Set<string>
  /** Those of them that hold nobody up any more who goes down below them. */
  readonly released: Set<string>
  /** Edges whose condition has ceased to hold, and that ask for something then. */
  readonly losses: Edge[]
  /** Those of whom it was told already that they go along with others. */
  readonly announced: Set<string>
  readonly moment: Moment
  phase: Phase
  allWell: boolean
}

/** Begins a step. */
export function openDraft(supervisor: Supervisor, moment: Moment): Draft {
  return {
    ...supervisor,
    before: supervisor,
    copy: null,
    effects: [],
    changed: new Set(),
    released: new Set(),
    losses: [],
    announced: new Set(),
    moment,
  }
}

/** Ends a step; when nothing has changed, the supervisor is the same object as before. */
export function closeDraft(draft: Draft): Supervisor {
  const { before, members, phase, allWell } = draft
  const isSame = members === before.members && phase === before.phase && allWell === before.allWell
  return isSame ? before : { ...before, members, phase, allWell }
}

/** Changes the wish for a service; disabled ones have none. Of several who ask for the same the first is remembered. */
export function setWish(draft: Draft, name: string, wish: Member['wish'], askedBy: Requester | null = null): void {
  const member = draft.members.get(name)
  if (member === undefined || member.service.state.kind === 'disabled') return
  if (member.wish === wish && (askedBy === null || member.askedBy !== null)) return
  replace(draft, name, member, { ...member, wish, askedBy })
}

/** Changes by which signal a service is told to end; nothing where there is no such service, or it was told already. */
export function setStopSignal(draft: Draft, name: string, stopSignal: SignalName): void {
  const member = draft.members.get(name)
  if (member === undefined || member.service.state.kind === 'stopping') return
  const { service } = member
  replace(draft, name, member, { ...member, service: { ...service, config: { ...service.config, stopSignal } } })
}

/** Changes what a service has lost. */
export function setLost(draft: Draft, name: string, lost: ReadonlySet<string>): void {
  const member = draft.members.get(name)
  if (member !== undefined) replace(draft, name, member, { ...member, lost })
}

/** Lets an event happen to a service and notes what comes of it. */
export function advance(draft: Draft, name: string, event: ServiceEvent): void {
  const member = draft.members.get(name)
  if (member === undefined) return
  const { service, effects } = transition(member.service, event, draft.moment)
  if (service === member.service && effects.length === 0) return
  if (service !== member.service) replace(draft, name, member, { ...member, service })
  tell(draft, describeChange(member.service, service, event))
  for (const effect of effects) draft.effects.push({ kind: 'service', service: name, effect })
}

/** Tells a message, if there is one. */
export function tell(draft: Draft, message: Message | null): void {
  if (message !== null) draft.effects.push({ kind: 'tell', message })
}

/** Whether a service keeps those below it up that go down too: stop order is start order reversed. */
export function isHolding({ service, wish }: Member): boolean {
  return wish !== 'up' && isAlive(service.state)
}

function replace(draft: Draft, name: string, before: Member, change: Member): void {
  const { wish, service } = change
  const after = {
    ...change,
    lost: stillLost(draft, before, change),
    hasCompleted: change.hasCompleted || service.state.kind === 'completed',
  }
  draft.copy ??= new Map(draft.members)
  draft.members = draft.copy.set(name, after)
  if (before.wish !== wish || before.lost !== after.lost || hasMoved(before.service.state, service.state)) {
    draft.changed.add(name)
    for (const edge of draft.graph.followers(name)) if (isLoss(edge, before, after)) draft.losses.push(edge)
  }
  if (isHolding(before) && !isHolding(after)) draft.released.add(name)
}

/** A run that begins with what was lost makes good for it; one that can do without may begin without. */
function stillLost(draft: Draft, before: Member, { wish, service, lost }: Member): Member['lost'] {
  const { kind } = service.state
  if (lost.size === 0 || wish === 'down' || kind === 'failed' || kind === 'completed') return NOTHING_LOST
  if (kind !== 'starting' || before.service.state.kind === 'starting') return lost
  const missing = service.config.dependsOn.filter(
    (edge) => lost.has(edge.service) && !holds(edge, draft.members.get(edge.service)),
  )
  return missing.length === 0 ? NOTHING_LOST : new Set(missing.map((edge) => edge.service))
}

/** Whether anybody's conditions can tell the difference; what was answered to a question for readiness moves nobody. */
function hasMoved(before: State, after: State): boolean {
  if (before.kind !== after.kind || after.kind === 'stopping') return true
  if (before.kind === 'waiting' && after.kind === 'waiting') return before.for !== after.for
  if (before.kind === 'starting' && after.kind === 'starting') return before.step !== after.step
  return before.kind === 'running' && after.kind === 'running' && before.health.kind !== after.health.kind
}
