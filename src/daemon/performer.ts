import type { ServiceConfig } from '../core/config/model.ts'
import type { Cancel, Machine } from '../core/machine.ts'
import type { ServiceEffect } from '../core/service/effect.ts'
import type { RunEvent, ServiceTimer } from '../core/service/event.ts'
import type { SupervisorEffect } from '../core/supervisor/effect.ts'
import type { SupervisorEvent } from '../core/supervisor/event.ts'
import type { ShutdownCause } from '../core/supervisor/state.ts'
import type { Logs } from './logs.ts'
import type { Reporter } from './reporter.ts'
import { createRun, type Run } from './run.ts'
import { createSchedules, type Schedules } from './schedules.ts'

/** What effects are performed with. */
export interface PerformerParts {
  readonly machine: Machine
  readonly services: ReadonlyMap<string, ServiceConfig>
  /** Distinguishes this supervisor's runs from those of any other. */
  readonly supervisorId: string
  readonly logs: Logs
  readonly reporter: Reporter
  readonly dispatch: (event: SupervisorEvent) => void
  /** Whether a run that was to be spawned still is. */
  readonly isToSpawn: (service: string, run: number) => boolean
  readonly ended: (cause: ShutdownCause) => void
}

/** Who performs effects. */
export interface Performer {
  /** What comes of the effect is dispatched. */
  readonly perform: (effect: SupervisorEffect) => void
  /** Kills the last run of every service. */
  readonly killAll: () => void
  /** When a service runs by its schedule, ms since 1970; null when that is not waited for. */
  readonly nextRunAt: (service: string) => number | null
}

/** A performer on a machine. */
export function createPerformer(parts: PerformerParts): Performer {
  const { machine, services, reporter, dispatch } = parts
  const hands = new Map<string, Hand>()
  const schedules = createSchedules({
    machine,
    services,
    due: (service) => dispatch({ kind: 'service', service, event: { kind: 'schedule-due' } }),
    warn: reporter.warn,
  })
  const crew: Crew = { ...parts, schedules, cancelCommandTimer: () => undefined }
  return {
    perform: (effect) => {
      if (effect.kind === 'service') performForService(crew, handOf(hands, effect.service), effect)
      else performForSet(crew, effect)
    },
    killAll: () => {
      for (const { run } of hands.values()) run?.signal('SIGKILL', 'group')
    },
    nextRunAt: schedules.nextAt,
  }
}

/** What effects are performed with, and what the set has under way. */
interface Crew extends PerformerParts {
  readonly schedules: Schedules
  cancelCommandTimer: Cancel
}

type SetEffect = Exclude<SupervisorEffect, { readonly kind: 'service' }>

function performForSet(crew: Crew, effect: SetEffect): void {
  const { machine, reporter, dispatch } = crew
  switch (effect.kind) {
    case 'tell':
      reporter.tell(effect.message)
      return
    case 'shutdown-began':
      reporter.shutdownBegan(effect.cause)
      return
    case 'patience-ended':
      reporter.patienceEnded(effect.why)
      return
    case 'start-shutdown-timer':
      // Whoever ends takes this timer along: nobody has to cancel it.
      machine.clock.startTimer(effect.afterMs, () => dispatch({ kind: 'shutdown-timeout-expired' }))
      return
    case 'start-command-timer': {
      const expired = (): void => dispatch({ kind: 'command-timeout-expired' })
      crew.cancelCommandTimer = machine.clock.startTimer(effect.afterMs, expired)
      return
    }
    case 'cancel-command-timer':
      crew.cancelCommandTimer()
      return
    case 'set-ready-file':
      machine.setReadyFile(effect.presence)
      return
    case 'end':
      crew.ended(effect.cause)
      return
  }
}

/** What is under way for one service. */
interface Hand {
  run: Run | null
  readonly timers: Map<ServiceTimer, Cancel>
}

function handOf(hands: Map<string, Hand>, service: string): Hand {
  const known = hands.get(service)
  if (known !== undefined) return known
  const hand: Hand = { run: null, timers: new Map() }
  hands.set(service, hand)
  return hand
}

type OfService = Extract<SupervisorEffect, { readonly kind: 'service' }>

function performForService(parts: Crew, hand: Hand, { service: name, effect }: OfService): void {
  const happened = (event: RunEvent): void => parts.dispatch({ kind: 'service', service: name, event })
  switch (effect.kind) {
    case 'spawn':
      parts.schedules.started(name)
      hand.run = spawn(parts, name, effect.run, happened)
      return
    case 'watch-readiness':
    case 'unwatch-readiness':
    case 'check-health':
    case 'cancel-health-check':
    case 'run-hook':
    case 'cancel-hook':
    case 'follow-main-process':
    case 'measure-memory':
    case 'signal':
    case 'clear':
      if (hand.run !== null) performOnRun(hand.run, effect)
      return
    case 'await-schedule':
      parts.schedules.await(name)
      return
    case 'cancel-schedule':
      parts.schedules.cancel(name)
      return
    case 'start-timer':
      startTimer(parts.machine, hand, effect, happened)
      return
    case 'cancel-timer':
      hand.timers.get(effect.timer)?.()
      hand.timers.delete(effect.timer)
      return
  }
}

type RunEffect = Exclude<
  ServiceEffect,
  { readonly kind: 'spawn' | 'await-schedule' | 'cancel-schedule' | 'start-timer' | 'cancel-timer' }
>

function performOnRun(run: Run, effect: RunEffect): void {
  switch (effect.kind) {
    case 'watch-readiness':
      run.watchReadiness()
      return
    case 'unwatch-readiness':
      run.unwatchReadiness()
      return
    case 'check-health':
      run.checkHealth()
      return
    case 'cancel-health-check':
      run.cancelHealthCheck()
      return
    case 'run-hook':
      run.runHook(effect.hook)
      return
    case 'cancel-hook':
      run.cancelHook()
      return
    case 'follow-main-process':
      run.followMain(effect.pid)
      return
    case 'measure-memory':
      run.measureMemory()
      return
    case 'signal':
      run.signal(effect.signal, effect.scope)
      return
    case 'clear':
      run.clear()
      return
  }
}

function spawn(parts: PerformerParts, name: string, run: number, happened: (event: RunEvent) => void): Run | null {
  const { machine, logs, supervisorId } = parts
  const service = parts.services.get(name)
  if (service === undefined) throw new Error(`internal error: no service "${name}" to spawn`)
  if (service.creates !== null && machine.pathExists(service.creates, service.workingDir)) {
    happened({ kind: 'already-created', run })
    return null
  }
  const isWanted = (): boolean => parts.isToSpawn(name, run)
  return createRun({ machine, logs, service, run, runId: `${supervisorId}.${name}.${run}`, happened, isWanted })
}

function startTimer(
  machine: Machine,
  hand: Hand,
  { timer, run, afterMs }: Extract<ServiceEffect, { kind: 'start-timer' }>,
  happened: (event: RunEvent) => void,
): void {
  hand.timers.get(timer)?.()
  const cancel = machine.clock.startTimer(afterMs, () => {
    hand.timers.delete(timer)
    happened({ kind: 'timer-expired', run, timer })
  })
  hand.timers.set(timer, cancel)
}
