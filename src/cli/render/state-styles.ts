import type { Health, StateName } from '../../core/protocol.ts'
import type { Style } from './colour.ts'

/** How each state looks. */
export const STATE_STYLES: Readonly<Record<StateName, Style>> = {
  waiting: 'yellow',
  starting: 'yellow',
  running: 'green',
  stopping: 'yellow',
  stopped: 'dim',
  backoff: 'red',
  completed: 'green',
  failed: 'red',
  disabled: 'dim',
}

/** The same of health. */
export const HEALTH_STYLES: Readonly<Record<Exclude<Health, 'none'>, Style>> = {
  starting: 'yellow',
  healthy: 'green',
  unhealthy: 'red',
}
