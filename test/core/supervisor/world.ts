import type { Dependency, ServiceConfig } from '../../../src/core/config/model.ts'
import { endedWith } from '../../../src/core/service/exit.ts'
import type { Supervisor, Member } from '../../../src/core/supervisor/state.ts'
import type { MachineModel, Slot } from './machine-model.ts'

/** A supervisor after a step, and the machine after the step's effects. */
export interface World {
  readonly supervisor: Supervisor
  readonly machine: MachineModel
}

/** Whether a condition holds, as far as the machine tells; an optional one that may be in vain counts as met. */
export function isMet(world: World, edge: Dependency): boolean {
  const { service, required } = edge
  const target = world.supervisor.members.get(service)
  if (target === undefined) return !required
  if (edge.condition === 'none') return true
  const { kind } = target.service.state
  const isOver = kind === 'failed' || kind === 'disabled' || kind === 'completed' || kind === 'waiting'
  if (!required && (isOver || (kind === 'stopped' && target.wish === 'down'))) return target.wish !== 'restart'
  return holdsOf(edge, target, slotOf(world, service))
}

/** Whether a condition holds of a service, as far as the machine tells. */
export function holdsOf({ condition }: Pick<Dependency, 'condition'>, target: Member, slot: Slot): boolean {
  const { config, state } = target.service
  if (config.schedule !== null && target.hasCompleted) return true
  if (target.wish === 'restart') return false
  const isOneshot = config.type === 'oneshot'
  const isUp = slot.step === 'alive' && state.kind !== 'stopping' && target.wish === 'up'
  const isDone = state.kind === 'completed' && isOneshot
  switch (condition) {
    case 'service_started':
      return isUp || isDone
    case 'service_ready':
      return isOneshot ? isDone : isUp && isReady(slot, config) && !isIll(slot, config)
    case 'service_healthy':
      return isOneshot ? isDone : isUp && isReady(slot, config) && state.kind === 'running' && isFit(slot, target)
    case 'service_completed_successfully':
      return state.kind === 'completed'
    case 'none':
      return true
    case 'service_completed':
      return state.kind === 'completed' || state.kind === 'failed'
  }
}

function isReady(slot: Slot, { ready, postStart }: ServiceConfig): boolean {
  return (slot.isReady || ready === null) && (slot.isPrepared || postStart.length === 0)
}

function isIll({ failures }: Slot, { healthcheck }: ServiceConfig): boolean {
  return healthcheck !== null && failures !== null && failures >= healthcheck.retries
}

function isFit(slot: Slot, { service: { state, config } }: Member): boolean {
  const hasPassed =
    config.healthcheck?.isReadiness === true || (state.kind === 'running' && state.health.kind !== 'starting')
  return config.healthcheck !== null && hasPassed && !isIll(slot, config)
}

/** Whether a oneshot is just ending as it should: nobody has lost it. */
export function isEndingWell({ wish, service: { config, state } }: Member): boolean {
  if (wish !== 'up' || config.type !== 'oneshot' || state.kind !== 'stopping') return false
  return state.ending.kind === 'ended' && endedWith(state.ending.exit, config.successExitCodes)
}

/** What the machine knows of a service. */
export function slotOf({ machine }: World, name: string): Slot {
  const slot = machine.slots.get(name)
  if (slot === undefined) throw new Error(`no slot for "${name}"`)
  return slot
}

/** All that stand on a service, directly or not. */
export function aboveOf({ graph }: Supervisor, name: string): ReadonlySet<string> {
  return remembered(above, graph, name, (of) => graph.dependents(of).map(({ from }) => from))
}

/** All that a service stands on, directly or not. */
export function belowOf({ graph }: Supervisor, name: string): ReadonlySet<string> {
  return remembered(below, graph, name, (of) => graph.dependencies(of).map(({ to }) => to))
}

type Reach = WeakMap<Supervisor['graph'], Map<string, ReadonlySet<string>>>

// A graph does not change while a set lives, and is asked at every step.
const above: Reach = new WeakMap()
const below: Reach = new WeakMap()

function remembered(
  reach: Reach,
  graph: Supervisor['graph'],
  name: string,
  next: (name: string) => readonly string[],
): ReadonlySet<string> {
  const known = reach.get(graph) ?? new Map<string, ReadonlySet<string>>()
  reach.set(graph, known)
  const found = known.get(name)
  if (found !== undefined) return found
  const names = new Set(next(name))
  for (const one of names) for (const further of next(one)) names.add(further)
  known.set(name, names)
  return names
}
