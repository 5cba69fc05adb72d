import type { Moment, RunEvent } from './event.ts'
import { isSuccess, type Exit, type Failure } from './exit.ts'
import { judge, type RunOutcome } from './restart.ts'
import type { Service, State } from './state.ts'
import { enter, remember, unchanged, type Step } from './step.ts'

/** The run ended by itself and nothing of it is left: another run, or over. */
export function afterExit(service: Service, exit: Exit, readyForMs: number | null, moment: Moment): Step {
  if (isSuccess(exit, service.config.successExitCodes)) {
    const completed = { kind: 'completed', since: moment.at, exit } as const
    return next(remember(service, { lastFailure: null }), { result: 'success', readyForMs }, completed, moment)
  }
  return failedRun(service, { kind: 'exited', exit }, readyForMs, moment)
}

/** The run never came to be ready. */
export function afterFailure(service: Service, failure: Failure, moment: Moment): Step {
  return failedRun(service, failure, null, moment)
}

/** What it creates is there: it has ended well without having run. */
export function afterNothingToDo(service: Service, { at }: Moment): Step {
  return enter(remember(service, { lastFailure: null }), { kind: 'completed', since: at, exit: null })
}

/** The wait is over: it may start as soon as its conditions hold. */
export function afterRestartDelay(service: Service, event: RunEvent, { at }: Moment): Step {
  const isOver = event.kind === 'timer-expired' && event.timer === 'restart-delay'
  return isOver ? enter(service, { kind: 'waiting', since: at, for: 'dependencies' }) : unchanged(service)
}

function failedRun(service: Service, failure: Failure, readyForMs: number | null, moment: Moment): Step {
  const failed = { kind: 'failed', since: moment.at, failure, gaveUpAfter: null } as const
  return next(remember(service, { lastFailure: failure }), { result: 'failure', readyForMs }, failed, moment)
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
    return enter(service, over.kind === 'failed' ? { ...over, gaveUpAfter: verdict.gaveUpAfter } : over)
  }
  const restarted = { ...service, history: verdict.history }
  if (verdict.delayMs === 0) return enter(restarted, { kind: 'waiting', since: at, for: 'dependencies' })
  const { run } = service.history
  return enter(restarted, { kind: 'backoff', since: at, run, until: at + verdict.delayMs }, [
    { kind: 'start-timer', run, timer: 'restart-delay', afterMs: verdict.delayMs },
  ])
}
