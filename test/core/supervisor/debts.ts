import type { Dependency } from '../../../src/core/config/model.ts'
import type { SupervisorEvent } from '../../../src/core/supervisor/event.ts'
import type { Member, Supervisor } from '../../../src/core/supervisor/state.ts'
import { holds, hopeless } from '../../../src/core/supervisor/conditions.ts'
import { holdsOf, isEndingWell, isMet, slotOf, type World } from './world.ts'

/**
 * Keeps the account of losses beside the supervisor: who has lost what, by what the machine tells, and that each loss
 * is paid by one restart, when all is there again, and by nothing else.
 */
export class Ledger {
  readonly #debts = new Map<string, ReadonlySet<string>>()
  #held: ReadonlyMap<Dependency, boolean> = new Map()
  #before: Supervisor

  constructor(first: Supervisor) {
    this.#before = first
  }

  /** What is wrong with losses after a step, in words. */
  faultsAfter(world: World, event: SupervisorEvent): readonly string[] {
    const before = this.#before
    const held = new Map(
      edgesOf(world).map(({ edge, target }) => [edge, holdsOf(edge, target, slotOf(world, edge.service))]),
    )
    const lostNow = edgesOf(world).filter(({ edge, target }) => {
      return this.#held.get(edge) === true && held.get(edge) === false && !isEndingWell(target)
    })
    const faults = [...world.supervisor.members].flatMap(([name, member]) => {
      const was = before.members.get(name)
      const lost = lostNow.filter(({ from }) => from === name).map(({ edge }) => edge)
      return was === undefined ? [] : this.#account(world, { name, was, member, lost, event })
    })
    this.#held = held
    this.#before = world.supervisor
    return faults
  }

  /** What is wrong when nothing happens any more: who can be restarted has been. */
  faultsAtRest(world: World): readonly string[] {
    const gone = hopeless(world.supervisor)
    return [...world.supervisor.members].flatMap(([name, member]) => {
      const { lost, service } = member
      if (lost.size === 0 || !isUp(member) || !this.#isPayable(world, name)) return []
      // What it can do without and may still come is waited for.
      if (service.config.dependsOn.some((edge) => !gone.has(edge.service) && isWaiting(world, edge.service))) return []
      return isBehind(world, name) ? [] : [`${name} is not restarted although ${[...lost].join(', ')} came back`]
    })
  }

  #account(world: World, { name, was, member, lost, event }: Entry): readonly string[] {
    const owed = this.#debts.get(name) ?? new Set()
    const turned = was.wish === 'up' && member.wish === 'restart' && !isAsked(event, name)
    const isStopped = isUp(was) && lost.some(({ whenLost }) => whenLost === 'stop')
    this.#debts.set(name, debtsAfter(world, { name, was, member, lost, event }, owed))
    const faults: string[] = []
    if (turned && !isStopped && owed.size === 0) faults.push(`${name} is restarted for nothing`)
    if (turned && !isStopped && !this.#isPayable(world, name, owed)) faults.push(`${name} is restarted too early`)
    if (turned && !isStopped && isBehind(world, name)) faults.push(`${name} is restarted before one that it stands on`)
    if (!turned && isStopped && isUp(member) && member.wish === 'up') faults.push(`${name} is not stopped`)
    const debts = [...(this.#debts.get(name) ?? [])].toSorted().join()
    const noted = [...member.lost].toSorted().join()
    if (debts !== noted) faults.push(`${name} has lost "${debts}", and it is noted that it lost "${noted}"`)
    return faults
  }

  #isPayable(world: World, name: string, owed = this.#debts.get(name) ?? new Set<string>()): boolean {
    const edges = world.supervisor.members.get(name)?.service.config.dependsOn ?? []
    return edges.every((edge) => {
      const target = world.supervisor.members.get(edge.service)
      if (target === undefined || !owed.has(edge.service)) return isMet(world, edge)
      return holdsOf(edge, target, slotOf(world, edge.service))
    })
  }
}

interface Entry {
  readonly name: string
  readonly was: Member
  readonly member: Member
  /** What the step took from it. */
  readonly lost: readonly Dependency[]
  readonly event: SupervisorEvent
}

/** Whether one whose loss it would follow, directly or not, has a debt of its own or is to be restarted. */
function isBehind(world: World, name: string): boolean {
  const { members, graph } = world.supervisor
  const below = new Set([name])
  // The set grows as it is walked.
  for (const one of below) {
    const member = members.get(one)
    if (one !== name && (member?.wish === 'restart' || isToBeRestarted(world, member))) return true
    const isThere = one === name || (member !== undefined && isUp(member))
    for (const { to, whenLost } of isThere ? graph.dependencies(one) : []) if (whenLost !== 'ignore') below.add(to)
  }
  return false
}

/** Whether it has a debt, and all that it misses may still come. */
function isToBeRestarted({ supervisor }: World, member: Member | undefined): boolean {
  if (member === undefined || !isUp(member) || member.lost.size === 0) return false
  const { members } = supervisor
  const gone = hopeless(supervisor)
  return member.service.config.dependsOn
    .filter(({ required, service }) => required || member.lost.has(service))
    .every((edge) => holds(edge, members.get(edge.service)) || !gone.has(edge.service))
}

/** What was lost is owed until a run begins with it, or none is to come. */
function debtsAfter(world: World, { was, member, lost }: Entry, owed: ReadonlySet<string>): ReadonlySet<string> {
  const { state, history, config } = member.service
  if (member.wish === 'down' || state.kind === 'failed' || state.kind === 'completed') return new Set()
  const { kind } = was.service.state
  const newly =
    kind === 'starting' || kind === 'running'
      ? lost.filter(({ whenLost }) => whenLost !== 'ignore').map(({ service }) => service)
      : []
  const all = new Set([...owed, ...newly])
  if (history.run === was.service.history.run) return all
  const missing = config.dependsOn.filter((edge) => {
    const target = world.supervisor.members.get(edge.service)
    return target !== undefined && all.has(edge.service) && !holdsOf(edge, target, slotOf(world, edge.service))
  })
  return new Set(missing.map(({ service }) => service))
}

function isWaiting({ supervisor }: World, name: string): boolean {
  return supervisor.members.get(name)?.service.state.kind === 'waiting'
}

function isUp({ service, wish }: Member): boolean {
  const { kind } = service.state
  return wish !== 'down' && (kind === 'starting' || kind === 'running')
}

function isAsked(event: SupervisorEvent, name: string): boolean {
  return event.kind === 'restart-requested' && event.services.includes(name)
}

function edgesOf({ supervisor }: World): readonly { from: string; edge: Dependency; target: Member }[] {
  return [...supervisor.members].flatMap(([from, { service }]) =>
    service.config.dependsOn.flatMap((edge) => {
      const target = supervisor.members.get(edge.service)
      return target === undefined ? [] : [{ from, edge, target }]
    }),
  )
}
