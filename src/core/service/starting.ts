import type { ServiceEffect } from './effect.ts'
import { beginClearing, beginStop, endOfWaiting } from './ending.ts'
import type { Moment, RunEvent } from './event.ts'
import { saysReady } from './notification.ts'
import { afterFailure, afterNothingToDo } from './restarting.ts'
import type { Service, Starting } from './state.ts'
import { enter, remember, unchanged, type Step } from './step.ts'

/** From the request to spawn until ready. */
export function whileStarting(service: Service, state: Starting, event: RunEvent, moment: Moment): Step {
  return state.pid === null
    ? whileSpawning(service, state, event, moment)
    : whileGettingReady(service, state, event, moment)
}

/** The only answers to a request to spawn are the process, its failure, and that there was nothing to do. */
function whileSpawning(service: Service, state: Starting, event: RunEvent, moment: Moment): Step {
  switch (event.kind) {
    case 'spawned':
      return onSpawned(service, { ...state, pid: event.pid }, moment)
    case 'already-created':
      return afterNothingToDo(service, moment)
    case 'spawn-failed':
      return afterFailure(service, { kind: 'spawn-failed', message: event.message, status: event.status }, moment)
    case 'notified':
    case 'became-ready':
    case 'attempt-failed':
    case 'exited':
    case 'cleared':
    case 'timer-expired':
      return unchanged(service)
  }
}

function whileGettingReady(service: Service, state: Starting, event: RunEvent, moment: Moment): Step {
  switch (event.kind) {
    case 'notified':
      return saysReady(event.message) ? onReady(service, state, moment) : unchanged(service)
    case 'became-ready':
      return onReady(service, state, moment)
    case 'attempt-failed':
      return event.why === state.lastAttempt ? unchanged(service) : enter(service, { ...state, lastAttempt: event.why })
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
    case 'cleared':
      return unchanged(service)
  }
}

function onSpawned(service: Service, state: Starting, moment: Moment): Step {
  const { ready } = service.config
  if (ready === null) return onReady(service, state, moment)
  const { run } = state
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

function onReady(service: Service, state: Starting, { at }: Moment): Step {
  // A message of readiness cannot come before the process that sends it.
  if (state.pid === null) return unchanged(service)
  return enter(
    service,
    { kind: 'running', since: at, run: state.run, pid: state.pid, startedInMs: at - state.since },
    endOfWaiting(service, state),
  )
}

function onTimer(
  service: Service,
  state: Starting,
  timer: Extract<RunEvent, { kind: 'timer-expired' }>['timer'],
  moment: Moment,
): Step {
  switch (timer) {
    case 'ready-delay':
      return onReady(service, state, moment)
    case 'start-timeout':
      return beginStop(service, state, moment, {
        kind: 'too-slow',
        failure: { kind: 'not-ready', withinMs: service.config.startTimeoutMs ?? 0, lastAttempt: state.lastAttempt },
      })
    case 'grace-period':
    case 'restart-delay':
      return unchanged(service)
  }
}
