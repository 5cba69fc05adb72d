import type { Condition } from '../../core/config/model.ts'

/** What has to hold of a service, in a word: "once postgres is ready". */
export function describeCondition(condition: Condition): string {
  switch (condition) {
    case 'service_started':
      return 'started'
    case 'service_ready':
      return 'ready'
    case 'service_healthy':
      return 'healthy'
    case 'service_completed_successfully':
      return 'completed'
    case 'service_completed':
      return 'ended'
    case 'none':
      return 'stops first'
  }
}
