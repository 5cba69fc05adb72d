import type { ServiceStatus } from '../../core/protocol.ts'

/**
 * How bad it stands about a service: from 4, which somebody should look at now, and 3, not as wanted, by way of 2, one who
 * only waits and is seldom the cause, down to 1, as wanted, and 0, of which nobody wants anything.
 */
export function badness(service: ServiceStatus): number {
  const { state, well, wanted } = service
  if (isUrgent(service)) return 4
  if (!well) return state === 'waiting' ? 2 : 3
  return wanted ? 1 : 0
}

/** Whether somebody should look at it now. */
export function isUrgent({ state, health }: ServiceStatus): boolean {
  return state === 'failed' || state === 'backoff' || health === 'unhealthy'
}
