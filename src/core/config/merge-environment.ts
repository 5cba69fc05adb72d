import { createEnvFiles } from './read-env-file.ts'
import { report, type At } from './shape/shape.ts'
import type { EnvFileReference } from './vocabulary/env-file.ts'
import type { Variables } from './vocabulary/environment.ts'
import type { World } from './world.ts'

/** Where variables are set: in files and in the mapping beside them, which wins. */
export interface EnvironmentSource {
  readonly env_file: readonly EnvFileReference[]
  readonly environment: Variables | undefined
}

/** Variables of all services together, at most: a thousand services with a file of 40,000 would take gigabytes. */
const MAX_VARIABLES = 1_000_000

/**
 * What sources set, the later over the earlier; a name without a value takes the container's, if that has one.
 *
 * `at` is whose environment it is.
 */
export type MergeEnvironment = (sources: readonly EnvironmentSource[], at: At) => ReadonlyMap<string, string>

/**
 * Merges the environments of one configuration, whose files are read once each.
 *
 * @param listed Names that the file lists under `secrets`.
 */
export function createMerge(world: World, listed: ReadonlySet<string>): MergeEnvironment {
  const readEnvFile = createEnvFiles(world, listed)
  let left = MAX_VARIABLES
  return (sources, at) => {
    const merged = new Map<string, string>()
    for (const { env_file, environment } of sources) {
      for (const variables of [...env_file.map(readEnvFile), environment ?? new Map<string, null>()]) {
        const isTold = left < 0
        left -= variables.size
        if (left >= 0) for (const [name, value] of variables) set(merged, name, value ?? world.environment.get(name))
        else if (!isTold) report(at, 'yaml-too-large', TOO_MANY, at.name)
      }
    }
    return merged
  }
}

const TOO_MANY = `too many variables: at most ${MAX_VARIABLES} are set in all`

function set(merged: Map<string, string>, name: string, value: string | undefined): void {
  if (value === undefined) merged.delete(name)
  else merged.set(name, value)
}
