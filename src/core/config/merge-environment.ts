import { createEnvFiles } from './read-env-file.ts'
import type { EnvFileReference, Variables } from './vocabulary/environment.ts'
import type { World } from './world.ts'

/** Where variables are set: in files and in the mapping beside them, which wins. */
export interface EnvironmentSource {
  readonly env_file: readonly EnvFileReference[]
  readonly environment: Variables | undefined
}

/** What sources set, the later over the earlier; a name without a value takes the container's, if that has one. */
export type MergeEnvironment = (sources: readonly EnvironmentSource[]) => ReadonlyMap<string, string>

/** Merges the environments of one configuration, whose files are read once each. */
export function createMerge(world: World): MergeEnvironment {
  const readEnvFile = createEnvFiles(world)
  return (sources) => {
    const merged = new Map<string, string>()
    for (const { env_file, environment } of sources) {
      for (const variables of [...env_file.map(readEnvFile), environment ?? []]) {
        for (const [name, value] of variables) set(merged, name, value ?? world.environment.get(name))
      }
    }
    return merged
  }
}

function set(merged: Map<string, string>, name: string, value: string | undefined): void {
  if (value === undefined) merged.delete(name)
  else merged.set(name, value)
}
