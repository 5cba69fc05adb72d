import { beginFailing } from './ending.ts'
import type { ServiceEffect } from './effect.ts'
import type { Moment, RunEvent } from './event.ts'
import type { HealthState, Running, Service } from './state.ts'
import { enter, remember, type Step } from './step.ts'

/** The health of a run that has just become ready, and the first thing to do about it. */
export function beginHealth(service: Service, run: number, at: number): Beginning {
  const { healthcheck } = service.config
  if (healthcheck === null) return { service, health: { kind: 'none' }, effects: [] }
  if (!healthcheck.isReadiness) {
    const startPeriodUntil = at + healthcheck.startPeriodMs
    return {
      service,
      health: { kind: 'starting', failures: 0, startPeriodUntil },
      effects: [{ kind: 'check-health', run }],
    }
  }
  // What made it ready was its first check.
  return {
    service: remember(service, { lastCheck: { at, result: 'passed', output: '' } }),
    health: { kind: 'healthy', failures: 0 },
    effects: [nextCheck(run, healthcheck.intervalMs)],
  }
}

interface Beginning {
  readonly service: Service
  readonly health: HealthState
  readonly effects: readonly ServiceEffect[]
}

/** The pause between two checks is over; it began when the last one ended, so there are never two. */
export function checkHealth(service: Service, { run }: Running): Step {
  return { service, effects: [{ kind: 'check-health', run }] }
}

/** A check has got its answer: the next one has its time, or the service its end. */
export function onHealthChecked(
  service: Service,
  state: Running,
  { passed, output }: Extract<RunEvent, { kind: 'health-checked' }>,
  moment: Moment,
): Step {
  const { healthcheck } = service.config
  const { at } = moment
  const checked = remember(service, { lastCheck: { at, result: passed ? 'passed' : 'failed', output } })
  if (healthcheck === null) return { service: checked, effects: [] }
  const health = judge(state.health, passed, { retries: healthcheck.retries, at })
  if (health.kind === 'unhealthy' && healthcheck.onUnhealthy === 'restart') {
    return beginFailing(checked, state, moment, { kind: 'unhealthy', checks: health.failures, output })
  }
  const isInStartPeriod = health.kind === 'starting' && at < health.startPeriodUntil
  const pauseMs = isInStartPeriod ? healthcheck.startIntervalMs : healthcheck.intervalMs
  return enter(checked, { ...state, health }, [nextCheck(state.run, pauseMs)])
}

interface Judging {
  readonly retries: number
  readonly at: number
}

/** What could not be asked counts neither way: a database is not to be restarted since we cannot fork. */
function judge(health: HealthState, passed: boolean | null, { retries, at }: Judging): HealthState {
  if (passed === null) return health
  if (passed) return { kind: 'healthy', failures: 0 }
  // Only a service without a healthcheck has none, and that is never asked.
  if (health.kind === 'none' || (health.kind === 'starting' && at < health.startPeriodUntil)) return health
  const failures = health.failures + 1
  return failures >= retries ? { kind: 'unhealthy', failures } : { ...health, failures }
}

function nextCheck(run: number, afterMs: number): ServiceEffect {
  return { kind: 'start-timer', run, timer: 'health-interval', afterMs }
}
