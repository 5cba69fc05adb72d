import { resolve } from 'node:path'
import type { Machine } from '../core/machine.ts'
import { groupsOf } from './confinement.ts'
import type { Inheritance } from './handed-over.ts'
import { serviceEnvironment, type FallbacksOf } from './launch.ts'
import { RUN_VARIABLE } from './run-members.ts'

/** What a command gets that runs as a service does: the environment without what belongs to a single run. */
export function createSurroundings(
  { environment: given, softFileLimit }: Inheritance,
  fallbacksOf: FallbacksOf,
): Machine['surroundings'] {
  const container = Object.fromEntries(given)
  return (service) => {
    const { [RUN_VARIABLE]: _mark, ...environment } = serviceEnvironment({
      service,
      environment: container,
      stdio: 'service',
      fallbacks: fallbacksOf(service),
    })
    return {
      environment,
      workingDir: resolve(service.workingDir ?? ''),
      uid: service.user?.uid ?? process.geteuid?.() ?? 0,
      gid: service.user?.gid ?? process.getegid?.() ?? 0,
      groups: groupsOf(service),
      softFileLimit,
    }
  }
}
