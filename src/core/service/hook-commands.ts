import type { Hook, ServiceConfig } from '../config/model.ts'
import type { HookName } from './event.ts'

/** The commands of a hook, in the order in which they run; none where the service has no such hook. */
export function commandsOf({ postStart, preStop, stopCommand }: ServiceConfig, hook: HookName): readonly Hook[] {
  switch (hook) {
    case 'post-start':
      return postStart
    case 'pre-stop':
      return preStop
    case 'stop-command':
      return stopCommand === null ? [] : [stopCommand]
  }
}
