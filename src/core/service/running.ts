import type { ServiceEffect } from './effect.ts'
import { beginClearing } from './ending.ts'
import type { Moment, ObservedEvent, ServiceTimer } from './event.ts'
import { beginHealth, checkHealth, onHealthChecked } from './health.ts'
import { beginMemory, measureMemory, onMemoryMeasured } from './memory.ts'
import type { PostStart, Running, Service } from './state.ts'
import { enter, unchanged, type Step } from './step.ts'
import { armWatchdog, onWatchdogMiss } from './watchdog.ts'

/** What is known of a run whose start is at its end. */
export type AtLast = Pick<PostStart, 'since' | 'run' | 'process' | 'spawnedAt' | 'until' | 'watchdogMs'>

/** Ready at last: its start timeout ends, and whatever watches a running service begins. */
export function beginRunning(
  starting: Service,
  { since, run, process, until, watchdogMs }: AtLast,
  { at }: Moment,
  effects: readonly ServiceEffect[],
): Step {
  const { service, health, effects: checks } = beginHealth(starting, run, at)
  const startedInMs = at - since
  return enter(
    service,
    { kind: 'running', since: at, run, process, startedInMs, health, watchdogMs, isReloading: false },
    [
      ...(until === null ? [] : [{ kind: 'cancel-timer', timer: 'start-timeout' } as const]),
      ...effects,
      ...checks,
      ...armWatchdog(run, watchdogMs),
      ...beginMemory(service, run),
    ],
  )
}

/** From ready until the end of its main process. */
export function whileRunning(service: Service, state: Running, event: ObservedEvent, moment: Moment): Step {
  switch (event.kind) {
    case 'exited':
      return beginClearing(service, state, event.exit, moment)
    case 'health-checked':
      return onHealthChecked(service, state, event, moment)
    case 'memory-measured':
      return onMemoryMeasured(service, state, event.bytes, moment)
    case 'main-process-changed':
      return enter(service, { ...state, process: { ...state.process, pid: event.pid } })
    case 'timer-expired':
      return onTimer(service, state, event.timer, moment)
    case 'spawned':
    case 'already-created':
    case 'spawn-failed':
    case 'became-ready':
    case 'attempt-failed':
    case 'hook-ended':
    case 'cleared':
      return unchanged(service)
  }
}

function onTimer(service: Service, state: Running, timer: ServiceTimer, moment: Moment): Step {
  switch (timer) {
    case 'health-interval':
      return checkHealth(service, state)
    case 'watchdog':
      return onWatchdogMiss(service, state, state.watchdogMs, moment)
    case 'memory-interval':
      return measureMemory(service, state)
    case 'start-timeout':
    case 'ready-delay':
    case 'grace-period':
    case 'restart-delay':
      return unchanged(service)
  }
}
