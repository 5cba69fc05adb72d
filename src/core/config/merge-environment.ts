import { readEnvFile } from './read-env-file.ts'
import type { EnvFileReference, Variables } from './vocabulary/environment.ts'
import type { World } from './world.ts'

/** Where variables are set: in files and in the mapping beside them, which wins. */
export interface EnvironmentSource {
  readonly env_file: readonly EnvFileReference[]
  readonly environment: Variables | undefined
}

/** What sources set, the later over the earlier; a name without a value takes the container's, if that has one. */
export function mergeEnvironment(sources: readonly EnvironmentSource[], world: World): ReadonlyMap<string, string> {
  const merged = new Map<string, string>()
  for (const source of sources) {
    for (const file of source.env_file) {
      for (const [name, value] of readEnvFile(file, world)) set(merged, name, value ?? world.environment.get(name))
    }
    for (const [name, value] of source.environment ?? []) set(merged, name, value ?? world.environment.get(name))
  }
  return merged
}

function set(merged: Map<string, string>, name: string, value: string | undefined): void {
  if (value === undefined) merged.delete(name)
  else merged.set(name, value)
}
