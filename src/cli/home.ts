import { realpathSync } from 'node:fs'
import type { Config } from '../core/config/model.ts'
import { quote } from '../core/text/quote.ts'
import { claimControl, type Claim } from '../system/control-claim.ts'
import { needsNotifySocket } from '../system/notify-socket.ts'
import { type HomeRefusal, makeRuntimeDir, noRuntimeDir, type RuntimeDir } from '../system/runtime-dir.ts'
import type { Project } from '../system/runtime-places.ts'
import { complain } from './terminal.ts'

/** The folder of this supervisor's run-time files, and its control socket, which nobody else has. */
export interface Home {
  readonly runtimeDir: RuntimeDir
  /** Null where the machine has no room for one: then nobody can ask or command this supervisor. */
  readonly claim: Claim | null
  /** Removes all of it; a successor can have it from then on, and not before. */
  readonly leave: () => void
}

/** What stands in the way of a home. */
interface NoHome {
  readonly refusal: string
}

/**
 * Takes the home of the container's only supervisor. It goes on without one that the machine cannot give, as long as no
 * service has to speak through a socket in it: that one could never be ready.
 *
 * @returns The home, or why there is none.
 */
export async function takeHome(services: Config['services']): Promise<Home | NoHome> {
  const runtimeDir = makeRuntimeDir({ project: null, failed: warn })
  if ('refusal' in runtimeDir) {
    return refusalFor(services, runtimeDir) ?? goOnWithout(runtimeDir) ?? homeIn(noRuntimeDir(), null)
  }
  const claim = await claimControl(runtimeDir.path)
  if (!('refusal' in claim)) return homeIn(runtimeDir, claim)
  return goOnWithout(claim) ?? homeIn(runtimeDir, null)
}

/** Takes the home of a project on somebody's machine. Without one it is refused, since it could run twice. */
export async function takeProjectHome(project: Project): Promise<Home | NoHome> {
  const runtimeDir = makeRuntimeDir({ project: located(project), failed: warn })
  if ('refusal' in runtimeDir) return runtimeDir
  const claim = await claimControl(runtimeDir.path)
  return 'refusal' in claim ? claim : homeIn(runtimeDir, claim)
}

/** @returns Null when no service needs the folder, or it is refused anyway. */
function refusalFor(services: Config['services'], { refusal, by }: HomeRefusal): NoHome | null {
  const service = [...services.values()].find((one) => one.enabled && needsNotifySocket(one))
  if (service === undefined || by === 'us') return null
  return { refusal: `cannot start ${quote(service.name)}, which needs a socket for its notifications: ${refusal}` }
}

/** @returns The refusal that stands; null when there is a way without. */
function goOnWithout({ refusal, by }: HomeRefusal): NoHome | null {
  if (by === 'us') return { refusal }
  warn(`${refusal}; going on without: no command such as "supervisor status" can reach this supervisor`)
  return null
}

function homeIn(runtimeDir: RuntimeDir, claim: Claim | null): Home {
  runtimeDir.moveIn()
  return {
    runtimeDir,
    claim,
    leave: () => {
      runtimeDir.removeFiles()
      claim?.release()
      runtimeDir.removeFolders()
    },
  }
}

/** Clients know the folder that they are in by its real path (getcwd(3)). */
function located(project: Project): Project {
  return { ...project, folder: realpathSync(project.folder) }
}

function warn(message: string): void {
  complain(`warning: ${message}`)
}
