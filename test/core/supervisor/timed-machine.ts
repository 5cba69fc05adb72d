import type { Config, ServiceConfig } from '../../../src/core/config/model.ts'
import type { ServiceEffect } from '../../../src/core/service/effect.ts'
import type { HookName, RunEvent, ServiceEvent } from '../../../src/core/service/event.ts'
import type { Exit } from '../../../src/core/service/exit.ts'
import { commandsOf } from '../../../src/core/service/hook-commands.ts'
import type { SupervisorEffect } from '../../../src/core/supervisor/effect.ts'
import type { SupervisorEvent } from '../../../src/core/supervisor/event.ts'

/** How long a spawn may take, ms. All else that the machine itself does takes no time. */
const LONGEST_SPAWN_MS = 20

/** How a process takes to the stop signal: it ends so many ms later, or never. */
type Obedience = number | null

interface Process {
  readonly run: number
  readonly obedience: Obedience
}

interface Planned {
  readonly at: number
  readonly order: number
  readonly event: SupervisorEvent
}

/**
 * A machine whose processes live, become ready, crash and obey as chance has it, in a time of its own. Whatever is asked
 * of it is answered by events that are due at their instants, those of the same instant in the order of their asking.
 */
export class TimedMachine {
  now = 0
  endedAt: number | null = null
  readonly #services: Config['services']
  readonly #chance: () => number
  readonly #planned = new Map<string, Planned>()
  readonly #alive = new Map<string, Process>()
  #order = 0

  /** @param chance Numbers from 0 up to 1. */
  constructor({ services }: Config, chance: () => number) {
    this.#services = services
    this.#chance = chance
  }

  /** Names of all that has a process. */
  get alive(): readonly string[] {
    return [...this.#alive.keys()]
  }

  /** How long the answer to a spawn that is under way still takes; 0 when there is none. */
  spawnMs(service: string): number {
    const spawn = this.#planned.get(`${service} spawn`)
    return spawn === undefined ? 0 : spawn.at - this.now
  }

  /** The next event up to an instant; null when there is none, and it is that instant. */
  next(until: number): SupervisorEvent | null {
    let first: readonly [string, Planned] | null = null
    for (const entry of this.#planned) {
      const [, { at, order }] = entry
      if (first === null || at < first[1].at || (at === first[1].at && order < first[1].order)) first = entry
    }
    if (first === null || first[1].at > until) {
      this.now = until
      return null
    }
    const [key, { at, event }] = first
    this.#planned.delete(key)
    this.now = at
    if (event.kind === 'service') this.#note(event.service, event.event)
    return event
  }

  perform(effect: SupervisorEffect): void {
    switch (effect.kind) {
      case 'service':
        this.#performFor(effect.service, effect.effect)
        return
      case 'start-shutdown-timer':
        this.#plan('shutdown timer', effect.afterMs, { kind: 'shutdown-timeout-expired' })
        return
      case 'start-command-timer':
        this.#plan('command timer', effect.afterMs, { kind: 'command-timeout-expired' })
        return
      case 'cancel-command-timer':
        this.#planned.delete('command timer')
        return
      case 'end':
        this.endedAt = this.now
        return
      case 'tell':
      case 'shutdown-began':
      case 'patience-ended':
      case 'set-ready-file':
        return
    }
  }

  #performFor(service: string, effect: ServiceEffect): void {
    const plan = (what: string, afterMs: number, event: ServiceEvent): void =>
      this.#plan(`${service} ${what}`, afterMs, { kind: 'service', service, event })
    const cancel = (what: string): void => void this.#planned.delete(`${service} ${what}`)
    switch (effect.kind) {
      case 'spawn':
        plan('spawn', this.#upTo(LONGEST_SPAWN_MS), this.#spawned(service, effect.run))
        return
      case 'watch-readiness':
        if (this.#chance() < 0.8) plan('readiness', this.#upTo(2_000), readyOf(this.#configOf(service), effect.run))
        return
      case 'unwatch-readiness':
        cancel('readiness')
        return
      case 'check-health': {
        const passed = this.#chance() < 0.7
        plan('check', this.#upTo(1_000), { kind: 'health-checked', run: effect.run, passed, output: '' })
        return
      }
      case 'cancel-health-check':
        cancel('check')
        return
      case 'run-hook':
        plan('hook', this.#hookMs(service, effect.hook), this.#hookEnded(effect))
        return
      case 'cancel-hook':
        cancel('hook')
        return
      case 'measure-memory':
        plan('memory', 0, { kind: 'memory-measured', run: effect.run, bytes: this.#chance() < 0.9 ? 1 : 2_000 })
        return
      case 'await-schedule':
        plan('schedule', this.#upTo(3_000), { kind: 'schedule-due' })
        return
      case 'cancel-schedule':
        cancel('schedule')
        return
      case 'signal':
        this.#signal(service, effect)
        return
      case 'clear':
        cancel('hook')
        plan('clearing', 0, { kind: 'cleared', run: effect.run })
        return
      case 'start-timer':
        plan(effect.timer, effect.afterMs, { kind: 'timer-expired', run: effect.run, timer: effect.timer })
        return
      case 'cancel-timer':
        cancel(effect.timer)
        return
      case 'follow-main-process':
        return
    }
  }

  /** Most live on; many a one ends by itself, sooner or later. */
  #note(service: string, event: ServiceEvent): void {
    if (event.kind === 'exited') this.#alive.delete(service)
    if (event.kind !== 'spawned') return
    const { type, stopGracePeriodMs } = this.#configOf(service)
    const kind = this.#chance()
    const obedience = kind < 0.4 ? 0 : kind < 0.8 ? this.#upTo(1.5 * stopGracePeriodMs) : null
    this.#alive.set(service, { run: event.run, obedience })
    if (this.#chance() < (type === 'oneshot' ? 0.9 : 0.3)) {
      this.#exit(service, this.#upTo(3_000), { kind: 'code', code: this.#chance() < 0.7 ? 0 : 3 })
    }
  }

  #signal(service: string, { signal }: Extract<ServiceEffect, { kind: 'signal' }>): void {
    const obedience = this.#alive.get(service)?.obedience ?? null
    if (signal === 'SIGKILL') this.#exit(service, 0, { kind: 'signal', signal })
    else if (signal === this.#configOf(service).stopSignal && obedience !== null) {
      this.#exit(service, obedience, { kind: 'signal', signal })
    }
  }

  /** The first of several ends counts. */
  #exit(service: string, afterMs: number, exit: Exit): void {
    const run = this.#alive.get(service)?.run
    const earlier = this.#planned.get(`${service} exit`)
    if (run === undefined || (earlier !== undefined && earlier.at <= this.now + afterMs)) return
    this.#plan(`${service} exit`, afterMs, { kind: 'service', service, event: { kind: 'exited', run, exit } })
  }

  #spawned(service: string, run: number): RunEvent {
    const kind = this.#chance()
    if (this.#configOf(service).creates !== null && kind < 0.3) return { kind: 'already-created', run }
    return kind < 0.9 ? { kind: 'spawned', run, pid: run } : { kind: 'spawn-failed', run, message: 'no', status: 127 }
  }

  #hookEnded({ run, hook }: Extract<ServiceEffect, { kind: 'run-hook' }>): RunEvent {
    return { kind: 'hook-ended', run, hook, why: this.#chance() < 0.6 ? null : 'exited with 1' }
  }

  /** Each command takes its time, up to its limit. */
  #hookMs(service: string, hook: HookName): number {
    const commands = commandsOf(this.#configOf(service), hook)
    return commands.reduce((sum, { timeoutMs }) => sum + Math.min(timeoutMs, this.#upTo(2 * timeoutMs)), 0)
  }

  #plan(key: string, afterMs: number, event: SupervisorEvent): void {
    this.#planned.set(key, { at: this.now + afterMs, order: this.#order++, event })
  }

  #upTo(ms: number): number {
    return 1 + Math.floor(this.#chance() * ms)
  }

  #configOf(service: string): ServiceConfig {
    const config = this.#services.get(service)
    if (config === undefined) throw new Error(`no service "${service}"`)
    return config
  }
}

function readyOf({ ready }: ServiceConfig, run: number): RunEvent {
  return ready?.kind === 'notify-systemd'
    ? { kind: 'notified', run, message: 'READY=1' }
    : { kind: 'became-ready', run }
}
