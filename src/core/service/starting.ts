import type { ServiceEffect } from './effect.ts'
import { beginClearing, beginFailing, saidBy } from './ending.ts'
import type { Moment, ObservedEvent, ServiceTimer } from './event.ts'
import { unwatchReadiness } from './leaving.ts'
import { whatIsMissing } from './missing.ts'
import { beginPostStart, onPostStartEnded } from './post-start.ts'
import { afterFailure, afterNothingToDo } from './restarting.ts'
import type { GettingReady, PostStart, Service, Spawning, Starting } from './state.ts'
import { enter, unchanged, type Step } from './step.ts'

/** From the request to spawn until it runs: spawned, ready by its own word, and its `post_start` done. */
export function whileStarting(service: Service, state: Starting, event: ObservedEvent, moment: Moment): Step {
  return state.step === 'spawning'
    ? whileSpawning(service, state, event, moment)
    : whileGettingReady(service, state, event, moment)
}

/** It is ready by its own word, or by that of whoever asks it. */
export function onReady(service: Service, state: GettingReady, moment: Moment): Step {
  return beginPostStart(service, state, moment, unwatchReadiness(service, state))
}

/** The only answers to a request to spawn are the process, its failure, and that there was nothing to do. */
function whileSpawning(service: Service, state: Spawning, event: ObservedEvent, moment: Moment): Step {
  switch (event.kind) {
    case 'spawned':
      return onSpawned(service, state, event.pid, moment)
    case 'already-created':
      return afterNothingToDo(service, moment)
    case 'spawn-failed':
      return afterFailure(
        service,
        { failure: { kind: 'spawn-failed', message: event.message, status: event.status }, readyForMs: null },
        moment,
      )
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

function onSpawned(service: Service, { since, run }: Spawning, pid: number, moment: Moment): Step {
  const { ready, postStart, startTimeoutMs, watchdogMs } = service.config
  // Who is ready at once needs no limit.
  const limitMs = ready === null && postStart.length === 0 ? null : startTimeoutMs
  const until = limitMs === null ? null : moment.at + limitMs
  const process = { pid, statusText: null, errno: null }
  const spawned = { since, run, process, spawnedAt: moment.at, until, watchdogMs }
  const timers: readonly ServiceEffect[] =
    limitMs === null ? [] : [{ kind: 'start-timer', run, timer: 'start-timeout', afterMs: limitMs }]
  if (ready === null) return beginPostStart(service, spawned, moment, timers)
  const watch: ServiceEffect =
    ready.kind === 'delay'
      ? { kind: 'start-timer', run, timer: 'ready-delay', afterMs: ready.delayMs }
      : { kind: 'watch-readiness', run }
  const state: GettingReady = { kind: 'starting', step: 'getting-ready', ...spawned, lastAttempt: null }
  return enter(service, state, [...timers, watch])
}

function whileGettingReady(
  service: Service,
  state: GettingReady | PostStart,
  event: ObservedEvent,
  moment: Moment,
): Step {
  switch (event.kind) {
    case 'became-ready':
      return state.step === 'getting-ready' ? onReady(service, state, moment) : unchanged(service)
    case 'attempt-failed':
      return state.step === 'post-start' || event.why === state.lastAttempt
        ? unchanged(service)
        : enter(service, { ...state, lastAttempt: event.why })
    case 'hook-ended':
      return state.step === 'post-start' ? onPostStartEnded(service, state, event, moment) : unchanged(service)
    case 'main-process-changed':
      return enter(service, { ...state, process: { ...state.process, pid: event.pid } })
    case 'timer-expired':
      return onTimer(service, state, event.timer, moment)
    case 'exited':
      return beginClearing(service, state, event.exit, moment)
    // It has spawned already; only a run whose main process is gone is cleared; nothing asks for its health yet.
    case 'spawned':
    case 'spawn-failed':
    case 'already-created':
    case 'health-checked':
    case 'memory-measured':
    case 'cleared':
      return unchanged(service)
  }
}

function onTimer(service: Service, state: GettingReady | PostStart, timer: ServiceTimer, moment: Moment): Step {
  switch (timer) {
    case 'ready-delay':
      return state.step === 'getting-ready' ? onReady(service, state, moment) : unchanged(service)
    case 'start-timeout': {
      // Not the limit of the file: it may have asked for more time.
      const withinMs = (state.until ?? moment.at) - state.spawnedAt
      const lastAttempt = state.step === 'post-start' ? 'post_start was still running' : whatIsMissing(service, state)
      return beginFailing(service, state, moment, {
        kind: 'not-ready',
        withinMs,
        lastAttempt,
        said: saidBy(state.process),
      })
    }
    case 'grace-period':
    case 'restart-delay':
    case 'health-interval':
    case 'watchdog':
    case 'memory-interval':
      return unchanged(service)
  }
}
