import { realpathSync } from 'node:fs'
import { claimControl, type Claim } from '../system/control-claim.ts'
import { makeRuntimeDir, type RuntimeDir } from '../system/runtime-dir.ts'
import type { Project } from '../system/runtime-places.ts'
import { complain } from './terminal.ts'

/** The folder of this supervisor's run-time files, and its control socket, which nobody else has. */
export interface Home {
  readonly runtimeDir: RuntimeDir
  readonly claim: Claim
  /** Removes all of it; a successor can have it from then on, and not before. */
  readonly leave: () => void
}

/**
 * Takes a home.
 *
 * @param project Whose it is; null for the container's only supervisor.
 * @returns The home, or why there is none.
 */
export async function takeHome(project: Project | null): Promise<Home | { readonly refusal: string }> {
  const runtimeDir = makeRuntimeDir({ project: project && located(project), failed: warn })
  if ('refusal' in runtimeDir) return runtimeDir
  const claim = await claimControl(runtimeDir.path)
  if ('refusal' in claim) return claim
  runtimeDir.moveIn()
  return {
    runtimeDir,
    claim,
    leave: () => {
      runtimeDir.removeFiles()
      claim.release()
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
