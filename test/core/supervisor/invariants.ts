import type { ServiceTimer } from '../../../src/core/service/event.ts'
import type { Service, State } from '../../../src/core/service/state.ts'
import type { SupervisorEffect } from '../../../src/core/supervisor/effect.ts'
import type { SupervisorEvent } from '../../../src/core/supervisor/event.ts'
import { COMMAND } from '../../../src/core/supervisor/command.ts'
import type { Member, Supervisor } from '../../../src/core/supervisor/state.ts'
import { isThere, type Slot } from './machine-model.ts'
import { belowOf, aboveOf, isMet, slotOf, type World } from './world.ts'

/** A step: the set before it, what happened, and what was to be done about it. */
export interface Taken {
  readonly before: Supervisor
  readonly event: SupervisorEvent
  readonly effects: readonly SupervisorEffect[]
}

/** What is wrong after a step, in words: nothing, ever. */
export function faultsAfter(world: World, taken: Taken): readonly string[] {
  const { supervisor, machine } = world
  const members = [...supervisor.members]
  return [
    ...machine.complaints,
    ...taken.effects.flatMap((effect) => startOrder(world, effect)),
    ...members.flatMap(([name, { service }]) => stopOrder(world, name, service, taken)),
    ...members.flatMap(([name, member]) => timersOf(world, name, member)),
    ...members.flatMap(([name, { service }]) => questionsOf(world, name, service)),
    ...members.flatMap(([name, member]) => stuck(world, name, member)),
    ...file(world),
    ...commandTimer(world),
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

function startOrder(world: World, effect: SupervisorEffect): readonly string[] {
  if (effect.kind !== 'service' || effect.effect.kind !== 'spawn') return []
  const member = world.supervisor.members.get(effect.service)
  const closed = (member?.service.config.dependsOn ?? []).filter((edge) => !isMet(world, edge))
  return closed.map((edge) => `${effect.service} is spawned without ${edge.service} (${edge.condition})`)
}

function stopOrder(world: World, name: string, { state }: Service, { before, event }: Taken): readonly string[] {
  if (state.kind !== 'stopping' || state.ending.kind !== 'requested' || isImpatient(world)) return []
  // What goes by itself, or by its own fault, goes in no order.
  if (event.kind === 'service' && event.service === name) return []
  const kind = before.members.get(name)?.service.state.kind
  if (kind !== 'starting' && kind !== 'running') return []
  return holders(world, name).map((dependent) => `${name} is stopped before ${dependent}`)
}

/** Those above a service, directly or not, that are to go down and have not. */
function holders(world: World, name: string): readonly string[] {
  return [...aboveOf(world.supervisor, name)].filter((dependent) => {
    return world.supervisor.members.get(dependent)?.wish !== 'up' && isThere(slotOf(world, dependent))
  })
}

/** Each timer belongs to a state, and each state that lives on a timer has it. */
function timersOf(world: World, name: string, { service }: Member): readonly string[] {
  const { state, config } = service
  const slot = slotOf(world, name)
  // At the end of all nobody asks for health again.
  const isAsked = world.supervisor.phase.kind === 'supervising' || slot.timers.has('health-interval')
  const isRunning = state.kind === 'running'
  const isGettingReady = state.kind === 'starting' && state.step === 'getting-ready'
  const wanted: Readonly<Record<ServiceTimer, boolean>> = {
    'start-timeout': state.kind === 'starting' && state.step !== 'spawning' && state.until !== null,
    'ready-delay': isGettingReady && config.ready?.kind === 'delay',
    'grace-period': state.kind === 'stopping' && state.step === 'grace',
    'restart-delay': state.kind === 'backoff',
    // Between two checks there is the timer, else there is a check; the same with measurements.
    'health-interval': isAsked && isRunning && config.healthcheck !== null && slot.checked === null,
    'memory-interval': isRunning && config.maxMemoryBytes !== null && slot.measured === null,
    watchdog: isRunning && state.watchdogMs !== null,
  }
  return Object.entries(wanted).flatMap(([timer, is]) =>
    slot.timers.has(timer as ServiceTimer) === is
      ? []
      : [`${name}, ${state.kind}: timer ${timer} is not as it has to be`],
  )
}

/** What is under way for a service belongs to its state as well. */
function questionsOf(world: World, name: string, { state, config }: Service): readonly string[] {
  const slot = slotOf(world, name)
  const step = 'step' in state ? state.step : null
  const isWatched = step === 'getting-ready' && config.ready !== null && config.ready.kind !== 'delay'
  const hooks = { 'post-start': ['post-start'], 'pre-stop': ['pre-stop'], grace: ['stop-command', null] } as const
  const hook: readonly (string | null)[] =
    step === 'post-start' || step === 'pre-stop' || step === 'grace' ? hooks[step] : [null]
  const isForLater = state.kind === 'completed' || state.kind === 'failed'
  const isAwaiting = config.schedule !== null && (isForLater || (state.kind === 'waiting' && state.for === 'schedule'))
  const rights = {
    'readiness is watched': (slot.watched !== null) === isWatched,
    'its health is asked for': slot.checked === null || state.kind === 'running',
    [`hook ${slot.hook?.hook}`]: hook.includes(slot.hook?.hook ?? null),
    // In a shutdown a time that comes is let pass.
    'its time is awaited':
      slot.isAwaitingItsTime === isAwaiting || (isForLater && world.supervisor.phase.kind !== 'supervising'),
  }
  return Object.entries(rights).flatMap(([what, is]) =>
    is ? [] : [`${name}, ${state.kind} ${step ?? ''}: ${what}, not as it has to be`],
  )
}

/** Whoever is not at rest has a process, an unanswered request, a timer, or a neighbour that will move it. */
function stuck(world: World, name: string, { service, wish }: Member): readonly string[] {
  const { state } = service
  const { step } = slotOf(world, name)
  const wrong = step === stepOf(state) ? [] : [`${name} is ${state.kind} and on the machine it is ${step}`]
  if (state.kind === 'waiting') {
    if (wish !== 'up') wrong.push(`${name} is waiting and wanted ${wish}`)
    if (state.for === 'dependencies' && !waitsForSomething(world, name)) wrong.push(`${name} is waiting for nothing`)
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
      return state.step === 'spawning' ? 'spawning' : 'alive'
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

function file(world: World): readonly string[] {
  const { supervisor, machine } = world
  const isWell = [...supervisor.members].every(([name, { service, wish }]) => {
    return name === COMMAND || wish === 'down' || (wish === 'up' && isWellUp(service, slotOf(world, name)))
  })
  const wanted = isWell && supervisor.phase.kind === 'supervising' ? 'present' : 'absent'
  return machine.readyFile === wanted ? [] : [`the ready file is ${machine.readyFile}`]
}

/** It limits how long the command waits, and nothing else. */
function commandTimer({ supervisor, machine }: World): readonly string[] {
  const isLimited = isWaiting(supervisor, COMMAND) && supervisor.command.timeoutMs !== null
  return machine.hasCommandTimer === isLimited ? [] : ['the timer of the command is not as it has to be']
}

function isWellUp({ state, config, history }: Service, slot: Slot): boolean {
  if (state.kind === 'completed' || state.kind === 'disabled' || config.schedule !== null) return true
  if (config.type === 'longrun') return state.kind === 'running' && isHealthy(state, config, slot)
  const { lastExit } = history
  return stepOf(state) !== 'none' && lastExit?.kind === 'code' && config.successExitCodes.includes(lastExit.code)
}

function isHealthy(state: State, { healthcheck }: Service['config'], { failures }: Slot): boolean {
  if (healthcheck === null) return true
  if (failures === null) return healthcheck.isReadiness
  return failures < healthcheck.retries && (healthcheck.isReadiness || hasPassed(state))
}

function hasPassed(state: State): boolean {
  return state.kind === 'running' && state.health.kind !== 'starting'
}

function isImpatient({ supervisor: { phase } }: World): boolean {
  return phase.kind === 'stopping' && phase.patience === 'none'
}
