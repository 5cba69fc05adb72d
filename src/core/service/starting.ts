import type { ServiceEffect } from './effect.ts'
import { beginClearing, beginStop, endOfWaiting } from './ending.ts'
import type { Moment, RunEvent } from './event.ts'
import { saysReady } from './notification.ts'
import { afterFailure, afterNothingToDo } from './restarting.ts'
import type { GettingReady, PostStart, Service, Spawning, Starting } from './state.ts'
import { enter, remember, unchanged, type Step } from './step.ts'

/** From the request to spawn until ready. */
export function whileStarting(service: Service, state: Starting, event: RunEvent, moment: Moment): Step {
  return state.step === 'spawning'
    ? whileSpawning(service, state, event, moment)
    : whileGettingReady(service, state, event, moment)
}

/** The only answers to a request to spawn are the process, its failure, and that there was nothing to do. */
function whileSpawning(service: Service, state: Spawning, event: RunEvent, moment: Moment): Step {
  switch (event.kind) {
    case 'spawned':
      return onSpawned(service, state, event.pid, moment)
    case 'already-created':
      return afterNothingToDo(service, moment)
    case 'spawn-failed':
      return afterFailure(service, { kind: 'spawn-failed', message: event.message, status: event.status }, moment)
    case 'notified':
    case 'became-ready':
    case 'attempt-failed':
    case 'health-checked':
    case 'hook-ended':
    case 'main-process-changed':
    case 'memory-measured':
    case 'exited':
    case 'cleared':
    case 'timer-expired':
      return unchanged(service)
  }
}

function whileGettingReady(service: Service, state: GettingReady | PostStart, event: RunEvent, moment: Moment): Step {
  switch (event.kind) {
    case 'notified':
      return saysReady(event.message) ? onReady(service, state, moment) : unchanged(service)
    case 'became-ready':
      return onReady(service, state, moment)
    case 'attempt-failed':
      return state.step !== 'getting-ready' || event.why === state.lastAttempt
        ? unchanged(service)
        : enter(service, { ...state, lastAttempt: event.why })
    case 'timer-expired':
      return onTimer(service, state, event.timer, moment)
    case 'exited':
      return beginClearing(remember(service, { lastExit: event.exit }), state, moment, {
        kind: 'ended',
        exit: event.exit,
        readyForMs: null,
      })
    // It has spawned already; and only a run whose main process is gone is cleared, which is stopping.
    case 'spawned':
    case 'spawn-failed':
    case 'already-created':
    case 'health-checked':
    case 'hook-ended':
    case 'main-process-changed':
    case 'memory-measured':
    case 'cleared':
      return unchanged(service)
  }
}

function onSpawned(service: Service, { since, run }: Spawning, pid: number, moment: Moment): Step {
  const { ready, startTimeoutMs } = service.config
  const process = { pid, statusText: null, errno: null }
  const until = startTimeoutMs === null || ready === null ? null : moment.at + startTimeoutMs
  const state: GettingReady = { kind: 'starting', step: 'getting-ready', since, run, process, until, lastAttempt: null }
  if (ready === null) return onReady(service, state, moment)
  const watch: ServiceEffect =
    ready.kind === 'delay'
      ? { kind: 'start-timer', run, timer: 'ready-delay', afterMs: ready.delayMs }
      : { kind: 'watch-readiness', run }
  return enter(service, state, [...startTimeout(service, run), watch])
}

function startTimeout(service: Service, run: number): readonly ServiceEffect[] {
  const { startTimeoutMs } = service.config
  return startTimeoutMs === null ? [] : [{ kind: 'start-timer', run, timer: 'start-timeout', afterMs: startTimeoutMs }]
}

function onReady(service: Service, state: GettingReady | PostStart, { at }: Moment): Step {
  const { run, process } = state
  const { watchdogMs } = service.config
  const health = { kind: 'none' } as const
  const startedInMs = at - state.since
  return enter(
    service,
    { kind: 'running', since: at, run, process, startedInMs, health, watchdogMs, isReloading: false },
    endOfWaiting(service, state),
  )
}

function onTimer(
  service: Service,
  state: GettingReady | PostStart,
  timer: Extract<RunEvent, { kind: 'timer-expired' }>['timer'],
  moment: Moment,
): Step {
  switch (timer) {
    case 'ready-delay':
      return onReady(service, state, moment)
    case 'start-timeout':
      return beginStop(service, state, moment, {
        kind: 'failed',
        readyForMs: null,
        failure: {
          kind: 'not-ready',
          withinMs: service.config.startTimeoutMs ?? 0,
          lastAttempt: state.step === 'getting-ready' ? state.lastAttempt : null,
        },
      })
    case 'grace-period':
    case 'restart-delay':
    case 'health-interval':
    case 'watchdog':
    case 'memory-interval':
      return unchanged(service)
  }
}
