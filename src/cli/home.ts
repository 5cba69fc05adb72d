import { realpathSync } from 'node:fs'
import { claimControl, type Claim } from '../system/control-claim.ts'
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

/**
 * Takes a home. The container's only supervisor goes on without one that the machine cannot give: its services do not
 * need it. A project on somebody's machine is refused, since it could run twice.
 *
 * @param project Whose it is; null for the container's only supervisor.
 * @returns The home, or why there is none.
 */
export async function takeHome(project: Project | null): Promise<Home | { readonly refusal: string }> {
  const runtimeDir = makeRuntimeDir({ project: project && located(project), failed: warn })
  if ('refusal' in runtimeDir) return goOnWithout(runtimeDir, project) ?? homeIn(noRuntimeDir(), null)
  const claim = await claimControl(runtimeDir.path)
  if (!('refusal' in claim)) return homeIn(runtimeDir, claim)
  return goOnWithout(claim, project) ?? homeIn(runtimeDir, null)
}

/** @returns The refusal that stands; null when there is a way without. */
function goOnWithout({ refusal, by }: HomeRefusal, project: Project | null): { readonly refusal: string } | null {
  if (project !== null || by === 'us') return { refusal }
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
