import { parseEnvFile } from './env-file.ts'
import { quote, report } from './shape/shape.ts'
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
      for (const { name, value } of readEnvFile(file, world)) set(merged, name, value ?? world.environment.get(name))
    }
    for (const [name, value] of source.environment ?? []) set(merged, name, value ?? world.environment.get(name))
  }
  return merged
}

function set(merged: Map<string, string>, name: string, value: string | undefined): void {
  if (value === undefined) merged.delete(name)
  else merged.set(name, value)
}

function readEnvFile({ path, required }: EnvFileReference, world: World): ReturnType<typeof parseEnvFile>['entries'] {
  const found = world.readText(path.value)
  if (found.kind === 'error') {
    const hint = '; with "required: false" it may be missing'
    if (required) report(path.at, 'bad-env-file', `cannot read ${quote(path.value)}: ${found.why}${hint}`)
    return []
  }
  const { entries, problems } = parseEnvFile(found.text)
  for (const { line, why } of problems) {
    report(path.at, 'bad-env-file', `cannot read ${quote(path.value)}: line ${line}: ${why}`)
  }
  return entries
}
