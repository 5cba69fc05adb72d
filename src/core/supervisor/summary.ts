import { COMMAND } from './command.ts'
import type { Supervisor } from './state.ts'
import { describeFailed } from './words.ts'

/** A service that failed, for the last words. */
export interface FailedService {
  readonly name: string
  readonly why: string
}

/** Every declared service that has failed for good, in the order of the file. */
export function failedServices(supervisor: Supervisor): readonly FailedService[] {
  return [...supervisor.members.values()].flatMap(({ service: { config, state } }) =>
    state.kind === 'failed' && config.name !== COMMAND ? [{ name: config.name, why: describeFailed(state) }] : [],
  )
}
