import { beginGrace, hurry, kill, saidBy, stopSignals, tellToEnd } from './ending.ts'
import type { Moment, ObservedEvent, RunEvent } from './event.ts'
import type { Exit } from './exit.ts'
import { leave } from './leaving.ts'
import { afterExit, afterFailure } from './restarting.ts'
import type { Clearing, Ending, Service, StopBeforeSpawned, Stopping, StopWithProcess } from './state.ts'
import { enter, remember, unchanged, type Step } from './step.ts'

/** From the decision to end a run, or the end of its main process, until nothing of it is alive. */
export function whileStopping(service: Service, state: Stopping, event: ObservedEvent, moment: Moment): Step {
  switch (state.step) {
    case 'spawning':
      return beforeSpawned(service, state, event, moment)
    case 'pre-stop':
    case 'grace':
    case 'killed':
      return withProcess(service, state, event, moment)
    case 'clearing':
      return event.kind === 'cleared' ? settle(service, state, moment) : unchanged(service)
  }
}

/** The stop came between the request to spawn and its answer. */
function beforeSpawned(service: Service, state: StopBeforeSpawned, event: ObservedEvent, moment: Moment): Step {
  const { run, since, ending } = state
  if (event.kind === 'spawned') {
    const process = { pid: event.pid, statusText: null, errno: null }
    return beginGrace(service, { since, run, process, ending }, moment.at, tellToEnd(service, run))
  }
  return event.kind === 'spawn-failed' || event.kind === 'already-created'
    ? enter(service, { kind: 'stopped', since: moment.at, because: 'requested' })
    : unchanged(service)
}

function withProcess(service: Service, state: StopWithProcess, event: ObservedEvent, moment: Moment): Step {
  switch (event.kind) {
    case 'hook-ended':
      return onHookEnded(service, state, event, moment)
    case 'timer-expired':
      return state.step === 'grace' && event.timer === 'grace-period'
        ? hurry(service, { ...state, ending: tooLate(state, moment) })
        : unchanged(service)
    case 'main-process-changed':
      return onMainProcessChanged(service, state, event.pid)
    case 'exited':
      return enter(remember(service, { lastExit: event.exit }), clearing(state, event.exit), [
        ...leave(service, state),
        { kind: 'clear', run: state.run },
      ])
    case 'spawned':
    case 'spawn-failed':
    case 'already-created':
    case 'became-ready':
    case 'attempt-failed':
    case 'health-checked':
    case 'memory-measured':
    case 'cleared':
      return unchanged(service)
  }
}

/** What is killed now would have been judged by its exit: SIGKILL tells nobody that it was too slow. */
function tooLate({ since, until, process, ending }: StopWithProcess, { at }: Moment): Ending {
  if (ending.kind !== 'announced') return ending
  // Not the limit of the file: it may have asked for more time.
  const failure = { kind: 'not-gone', withinMs: (until ?? at) - since, said: saidBy(process) } as const
  return { kind: 'failed', failure, readyForMs: ending.readyForMs }
}

/** What takes the place of a killed process is killed too: else nothing would end it. */
function onMainProcessChanged(service: Service, state: StopWithProcess, pid: number): Step {
  const effects = state.step === 'killed' ? [kill(state.run)] : []
  return enter(service, { ...state, process: { ...state.process, pid } }, effects)
}

/** After `pre_stop`, however it ended, the stop itself; after a `stop_command` that failed, the signal in its place. */
function onHookEnded(
  service: Service,
  state: StopWithProcess,
  { hook, why }: Extract<RunEvent, { kind: 'hook-ended' }>,
  { at }: Moment,
): Step {
  if (state.step === 'pre-stop' && hook === 'pre-stop') {
    return beginGrace(service, state, at, tellToEnd(service, state.run))
  }
  if (state.step === 'grace' && hook === 'stop-command' && why !== null) {
    return { service, effects: stopSignals(service, state.run) }
  }
  return unchanged(service)
}

function clearing({ since, run, process, ending }: StopWithProcess, exit: Exit): Clearing {
  const kept: Clearing['ending'] =
    ending.kind === 'announced' ? { kind: 'ended', exit, said: saidBy(process), readyForMs: ending.readyForMs } : ending
  return { kind: 'stopping', step: 'clearing', since, run, ending: kept }
}

function settle(service: Service, { ending }: Clearing, moment: Moment): Step {
  switch (ending.kind) {
    case 'requested':
      return enter(service, { kind: 'stopped', since: moment.at, because: 'requested' })
    case 'ended':
      return afterExit(service, ending, moment)
    case 'failed':
      return afterFailure(service, ending, moment)
  }
}
