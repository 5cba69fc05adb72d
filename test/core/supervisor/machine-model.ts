import type { Config } from '../../../src/core/config/model.ts'
import type { ServiceEffect } from '../../../src/core/service/effect.ts'
import type { RunEvent, ServiceTimer } from '../../../src/core/service/event.ts'
import type { SupervisorEffect } from '../../../src/core/supervisor/effect.ts'
import type { SupervisorEvent } from '../../../src/core/supervisor/event.ts'

/** What a machine would know of one service: what it was asked to do and has not answered, and what is alive. */
export interface Slot {
  /** The run that is to be spawned, alive, or being cleared; null when there is none. */
  run: number | null
  step: 'none' | 'spawning' | 'alive' | 'gone' | 'clearing'
  isReady: boolean
  isSignalled: boolean
  watched: number | null
  readonly timers: Map<ServiceTimer, number>
}

/** A machine in memory that holds the effects until a walk lets it answer. It complains about what it cannot do. */
export class MachineModel {
  readonly slots: ReadonlyMap<string, Slot>
  readonly complaints: string[] = []
  hasShutdownTimer = false
  readyFile: 'present' | 'absent' = 'absent'
  ends = 0

  constructor(config: Config) {
    this.slots = new Map([...config.services.keys()].map((name) => [name, newSlot()]))
  }

  perform(effect: SupervisorEffect): void {
    if (this.ends > 0) this.complaints.push(`${effect.kind} after the end`)
    switch (effect.kind) {
      case 'service':
        this.#performOne(effect.service, effect.effect)
        return
      case 'start-shutdown-timer':
        this.hasShutdownTimer = true
        return
      case 'set-ready-file':
        this.#expect(this.readyFile !== effect.presence, 'the ready file is set to what it is')
        this.readyFile = effect.presence
        return
      case 'end':
        this.ends += 1
        return
      case 'changed':
      case 'shutdown-began':
      case 'patience-ended':
        return
    }
  }

  /** Everything that could happen next on the machine, without anybody asking for anything. */
  possible(config: Config): SupervisorEvent[] {
    const events: SupervisorEvent[] = [...this.slots].flatMap(([service, slot]) => {
      const hasCreated = config.services.get(service)?.creates !== null
      return answers(slot, hasCreated).map((event) => ({ kind: 'service', service, event }) as const)
    })
    if (this.hasShutdownTimer) events.push({ kind: 'shutdown-timeout-expired' })
    return events
  }

  /** Takes note of what happens, before the supervisor hears of it. */
  happen(event: SupervisorEvent): void {
    if (event.kind === 'shutdown-timeout-expired') this.hasShutdownTimer = false
    if (event.kind !== 'service' || !('run' in event.event)) return
    const slot = this.slots.get(event.service)
    if (slot?.run === event.event.run) note(slot, event.event)
  }

  #performOne(service: string, effect: ServiceEffect): void {
    const slot = this.slots.get(service)
    if (slot === undefined) return this.#expect(false, `${effect.kind} for no service "${service}"`)
    switch (effect.kind) {
      case 'spawn':
        this.#expect(slot.step === 'none', `${service} is spawned while ${slot.step}`)
        Object.assign(slot, { run: effect.run, step: 'spawning', isReady: false, isSignalled: false })
        return
      case 'signal':
        this.#expect(slot.step === 'alive' && slot.run === effect.run, `${service} is signalled while ${slot.step}`)
        slot.isSignalled = true
        return
      case 'clear':
        this.#expect(slot.step === 'gone' && slot.run === effect.run, `${service} is cleared while ${slot.step}`)
        slot.step = 'clearing'
        return
      case 'watch-readiness':
        this.#expect(slot.watched === null && slot.step === 'alive', `${service} is watched while ${slot.step}`)
        slot.watched = effect.run
        return
      case 'unwatch-readiness':
        this.#expect(slot.watched === effect.run, `${service} is unwatched and was not watched`)
        slot.watched = null
        return
      case 'start-timer':
        this.#expect(!slot.timers.has(effect.timer), `${service} has two timers ${effect.timer}`)
        this.#expect(effect.afterMs >= 0, `${service} has a timer ${effect.timer} of ${effect.afterMs}`)
        slot.timers.set(effect.timer, effect.run)
        return
      case 'cancel-timer':
        slot.timers.delete(effect.timer)
        return
    }
  }

  #expect(holds: boolean, complaint: string): void {
    if (!holds) this.complaints.push(complaint)
  }
}

/** Whether something of the service may be alive: it is, or is about to be, or is not cleared away. */
export function isThere(slot: Slot): boolean {
  return slot.step !== 'none'
}

function newSlot(): Slot {
  return { run: null, step: 'none', isReady: false, isSignalled: false, watched: null, timers: new Map() }
}

function answers(slot: Slot, hasCreated: boolean): RunEvent[] {
  const { run, step, watched } = slot
  const events: RunEvent[] = [...slot.timers].map(([timer, of]) => ({ kind: 'timer-expired', run: of, timer }))
  if (run === null) return events
  if (step === 'spawning') {
    events.push({ kind: 'spawned', run, pid: 1_000 + run }, { kind: 'spawned', run, pid: 1_000 + run })
    events.push({ kind: 'spawn-failed', run, message: 'no such file', status: 127 })
    if (hasCreated) events.push({ kind: 'already-created', run })
  }
  if (watched !== null) {
    events.push({ kind: 'became-ready', run: watched }, { kind: 'notified', run: watched, message: 'READY=1' })
    events.push({ kind: 'attempt-failed', run: watched, why: 'refused' })
  }
  if (step === 'alive') {
    events.push({ kind: 'exited', run, exit: { kind: 'code', code: 0 } })
    events.push({ kind: 'exited', run, exit: { kind: 'code', code: 3 } })
    events.push({ kind: 'exited', run, exit: { kind: 'signal', signal: 'SIGKILL' } })
  }
  if (step === 'clearing') events.push({ kind: 'cleared', run })
  return events
}

function note(slot: Slot | undefined, event: RunEvent): void {
  if (slot === undefined) return
  switch (event.kind) {
    case 'spawned':
      slot.step = 'alive'
      return
    case 'exited':
      slot.step = 'gone'
      slot.isReady = false
      return
    case 'spawn-failed':
    case 'already-created':
    case 'cleared':
      slot.step = 'none'
      return
    case 'notified':
    case 'became-ready':
      slot.isReady = true
      return
    case 'timer-expired':
      if (slot.timers.get(event.timer) !== event.run) return
      slot.timers.delete(event.timer)
      if (event.timer === 'ready-delay') slot.isReady = true
      return
    case 'attempt-failed':
      return
  }
}
