import type { Health } from '../protocol.ts'
import { describeFailure, lastLine } from '../service/exit.ts'
import type { Service, State } from '../service/state.ts'

/** The health of a service beside its state; `none` for one that is not asked, or not there to be asked. */
export function healthOf({ state, config }: Service): Health {
  if (config.healthcheck === null) return 'none'
  switch (state.kind) {
    case 'starting':
      return 'starting'
    case 'running':
      return state.health.kind
    case 'stopping':
      return state.ending.kind === 'failed' && state.ending.failure.kind === 'unhealthy' ? 'unhealthy' : 'none'
    case 'waiting':
    case 'stopped':
    case 'backoff':
    case 'completed':
    case 'failed':
    case 'disabled':
      return 'none'
  }
}

/** Whether it runs and its checks say that it is not well. */
export function isUnhealthy(state: State): boolean {
  return state.kind === 'running' && state.health.kind === 'unhealthy'
}

/** What is wrong with the health of a running service, in words; empty when nothing is known to be. */
export function healthWords({ state, config, history }: Service): string {
  if (state.kind !== 'running') return ''
  const { lastCheck } = history
  const output = lastCheck?.result === 'failed' ? lastLine(lastCheck.output) : ''
  if (state.health.kind === 'unhealthy') {
    return describeFailure({ kind: 'unhealthy', checks: state.health.failures, output })
  }
  if (state.health.kind === 'healthy' && state.health.failures > 0) {
    const { retries = 0 } = config.healthcheck ?? {}
    return `failed checks in a row: ${state.health.failures} of ${retries}${output === '' ? '' : ` (${output})`}`
  }
  if (state.health.kind !== 'starting') return ''
  // A check that failed before this run was another one's.
  const isOfThisRun = lastCheck !== null && lastCheck.at >= state.since
  return `no health check has passed yet${isOfThisRun && output !== '' ? ` (${output})` : ''}`
}
