import type { Moment, RunEvent, ServiceEvent } from './event.ts'
import { onDependenciesMet, onKillRequested, onStartRequested, onStopRequested } from './requests.ts'
import { afterRestartDelay } from './restarting.ts'
import { whileRunning } from './running.ts'
import { whileStarting } from './starting.ts'
import type { Service } from './state.ts'
import { unchanged, type Step } from './step.ts'
import { whileStopping } from './stopping.ts'

/** The life of one service: what an event makes of it. Pure; the same arguments give the same step. */
export function transition(service: Service, event: ServiceEvent, moment: Moment): Step {
  switch (event.kind) {
    case 'start-requested':
      return onStartRequested(service, moment)
    case 'dependencies-met':
      return onDependenciesMet(service, moment)
    case 'stop-requested':
      return onStopRequested(service, moment)
    case 'kill-requested':
      return onKillRequested(service, moment)
    case 'reload-requested':
    case 'signal-requested':
    case 'schedule-due':
      return unchanged(service)
    case 'spawned':
    case 'spawn-failed':
    case 'already-created':
    case 'notified':
    case 'became-ready':
    case 'attempt-failed':
    case 'exited':
    case 'cleared':
    case 'health-checked':
    case 'hook-ended':
    case 'main-process-changed':
    case 'memory-measured':
    case 'timer-expired':
      return onRunEvent(service, event, moment)
  }
}

function onRunEvent(service: Service, event: RunEvent, moment: Moment): Step {
  const { state } = service
  switch (state.kind) {
    case 'starting':
      return event.run === state.run ? whileStarting(service, state, event, moment) : unchanged(service)
    case 'running':
      return event.run === state.run ? whileRunning(service, state, event, moment) : unchanged(service)
    case 'stopping':
      return event.run === state.run ? whileStopping(service, state, event, moment) : unchanged(service)
    case 'backoff':
      return event.run === state.run ? afterRestartDelay(service, event, moment) : unchanged(service)
    case 'waiting':
    case 'stopped':
    case 'completed':
    case 'failed':
    case 'disabled':
      return unchanged(service)
  }
}
