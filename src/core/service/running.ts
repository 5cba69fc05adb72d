import { beginClearing } from './ending.ts'
import type { Moment, RunEvent } from './event.ts'
import type { Running, Service } from './state.ts'
import { remember, unchanged, type Step } from './step.ts'

/** From ready until the end of its main process. */
export function whileRunning(service: Service, state: Running, event: RunEvent, moment: Moment): Step {
  switch (event.kind) {
    case 'exited':
      return beginClearing(remember(service, { lastExit: event.exit }), state, moment, {
        kind: 'ended',
        exit: event.exit,
        // A oneshot is no service to anybody while it runs: that it took long does not make its failure a good run.
        readyForMs: service.config.type === 'longrun' ? moment.at - state.since : null,
      })
    case 'spawned':
    case 'already-created':
    case 'spawn-failed':
    case 'notified':
    case 'became-ready':
    case 'attempt-failed':
    case 'health-checked':
    case 'hook-ended':
    case 'main-process-changed':
    case 'memory-measured':
    case 'cleared':
    case 'timer-expired':
      return unchanged(service)
  }
}
