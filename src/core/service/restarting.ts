import type { Moment, ObservedEvent } from './event.ts'
import { endedWith, type Failure } from './exit.ts'
import { judge, type RunOutcome } from './restart.ts'
import { awaitSchedule } from './schedule.ts'
import type { Ending, Service, State } from './state.ts'
import { enter, remember, unchanged, type Step } from './step.ts'

/** The run ended by itself and nothing of it is left: another run, or over. */
export function afterExit(
  service: Service,
  { exit, said, readyForMs }: Extract<Ending, { kind: 'ended' }>,
  moment: Moment,
): Step {
  const { type, successExitCodes } = service.config
  if (!endedWith(exit, successExitCodes)) {
    return afterFailure(service, { failure: { kind: 'exited', exit, said }, readyForMs }, moment)
  }
  // systemd's "protocol" result: nobody who waits for it has got what he waits for.
  if (type === 'longrun' && readyForMs === null) {
    return afterFailure(service, { failure: { kind: 'never-ready', exit, said }, readyForMs }, moment)
  }
  const completed = { kind: 'completed', since: moment.at, exit } as const
  const outcome = { result: 'success', exit, readyForMs } as const
  return next(remember(service, { lastFailure: null }), outcome, completed, moment)
}

/** The run could not begin, or was ended for a reason of its own. */
export function afterFailure(
  service: Service,
  { failure, readyForMs }: { readonly failure: Failure; readonly readyForMs: number | null },
  moment: Moment,
): Step {
  const failed = { kind: 'failed', since: moment.at, failure, gaveUpAfter: null } as const
  const exit = 'exit' in failure ? failure.exit : null
  const outcome = { result: 'failure', exit, readyForMs } as const
  return next(remember(service, { lastFailure: failure }), outcome, failed, moment)
}

/** What it creates is there: it has ended well without having run. */
export function afterNothingToDo(service: Service, { at }: Moment): Step {
  const completed = { kind: 'completed', since: at, exit: null } as const
  return enter(remember(service, { lastFailure: null }), completed, awaitSchedule(service))
}

/** The wait is over: it may start as soon as its conditions hold. */
export function afterRestartDelay(service: Service, event: ObservedEvent, { at }: Moment): Step {
  const isOver = event.kind === 'timer-expired' && event.timer === 'restart-delay'
  return isOver ? startAgain(service, at) : unchanged(service)
}

function next(
  service: Service,
  outcome: RunOutcome,
  over: Extract<State, { kind: 'completed' | 'failed' }>,
  moment: Moment,
): Step {
  const { at } = moment
  const verdict = judge(service.config.restart, service.history, outcome, moment)
  if (verdict.kind === 'over') {
    const state = over.kind === 'failed' ? { ...over, gaveUpAfter: verdict.gaveUpAfter } : over
    return enter(service, state, awaitSchedule(service))
  }
  const restarted = { ...service, history: verdict.history }
  if (verdict.delayMs === 0) return startAgain(restarted, at)
  const { run } = service.history
  return enter(restarted, { kind: 'backoff', since: at, run, until: at + verdict.delayMs }, [
    { kind: 'start-timer', run, timer: 'restart-delay', afterMs: verdict.delayMs },
  ])
}

/** A service in its back-off has not been restarted yet, and may never be. */
function startAgain(service: Service, at: number): Step {
  const restarts = service.history.restarts + 1
  return enter(remember(service, { restarts }), { kind: 'waiting', since: at, for: 'dependencies' })
}
