import { parseEnvFile, type EnvEntry } from './env-file.ts'
import { interpolate } from './interpolate.ts'
import { quote, report, type At } from './shape/shape.ts'
import type { EnvFileReference, Variables } from './vocabulary/environment.ts'
import type { World } from './world.ts'

/** The variables of an environment file, interpolated; what is wrong with it is reported where the file is named. */
export function readEnvFile({ path, required }: EnvFileReference, world: World): Variables {
  const found = world.readText(path.value)
  if (found.kind === 'error') {
    const hint = '; with "required: false" it may be missing'
    if (required) report(path.at, 'bad-env-file', `cannot read ${quote(path.value)}: ${found.why}${hint}`)
    return new Map()
  }
  const { entries, problems } = parseEnvFile(found.text)
  for (const { line, why } of problems) report(path.at, 'bad-env-file', lineMessage(path.value, line, why))
  const variables = new Map<string, string | null>()
  for (const entry of entries) {
    const value = resolveValue(entry, { variables, world, at: path.at, path: path.value })
    variables.set(entry.name, value)
  }
  return variables
}

function lineMessage(path: string, line: number, why: string): string {
  return `${quote(path)}, line ${line}: ${why}`
}

interface Context {
  /** Those of the lines above. */
  readonly variables: Variables
  readonly world: World
  readonly at: At
  readonly path: string
}

/** As in Compose the container's environment comes before the lines above (compose-go, dotenv/godotenv.go). */
function resolveValue({ value, quotes, line }: EnvEntry, { variables, world, at, path }: Context): string | null {
  if (value === null || quotes === 'single' || !value.includes('$')) return value
  const known = new Map(world.environment)
  for (const [name, above] of variables) if (above !== null && !known.has(name)) known.set(name, above)
  const { tree, problems } = interpolate({ kind: 'scalar', place: at.tree.place, value, text: value }, known)
  for (const { severity, message } of problems) {
    const code = severity === 'warning' ? 'unset-variable' : 'bad-env-file'
    at.problems.push({
      code,
      severity,
      place: at.tree.place,
      path: at.path,
      message: lineMessage(path, line, message),
    })
  }
  return tree.kind === 'scalar' ? tree.text : value
}
