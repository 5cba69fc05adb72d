import type { Config, ServiceConfig } from '../../../src/core/config/model.ts'
import type { RunEvent, ServiceEvent } from '../../../src/core/service/event.ts'
import type { Service } from '../../../src/core/service/state.ts'
import type { SupervisorEvent } from '../../../src/core/supervisor/event.ts'
import { COMMAND } from '../../../src/core/supervisor/command.ts'
import { newSupervisor } from '../../../src/core/supervisor/state.ts'
import { step } from '../../../src/core/supervisor/step.ts'
import { Ledger } from './debts.ts'
import { faultsAfter } from './invariants.ts'
import { MachineModel, type Slot } from './machine-model.ts'
import type { World } from './world.ts'

/** A walk to take: a set, who is wanted of it, and a number for each thing that happens. */
export interface Walk {
  readonly config: Config
  /** One bit a service. */
  readonly wanted: number
  readonly choices: readonly number[]
}

/** Plays events against a set and its machine, and stops at the first that leaves something wrong. */
export class Walker {
  readonly machine: MachineModel
  #world: World
  readonly #config: Config
  readonly #tale: string[] = []
  readonly ledger: Ledger
  #at = 0

  constructor({ config, wanted }: Walk) {
    const names = [...config.services.keys()].filter((name, index) => name === COMMAND || (wanted & (1 << index)) !== 0)
    this.#config = config
    this.machine = new MachineModel(config)
    this.#world = { supervisor: newSupervisor(config, new Set(names), 0), machine: this.machine }
    this.ledger = new Ledger(this.#world.supervisor)
    this.happen({ kind: 'begun' }, 0)
  }

  get world(): World {
    return this.#world
  }

  possible(): readonly SupervisorEvent[] {
    return this.machine.possible()
  }

  /** Of all of whom something can be asked. */
  names(): readonly string[] {
    return [...this.#config.services.keys()].filter((name) => name !== COMMAND)
  }

  happen(event: SupervisorEvent, chance: number): void {
    this.#tale.push(JSON.stringify(event))
    this.machine.happen(event)
    this.#at += chance * 7_000
    const before = this.#world.supervisor
    const { supervisor, effects } = step(before, event, { at: this.#at, chance })
    for (const effect of effects) this.machine.perform(effect)
    this.#world = { supervisor, machine: this.machine }
    if (supervisor.phase.kind !== 'ended') {
      this.demandNone(faultsAfter(this.#world, { before, event, effects }))
      this.demandNone(supervisor.phase.kind === 'supervising' ? this.ledger.faultsAfter(this.#world, event) : [])
    } else this.demandNone(this.machine.complaints)
  }

  demandNone(faults: readonly string[]): void {
    if (faults.length > 0) throw new Error(`${faults.join('\n')}\nafter\n${this.#tale.join('\n')}`)
  }
}

/** Mostly what the machine has to say; now and then a request, or an echo of a run that is over. */
export function choose(walker: Walker, choice: number): SupervisorEvent {
  const names = walker.names()
  const name = names[choice % names.length] ?? ''
  const some = names.filter((_, index) => (choice & (1 << (index + 4))) !== 0)
  const machine = walker.possible()
  const kind = choice % 100
  // Without good answers most services would not live to see anything happen.
  const good = machine.filter((event) => isGood(walker, event))
  const pool = kind < 45 && good.length > 0 ? good : machine
  const answer = pool[(choice >> 7) % Math.max(1, pool.length)]
  if (kind < 70 && answer !== undefined) return answer
  if (kind < 76) return { kind: 'start-requested', services: [name] }
  if (kind < 82) return { kind: 'stop-requested', services: some }
  if (kind < 88) return { kind: 'restart-requested', services: some }
  if (kind < 90) return { kind: 'reload-requested', services: some }
  if (kind < 91) return { kind: 'signal-requested', services: some, signal: 'SIGUSR1' }
  if (kind < 92) return { kind: 'signal-received', signal: 'SIGWINCH' }
  if (kind < 93) return { kind: 'terminal-lost' }
  if (kind < 98) return { kind: 'service', service: name, event: echo(walker, name, choice) }
  if ((choice & 0x300000) !== 0) return { kind: 'start-requested', services: names }
  return { kind: 'shutdown-requested', by: 'SIGTERM', status: 0, insist: (choice & 1024) === 0 }
}

function echo({ world }: Walker, name: string, choice: number): RunEvent {
  const run = (world.supervisor.members.get(name)?.service.history.run ?? 0) - 1
  const events: readonly RunEvent[] = [
    { kind: 'spawned', run, pid: 999 },
    { kind: 'spawn-failed', run, message: 'late', status: 126 },
    { kind: 'already-created', run },
    { kind: 'notified', run, message: 'READY=1' },
    { kind: 'became-ready', run },
    { kind: 'attempt-failed', run, why: 'late' },
    { kind: 'health-checked', run, passed: false, output: 'late' },
    { kind: 'hook-ended', run, hook: 'pre-stop', why: 'late' },
    { kind: 'memory-measured', run, bytes: 9_999 },
    { kind: 'main-process-changed', run, pid: 998 },
    { kind: 'exited', run, exit: { kind: 'code', code: 9 } },
    { kind: 'cleared', run },
    { kind: 'timer-expired', run, timer: 'start-timeout' },
    { kind: 'timer-expired', run, timer: 'ready-delay' },
    { kind: 'timer-expired', run, timer: 'grace-period' },
    { kind: 'timer-expired', run, timer: 'restart-delay' },
    { kind: 'timer-expired', run, timer: 'health-interval' },
    { kind: 'timer-expired', run, timer: 'watchdog' },
    { kind: 'timer-expired', run, timer: 'memory-interval' },
  ]
  return events[(choice >> 8) % events.length] ?? { kind: 'cleared', run }
}

/** The machine answers all that it was asked, well, until there is nothing left to answer. */
export function comeToRest(walker: Walker): void {
  for (let steps = 0; walker.machine.ends === 0; steps++) {
    const next = walker.possible().find((event) => isGood(walker, event))
    if (next === undefined) return
    if (steps > 2_000) walker.demandNone(['it does not come to rest'])
    walker.happen(next, 0.5)
  }
}

/** One that is always restarted would never come to rest if it ended. */
function isToEnd({ type, restart }: ServiceConfig): boolean {
  return type === 'oneshot' && (restart.policy === 'no' || restart.policy === 'on-failure')
}

function isGood({ world, machine }: Walker, event: SupervisorEvent): boolean {
  if (event.kind !== 'service') return false
  const slot = machine.slots.get(event.service)
  const service = world.supervisor.members.get(event.service)?.service
  if (slot === undefined || service === undefined) return false
  return isGoodFor(service, slot, event.event)
}

function isGoodFor({ state, config }: Service, slot: Slot, event: ServiceEvent): boolean {
  switch (event.kind) {
    case 'exited':
      return slot.isSignalled || state.kind === 'stopping' || (state.kind === 'running' && isToEnd(config))
    case 'timer-expired':
      if (event.timer === 'health-interval') return state.kind === 'running' && state.health.kind === 'unhealthy'
      return event.timer === 'restart-delay' || event.timer === 'ready-delay'
    case 'health-checked':
      return event.passed === true
    case 'hook-ended':
      return event.why === null
    case 'memory-measured':
      return event.bytes === null
    case 'spawned':
    case 'became-ready':
    case 'cleared':
    case 'main-process-changed':
      return true
    case 'begun':
    case 'start-requested':
    case 'dependencies-met':
    case 'stop-requested':
    case 'kill-requested':
    case 'reload-requested':
    case 'signal-requested':
    case 'schedule-due':
    case 'spawn-failed':
    case 'already-created':
    case 'notified':
    case 'attempt-failed':
      return false
  }
}
