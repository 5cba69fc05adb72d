import { beginStop, hurry } from './ending.ts'
import type { Moment, RunEvent } from './event.ts'
import { afterExit, afterFailure } from './restarting.ts'
import type { Service, Stopping } from './state.ts'
import { enter, remember, unchanged, type Step } from './step.ts'

/** From the decision to end a run, or the end of its main process, until nothing of it is alive. */
export function whileStopping(service: Service, state: Stopping, event: RunEvent, moment: Moment): Step {
  switch (event.kind) {
    case 'spawned':
      return state.step === 'spawning' ? onLateSpawn(service, state, event.pid, moment) : unchanged(service)
    case 'spawn-failed':
    case 'already-created':
      return state.step === 'spawning' ? settle(service, state, moment) : unchanged(service)
    case 'timer-expired':
      return event.timer === 'grace-period' ? hurry(service, state) : unchanged(service)
    case 'exited':
      if (state.step === 'spawning' || state.step === 'clearing') return unchanged(service)
      return enter(remember(service, { lastExit: event.exit }), clearing(state), [
        { kind: 'cancel-timer', timer: 'grace-period' },
        { kind: 'clear', run: state.run },
      ])
    case 'cleared':
      return state.step === 'clearing' ? settle(service, state, moment) : unchanged(service)
    case 'notified':
    case 'became-ready':
    case 'attempt-failed':
    case 'health-checked':
    case 'hook-ended':
    case 'main-process-changed':
    case 'memory-measured':
      return unchanged(service)
  }
}

/** The stop came between the request to spawn and the process: it is signalled now. */
function onLateSpawn(service: Service, state: Stopping, pid: number, moment: Moment): Step {
  const { run, since, ending } = state
  const process = { pid, statusText: null, errno: null }
  const started = {
    kind: 'starting',
    step: 'getting-ready',
    since,
    run,
    process,
    until: null,
    lastAttempt: null,
  } as const
  return beginStop(service, started, moment, ending)
}

function clearing({ since, run, ending }: Stopping): Stopping {
  return { kind: 'stopping', step: 'clearing', since, run, ending }
}

function settle(service: Service, { ending }: Stopping, moment: Moment): Step {
  switch (ending.kind) {
    case 'requested':
      return enter(service, { kind: 'stopped', since: moment.at, because: 'requested' })
    case 'ended':
      return afterExit(service, ending.exit, ending.readyForMs, moment)
    case 'announced':
      return enter(service, { kind: 'stopped', since: moment.at, because: 'requested' })
    case 'failed':
      return afterFailure(service, ending.failure, moment)
  }
}
