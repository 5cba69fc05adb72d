import type { Dependency } from '../../../src/core/config/model.ts'
import type { ServiceTimer } from '../../../src/core/service/event.ts'
import type { Service, State } from '../../../src/core/service/state.ts'
import type { SupervisorEffect } from '../../../src/core/supervisor/effect.ts'
import type { Member, Supervisor } from '../../../src/core/supervisor/state.ts'
import { isThere, type MachineModel, type Slot } from './machine-model.ts'

/** A supervisor after a step, and the machine after the step's effects. */
export interface World {
  readonly supervisor: Supervisor
  readonly machine: MachineModel
}

/** What is wrong after a step, in words: nothing, ever. */
export function faultsAfter(world: World, effects: readonly SupervisorEffect[]): readonly string[] {
  const { supervisor, machine } = world
  const members = [...supervisor.members]
  return [
    ...machine.complaints,
    ...effects.flatMap((effect) => order(world, effect)),
    ...members.flatMap(([name, member]) => timersOf(name, member, slotOf(world, name))),
    ...members.flatMap(([name, member]) => stuck(world, name, member)),
    ...file(world),
  ]
}

/** What is wrong when nothing happens any more: what is wanted and what is there have to agree. */
export function faultsAtRest(world: World): readonly string[] {
  return [...world.supervisor.members].flatMap(([name, { service, wish }]) => {
    const { kind } = service.state
    const isGood =
      wish === 'up'
        ? kind === 'running' || kind === 'completed' || kind === 'failed' || kind === 'disabled' || kind === 'waiting'
        : wish === 'down' && (kind === 'stopped' || kind === 'completed' || kind === 'failed' || kind === 'disabled')
    return isGood ? [] : [`${name} is wanted ${wish} and rests ${kind}`]
  })
}

function order(world: World, effect: SupervisorEffect): readonly string[] {
  if (effect.kind === 'service' && effect.effect.kind === 'spawn') {
    const member = world.supervisor.members.get(effect.service)
    const closed = (member?.service.config.dependsOn ?? []).filter((edge) => !isMet(world, edge))
    return closed.map((edge) => `${effect.service} is spawned without ${edge.service} (${edge.condition})`)
  }
  if (effect.kind !== 'changed' || effect.after.state.kind !== 'stopping') return []
  const { before, after } = effect
  const isOrdered = after.state.kind === 'stopping' && after.state.ending.kind === 'requested'
  const wasUp = before.state.kind === 'starting' || before.state.kind === 'running'
  if (!isOrdered || !wasUp || isImpatient(world)) return []
  const { name } = after.config
  return holders(world, name).map((dependent) => `${name} is stopped before ${dependent}`)
}

/** Those above a service, directly or not, that are to go down and have not. */
function holders(world: World, name: string): readonly string[] {
  return [...aboveOf(world.supervisor, name)].filter((dependent) => {
    return world.supervisor.members.get(dependent)?.wish !== 'up' && isThere(slotOf(world, dependent))
  })
}

function isMet(world: World, { service, condition, required }: Dependency): boolean {
  const target = world.supervisor.members.get(service)
  if (target === undefined) return !required
  const { kind } = target.service.state
  const isOver = kind === 'failed' || kind === 'disabled' || kind === 'completed' || kind === 'waiting'
  if (!required && (isOver || (kind === 'stopped' && target.wish === 'down'))) return target.wish !== 'restart'
  if (target.wish === 'restart') return false
  const slot = slotOf(world, service)
  const isUp = slot.step === 'alive' && kind !== 'stopping' && target.wish === 'up'
  const isDone = kind === 'completed' && target.service.config.type === 'oneshot'
  switch (condition) {
    case 'service_started':
      return isUp || isDone
    case 'service_ready':
    case 'service_healthy':
      return (isUp && (slot.isReady || target.service.config.ready === null)) || isDone
    case 'service_completed_successfully':
      return kind === 'completed'
    case 'service_completed':
      return kind === 'completed' || kind === 'failed'
  }
}

/** Each timer belongs to a state, and each state that lives on a timer has it. */
function timersOf(name: string, { service }: Member, slot: Slot): readonly string[] {
  const { state, config } = service
  const hasProcess = state.kind === 'starting' && state.pid !== null && config.ready !== null
  const wanted: Readonly<Record<ServiceTimer, boolean>> = {
    'start-timeout': hasProcess && config.startTimeoutMs !== null,
    'ready-delay': hasProcess && config.ready?.kind === 'delay',
    'grace-period': state.kind === 'stopping' && state.step === 'grace',
    'restart-delay': state.kind === 'backoff',
  }
  const isWatched = hasProcess && config.ready?.kind !== 'delay'
  const faults = Object.entries(wanted).flatMap(([timer, is]) =>
    slot.timers.has(timer as ServiceTimer) === is
      ? []
      : [`${name}, ${state.kind}: timer ${timer} is not as it has to be`],
  )
  if ((slot.watched !== null) !== isWatched)
    faults.push(`${name}, ${state.kind}: readiness is not watched as it has to be`)
  return faults
}

/** Whoever is not at rest has a process, an unanswered request, a timer, or a neighbour that will move it. */
function stuck(world: World, name: string, { service, wish }: Member): readonly string[] {
  const { state } = service
  const { step } = slotOf(world, name)
  const wrong = step === stepOf(state) ? [] : [`${name} is ${state.kind} and on the machine it is ${step}`]
  if (state.kind === 'waiting') {
    if (wish !== 'up') wrong.push(`${name} is waiting and wanted ${wish}`)
    if (!waitsForSomething(world, name)) wrong.push(`${name} is waiting for nothing`)
  }
  const isUp = state.kind === 'starting' || state.kind === 'running'
  const isToMove = isUp ? wish !== 'up' : wish === 'restart' && state.kind !== 'stopping'
  if (isToMove && holders(world, name).length === 0) wrong.push(`${name} is ${state.kind} and wanted ${wish}`)
  if (state.kind === 'stopped' && wish === 'up') wrong.push(`${name} is stopped and wanted up`)
  if (isUp && isImpatient(world)) wrong.push(`${name} is ${state.kind} when patience is over`)
  return wrong
}

function stepOf(state: State): Slot['step'] {
  switch (state.kind) {
    case 'starting':
      return state.pid === null ? 'spawning' : 'alive'
    case 'running':
      return 'alive'
    case 'stopping':
      if (state.step === 'spawning') return 'spawning'
      return state.step === 'clearing' ? 'clearing' : 'alive'
    case 'waiting':
    case 'stopped':
    case 'backoff':
    case 'completed':
    case 'failed':
    case 'disabled':
      return 'none'
  }
}

/** A condition of its own is open, or something below it is on its way. */
function waitsForSomething(world: World, name: string): boolean {
  const { supervisor } = world
  const own = supervisor.members.get(name)?.service.config.dependsOn ?? []
  if (own.some((edge) => !isMet(world, edge) || isWaiting(supervisor, edge.service))) return true
  return [...belowOf(supervisor, name)].some((below) => {
    const member = supervisor.members.get(below)
    const kind = member?.service.state.kind
    return (
      kind === 'waiting' ||
      kind === 'starting' ||
      kind === 'stopping' ||
      kind === 'backoff' ||
      member?.wish === 'restart' ||
      (kind === 'running' && (member?.wish === 'down' || member?.service.config.type === 'oneshot'))
    )
  })
}

function isWaiting(supervisor: Supervisor, name: string): boolean {
  return supervisor.members.get(name)?.service.state.kind === 'waiting'
}

function file({ supervisor, machine }: World): readonly string[] {
  const isWell = [...supervisor.members.values()].every(({ service, wish }) => {
    return wish === 'down' || (wish === 'up' && isWellUp(service))
  })
  const wanted = isWell && supervisor.phase.kind === 'supervising' ? 'present' : 'absent'
  return machine.readyFile === wanted ? [] : [`the ready file is ${machine.readyFile}`]
}

function isWellUp({ state, config, history }: Service): boolean {
  if (state.kind === 'completed' || state.kind === 'disabled') return true
  if (config.type === 'longrun') return state.kind === 'running'
  const { lastExit } = history
  return stepOf(state) !== 'none' && lastExit?.kind === 'code' && config.successExitCodes.includes(lastExit.code)
}

function isImpatient({ supervisor: { phase } }: World): boolean {
  return phase.kind === 'stopping' && phase.patience === 'none'
}

function slotOf({ machine }: World, name: string): Slot {
  const slot = machine.slots.get(name)
  if (slot === undefined) throw new Error(`no slot for "${name}"`)
  return slot
}

function aboveOf({ members }: Supervisor, name: string): ReadonlySet<string> {
  const direct = (of: string): readonly string[] =>
    [...members].flatMap(([other, { service }]) =>
      service.config.dependsOn.some((edge) => edge.service === of) ? [other] : [],
    )
  return closure(name, direct)
}

function belowOf({ members }: Supervisor, name: string): ReadonlySet<string> {
  return closure(name, (of) => (members.get(of)?.service.config.dependsOn ?? []).map((edge) => edge.service))
}

function closure(name: string, next: (name: string) => readonly string[]): ReadonlySet<string> {
  const found = new Set(next(name))
  for (const one of found) for (const further of next(one)) found.add(further)
  return found
}
