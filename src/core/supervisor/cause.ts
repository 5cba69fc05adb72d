import type { Cause } from '../protocol.ts'
import type { Failure } from '../service/exit.ts'
import type { Ending, Running } from '../service/state.ts'
import { isUnhealthy } from './health.ts'
import type { Member, Supervisor } from './state.ts'

/** Why a service is in its state, in one word for tools; null for one that simply runs. */
export function causeOf({ absences }: Supervisor, { service }: Member): Cause | null {
  const { state, config, history } = service
  switch (state.kind) {
    case 'waiting':
      return state.for
    case 'starting':
      return state.step
    case 'running':
      return causeToRun(state)
    case 'stopping':
      return causeToStop(state.ending)
    case 'stopped':
      return state.because
    case 'backoff':
      return history.lastFailure === null ? 'exited' : causeToFail(history.lastFailure)
    case 'completed':
      return state.exit === null ? 'already-there' : 'exited'
    case 'failed':
      return causeToFail(state.failure)
    case 'disabled':
      return absences.get(config.name) ?? 'disabled'
  }
}

function causeToRun(state: Running): Cause | null {
  if (isUnhealthy(state)) return 'unhealthy'
  return state.isReloading ? 'reloading' : null
}

function causeToStop(ending: Ending): Cause {
  switch (ending.kind) {
    case 'requested':
    case 'announced':
      return ending.kind
    case 'ended':
      return causeToFail({ ...ending, kind: 'exited' })
    case 'failed':
      return causeToFail(ending.failure)
  }
}

function causeToFail(failure: Failure): Cause {
  const isForMemory =
    failure.kind === 'exited' && failure.exit.kind === 'signal' && failure.exit.sender === 'out-of-memory'
  return isForMemory ? 'out-of-memory' : failure.kind
}
