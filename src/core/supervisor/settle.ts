import { isAlive, type Service } from '../service/state.ts'
import type { ServiceEvent } from '../service/event.ts'
import type { StateName } from '../protocol.ts'
import { openEdges } from './conditions.ts'
import { advance, isHolding, setWish, type Draft } from './draft.ts'
import type { Member } from './state.ts'

/**
 * Lets every service do what its wish and its neighbours allow, until nothing changes.
 *
 * Only a service whose own state or wish changed can move others: those whose conditions it is part of, and, once it is
 * down, those below it that wait for that.
 */
export function settle(draft: Draft): void {
  // Who holds others does not change meanwhile: a stop that begins here ends in a later step.
  const free = new Set<string>()
  while (draft.changed.size > 0) {
    const names = new Set([...draft.changed, ...above(draft), ...below(draft)])
    draft.changed.clear()
    draft.released.clear()
    for (const name of names) settleOne(draft, name, free)
  }
}

/**
 * Those that may start now. A service looks at its dependencies only, but through oneshots that are done, and, to find
 * out whether it waits in vain, through those that wait themselves.
 */
function above({ graph, members, changed }: Draft): ReadonlySet<string> {
  // The sets grow as they are walked.
  const inVain = new Set([...changed].filter((name) => mayEndHope(members.get(name))))
  for (const name of inVain) {
    for (const { from } of graph.dependents(name)) if (kindOf(members.get(from)) === 'waiting') inVain.add(from)
  }
  const found = new Set<string>()
  const through = new Set([...changed, ...inVain])
  for (const name of through) {
    for (const { from } of graph.dependents(name)) {
      found.add(from)
      if (kindOf(members.get(from)) === 'completed') through.add(from)
    }
  }
  return found
}

function kindOf(member: Member | undefined): StateName | undefined {
  return member?.service.state.kind
}

/** Those that may stop now: order holds through services that are at rest, or stay up, as well. */
function below({ graph, members, released }: Draft): ReadonlySet<string> {
  const found = new Set<string>()
  const through = new Set(released)
  // The sets grow as they are walked.
  for (const name of through) {
    for (const { to } of graph.dependencies(name)) {
      found.add(to)
      const member = members.get(to)
      if (member !== undefined && !isHolding(member)) through.add(to)
    }
  }
  return found
}

/** Whether nobody may have to wait for a service any more who waits for it, or for who waits for it. */
function mayEndHope(member: Member | undefined): boolean {
  if (member === undefined) return false
  const { state, config } = member.service
  if (state.kind === 'completed') return config.type === 'longrun'
  return state.kind === 'failed' || state.kind === 'stopped'
}

function settleOne(draft: Draft, name: string, free: Set<string>): void {
  const member = draft.members.get(name)
  if (member === undefined) return
  const isDown = !isAlive(member.service.state)
  if (member.wish === 'restart' && isDown && !isHeldByDependents(draft, name, free)) {
    setWish(draft, name, 'up')
    advance(draft, name, { kind: 'start-requested' })
    return
  }
  const event = member.wish === 'up' ? upward(draft, member) : downward(draft, member, free)
  if (event !== null) advance(draft, name, event)
}

function upward(draft: Draft, { service }: Member): ServiceEvent | null {
  const { state } = service
  if (state.kind === 'stopped') return { kind: 'start-requested' }
  if (state.kind !== 'waiting' || state.for !== 'dependencies') return null
  return openEdges(draft.members, service.config).next().done === true ? { kind: 'dependencies-met' } : null
}

function downward(draft: Draft, { service }: Member, free: Set<string>): ServiceEvent | null {
  const { phase } = draft
  const isImpatient = phase.kind === 'stopping' && phase.patience === 'none'
  if (isImpatient && mayBeKilled(service)) return { kind: 'kill-requested' }
  return mayBeStopped(draft, service, free) ? { kind: 'stop-requested' } : null
}

function mayBeKilled({ state }: Service): boolean {
  return state.kind === 'stopping' ? state.step === 'grace' || state.step === 'pre-stop' : isAlive(state)
}

function mayBeStopped(draft: Draft, { state, config }: Service, free: Set<string>): boolean {
  switch (state.kind) {
    case 'waiting':
    case 'backoff':
      return true
    case 'starting':
    case 'running':
      return !isHeldByDependents(draft, config.name, free)
    // It is going by itself, and is not to come back.
    case 'stopping':
      return state.ending.kind !== 'requested'
    // It would run again when its time comes. At the end of all nothing does, and what has failed stays told.
    case 'completed':
    case 'failed':
      return config.schedule !== null && draft.phase.kind === 'supervising'
    case 'stopped':
    case 'disabled':
      return false
  }
}

/**
 * Those that go down too and stand on this one, directly or not, go first.
 *
 * @param free Those above whom nobody does, as far as it was found out: they are not gone through once more.
 */
function isHeldByDependents({ graph, members }: Draft, name: string, free: Set<string>): boolean {
  if (free.has(name)) return false
  const through = new Set([name])
  // The set grows as it is walked.
  for (const next of through) {
    for (const { from } of graph.dependents(next)) {
      const member = members.get(from)
      if (member !== undefined && isHolding(member)) return true
      if (!free.has(from)) through.add(from)
    }
  }
  for (const next of through) free.add(next)
  return false
}
