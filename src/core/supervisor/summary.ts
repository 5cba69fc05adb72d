import { COMMAND } from './command.ts'
import type { Member, Supervisor } from './state.ts'
import { describeFailed } from './words.ts'

/** A service that failed, for the last words. */
export interface FailedService {
  readonly name: string
  readonly why: string
}

/** Every declared service that has failed for good, or was so ill that everything went down, in the order of the file. */
export function failedServices({ members, phase }: Supervisor): readonly FailedService[] {
  const ill = phase.kind !== 'supervising' && phase.cause.kind === 'service-unhealthy' ? phase.cause : null
  return [...members].flatMap(([name, member]) => {
    const why = failureOf(member) ?? (ill?.service === name ? ill.why : null)
    return why === null ? [] : [{ name, why }]
  })
}

function failureOf({ service }: Member): string | null {
  const { config, state } = service
  return state.kind === 'failed' && config.name !== COMMAND ? describeFailed(service, state) : null
}
