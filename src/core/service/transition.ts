import type { Moment, ObservedEvent, RunEvent, ServiceEvent } from './event.ts'
import { onNotified } from './notification.ts'
import { onDependenciesMet, onKillRequested, onStartRequested, onStopRequested } from './requests.ts'
import { afterRestartDelay } from './restarting.ts'
import { whileRunning } from './running.ts'
import { onBegun, onScheduleDue } from './schedule.ts'
import { onReloadRequested, onSignalRequested } from './signalling.ts'
import { whileStarting } from './starting.ts'
import type { Service } from './state.ts'
import { unchanged, type Step } from './step.ts'
import { whileStopping } from './stopping.ts'

/** The life of one service: what an event makes of it. Pure; the same arguments give the same step. */
export function transition(service: Service, event: ServiceEvent, moment: Moment): Step {
  switch (event.kind) {
    case 'begun':
      return onBegun(service)
    case 'start-requested':
      return onStartRequested(service, moment)
    case 'dependencies-met':
      return onDependenciesMet(service, moment)
    case 'stop-requested':
      return onStopRequested(service, moment)
    case 'kill-requested':
      return onKillRequested(service, moment)
    case 'reload-requested':
      return onReloadRequested(service)
    case 'signal-requested':
      return onSignalRequested(service, event.signal)
    case 'schedule-due':
      return onScheduleDue(service, moment)
    case 'notified':
      return isOfRun(service, event) ? onNotified(service, event.message, moment) : unchanged(service)
    case 'spawned':
    case 'spawn-failed':
    case 'already-created':
    case 'became-ready':
    case 'attempt-failed':
    case 'exited':
    case 'cleared':
    case 'health-checked':
    case 'hook-ended':
    case 'main-process-changed':
    case 'memory-measured':
    case 'timer-expired':
      return isOfRun(service, event) ? onObserved(service, event, moment) : unchanged(service)
  }
}

/** What comes late of an earlier run is nothing to the present one. */
function isOfRun({ state }: Service, event: RunEvent): boolean {
  return 'run' in state && state.run === event.run
}

function onObserved(service: Service, event: ObservedEvent, moment: Moment): Step {
  const { state } = service
  switch (state.kind) {
    case 'starting':
      return whileStarting(service, state, event, moment)
    case 'running':
      return whileRunning(service, state, event, moment)
    case 'stopping':
      return whileStopping(service, state, event, moment)
    case 'backoff':
      return afterRestartDelay(service, event, moment)
    case 'waiting':
    case 'stopped':
    case 'completed':
    case 'failed':
    case 'disabled':
      return unchanged(service)
  }
}
