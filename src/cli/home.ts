import { claimControl, type Claim } from '../system/control-claim.ts'
import { makeRuntimeDir, type RuntimeDir, type RuntimeDirRequest } from '../system/runtime-dir.ts'
import { complain } from './terminal.ts'

/** The folder of this supervisor's run-time files, and its control socket, which nobody else has. */
export interface Home {
  readonly runtimeDir: RuntimeDir
  readonly claim: Claim
  /** Removes all of it. */
  readonly leave: () => void
}

/**
 * Takes a home.
 *
 * @param project Whose it is; null for the container's only supervisor.
 * @returns The home, or why there is none.
 */
export async function takeHome(project: RuntimeDirRequest['project']): Promise<Home | { readonly refusal: string }> {
  const runtimeDir = makeRuntimeDir({ project, failed: warn })
  if ('refusal' in runtimeDir) return runtimeDir
  const claim = await claimControl(runtimeDir.path)
  if ('refusal' in claim) return claim
  // Of an earlier life: nothing is ready yet.
  runtimeDir.setReadyFile('absent')
  return {
    runtimeDir,
    claim,
    leave: () => {
      claim.release()
      runtimeDir.remove()
    },
  }
}

function warn(message: string): void {
  complain(`warning: ${message}`)
}
