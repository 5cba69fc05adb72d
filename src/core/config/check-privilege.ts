import { report, type At } from './shape/shape.ts'
import type { World } from './world.ts'

/** Reports a capability that the supervisor lacks; `what` says what needs it: `switching to user "app"`. */
export function checkPrivilege(capability: string, what: string, at: At, world: World): void {
  if (world.powers().capabilities.has(capability)) return
  refuse(at, `${what} needs the capability "${capability}", which the supervisor lacks; ${wayTo(capability, world)}`)
}

/** Reports what this process may not do. */
export function refuse(at: At, message: string): void {
  report(at, 'missing-privilege', message)
}

/** How the supervisor gets a capability. A user other than root has none, whatever the container may do. */
export function wayTo(capability: string, { mode, currentUid }: World): string {
  if (mode === 'up' || currentUid !== 0) return 'start it as root'
  return `start the container with "docker run --cap-add ${capability}"`
}
