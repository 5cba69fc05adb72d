import type { Config } from '../../../src/core/config/model.ts'
import type { ServiceEffect } from '../../../src/core/service/effect.ts'
import type { HookName, ServiceTimer } from '../../../src/core/service/event.ts'
import type { SupervisorEffect } from '../../../src/core/supervisor/effect.ts'
import type { SupervisorEvent } from '../../../src/core/supervisor/event.ts'
import { answers, note } from './machine-answers.ts'

/** What a machine would know of one service: what it was asked to do and has not answered, and what is alive. */
export interface Slot {
  /** The run that is to be spawned, alive, or being cleared; null when there is none. */
  run: number | null
  step: 'none' | 'spawning' | 'alive' | 'gone' | 'clearing'
  isReady: boolean
  /** Whether its `post_start` has ended well. */
  isPrepared: boolean
  isSignalled: boolean
  /** Whose readiness is watched, whose health is asked for, whose memory is measured. */
  watched: number | null
  checked: number | null
  measured: number | null
  followed: number | null
  hook: { readonly run: number; readonly hook: HookName } | null
  /** Checks that failed in a row; null before the first has its answer. */
  failures: number | null
  isAwaitingItsTime: boolean
  /** How many messages it has sent: each is another one. */
  said: number
  readonly timers: Map<ServiceTimer, number>
}

/** These are started anew while they run; of the others there is one a state. */
const RENEWED: ReadonlySet<ServiceTimer> = new Set(['watchdog', 'start-timeout', 'grace-period'])

/** Nobody ends by these. */
const HARMLESS: ReadonlySet<string> = new Set(['SIGHUP', 'SIGUSR1', 'SIGWINCH'])

/** A machine in memory that holds the effects until a walk lets it answer. It complains about what it cannot do. */
export class MachineModel {
  readonly slots: ReadonlyMap<string, Slot>
  readonly complaints: string[] = []
  readonly #config: Config
  hasShutdownTimer = false
  hasCommandTimer = false
  readyFile: 'present' | 'absent' = 'absent'
  ends = 0

  constructor(config: Config) {
    this.#config = config
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
      case 'start-command-timer':
        this.#expect(!this.hasCommandTimer, 'two timers for the command')
        this.hasCommandTimer = true
        return
      case 'cancel-command-timer':
        this.hasCommandTimer = false
        return
      case 'set-ready-file':
        this.#expect(this.readyFile !== effect.presence, 'the ready file is set to what it is')
        this.readyFile = effect.presence
        return
      case 'end':
        this.ends += 1
        return
      case 'tell':
      case 'shutdown-began':
      case 'patience-ended':
        return
    }
  }

  /** Everything that could happen next on the machine, without anybody asking for anything. */
  possible(): SupervisorEvent[] {
    const events: SupervisorEvent[] = [...this.slots].flatMap(([service, slot]) => {
      const config = this.#config.services.get(service)
      if (config === undefined) return []
      return answers(slot, config).map((event) => ({ kind: 'service', service, event }) as const)
    })
    if (this.hasShutdownTimer) events.push({ kind: 'shutdown-timeout-expired' })
    if (this.hasCommandTimer) events.push({ kind: 'command-timeout-expired' })
    return events
  }

  /** Takes note of what happens, before the supervisor hears of it. */
  happen(event: SupervisorEvent): void {
    if (event.kind === 'shutdown-timeout-expired') this.hasShutdownTimer = false
    if (event.kind === 'command-timeout-expired') this.hasCommandTimer = false
    if (event.kind !== 'service') return
    const slot = this.slots.get(event.service)
    const config = this.#config.services.get(event.service)
    if (slot === undefined || config === undefined) return
    if (event.event.kind === 'schedule-due') slot.isAwaitingItsTime = false
    if ('run' in event.event && slot.run === event.event.run) note(slot, event.event, config)
  }

  #performOne(service: string, effect: ServiceEffect): void {
    const slot = this.slots.get(service)
    if (slot === undefined) return this.#expect(false, `${effect.kind} for no service "${service}"`)
    const isOfRun = !('run' in effect) || effect.kind === 'spawn' || effect.run === slot.run
    this.#expect(isOfRun, `${service}: ${effect.kind} is about another run`)
    const refusal = refusalOf(slot, effect)
    if (refusal !== null) this.complaints.push(`${service}, ${slot.step}: ${effect.kind}: ${refusal}`)
    change(slot, effect)
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
  return { ...emptySlot(), run: null, step: 'none', isAwaitingItsTime: false, timers: new Map() }
}

function emptySlot(): Omit<Slot, 'run' | 'step' | 'isAwaitingItsTime' | 'timers'> {
  return {
    isReady: false,
    isPrepared: false,
    isSignalled: false,
    watched: null,
    checked: null,
    measured: null,
    followed: null,
    hook: null,
    failures: null,
    said: 0,
  }
}

/** What a machine could not do, or would do twice. */
function refusalOf(slot: Slot, effect: ServiceEffect): string | null {
  const isAlive = slot.step === 'alive'
  switch (effect.kind) {
    case 'spawn':
      return slot.step === 'none' ? null : 'there is one already'
    case 'signal':
      return isAlive ? null : 'there is nobody to signal'
    case 'clear':
      return slot.step === 'gone' ? null : 'its process has not ended'
    case 'watch-readiness':
      return isAlive && slot.watched === null ? null : 'it is watched already, or not there'
    case 'unwatch-readiness':
      return slot.watched === null ? 'it is not watched' : null
    case 'check-health':
      return isAlive && slot.checked === null ? null : 'two at once, or nobody to ask'
    case 'measure-memory':
      return isAlive && slot.measured === null ? null : 'two at once, or nothing to measure'
    case 'run-hook':
      return isAlive && slot.hook === null ? null : 'two at once, or nobody to run it beside'
    case 'await-schedule':
      return slot.isAwaitingItsTime ? 'it is awaited already' : null
    case 'start-timer':
      if (effect.afterMs < 0) return `it is of ${effect.afterMs} ms`
      return slot.timers.has(effect.timer) && !RENEWED.has(effect.timer) ? `two of ${effect.timer}` : null
    // What is taken back may be over already.
    case 'cancel-timer':
    case 'cancel-schedule':
    case 'cancel-hook':
    case 'cancel-health-check':
    case 'follow-main-process':
      return null
  }
}

function change(slot: Slot, effect: ServiceEffect): void {
  switch (effect.kind) {
    case 'spawn':
      Object.assign(slot, emptySlot(), { run: effect.run, step: 'spawning' })
      return
    case 'signal':
      slot.isSignalled ||= !HARMLESS.has(effect.signal)
      return
    case 'clear':
      slot.step = 'clearing'
      return
    case 'watch-readiness':
      slot.watched = effect.run
      return
    case 'unwatch-readiness':
      slot.watched = null
      return
    case 'check-health':
      slot.checked = effect.run
      return
    case 'cancel-health-check':
      slot.checked = null
      return
    case 'run-hook':
      slot.hook = { run: effect.run, hook: effect.hook }
      return
    case 'cancel-hook':
      slot.hook = null
      return
    case 'follow-main-process':
      slot.followed = effect.pid
      return
    case 'measure-memory':
      slot.measured = effect.run
      return
    case 'await-schedule':
      slot.isAwaitingItsTime = true
      return
    case 'cancel-schedule':
      slot.isAwaitingItsTime = false
      return
    case 'start-timer':
      slot.timers.set(effect.timer, effect.run)
      return
    case 'cancel-timer':
      slot.timers.delete(effect.timer)
      return
  }
}
