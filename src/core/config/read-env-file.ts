import { quote } from '../text/quote.ts'
import { parseEnvFile, type EnvEntry } from './env-file.ts'
import { createInterpolation, type Interpolation } from './interpolate.ts'
import { mostTelling, type Problem } from './problem.ts'
import { parseRawEnvFile } from './raw-env-file.ts'
import { isSecretName } from './secret.ts'
import { report, tell } from './shape/shape.ts'
import type { EnvFileReference } from './vocabulary/env-file.ts'
import type { Variables } from './vocabulary/environment.ts'
import type { World } from './world.ts'

/** Mistakes in one file that are told, at most: all of them stand at the one place that names it. */
const MAX_TOLD = 100

/**
 * Reads environment files into their variables, interpolated; each file once, however many services name it.
 *
 * What is wrong in a file is reported where it is first named.
 *
 * @param listed Names that the file lists under `secrets`.
 */
export function createEnvFiles(world: World, listed: ReadonlySet<string>): (reference: EnvFileReference) => Variables {
  const files = new Map<string, Variables | Refusal>()
  return (reference) => {
    const { path, required, format } = reference
    const key = `${format} ${path.value}`
    const file = files.get(key) ?? readEnvFile(reference, world, listed)
    files.set(key, file)
    if (!('why' in file)) return file
    const hint = file.kind === 'missing' ? '; with "required: false" it may be missing' : ''
    if (required || file.kind !== 'missing') {
      report(path.at, 'bad-env-file', `cannot read ${quote(path.value)}: ${file.why}${hint}`)
    }
    return new Map()
  }
}

type Refusal = Exclude<ReturnType<World['readText']>, { readonly kind: 'text' }>

function readEnvFile(
  { path: { value: path, at }, format }: EnvFileReference,
  world: World,
  listed: ReadonlySet<string>,
): Variables | Refusal {
  const found = world.readText(path)
  if (found.kind !== 'text') return found
  if (!found.text.isWellFormed()) return { kind: 'error', why: 'it is not UTF-8 text' }
  const { entries, problems } = format === 'raw' ? parseRawEnvFile(found.text) : parseEnvFile(found.text)
  for (const { line, why } of problems.slice(0, MAX_TOLD)) report(at, 'bad-env-file', lineMessage(path, line, why))
  const variables = new Map<string, string | null>()
  // As in Compose the container's environment comes before the lines above (compose-go, dotenv/godotenv.go).
  const get = (name: string): string | undefined => world.environment.get(name) ?? variables.get(name) ?? undefined
  const interpolation = createInterpolation({ get }, 'env-file')
  for (const entry of entries) variables.set(entry.name, resolveValue(entry, interpolation))
  const secrets = new Map(entries.flatMap(({ name, line }) => (isSecretName(name, listed) ? [[line, name]] : [])))
  for (const { severity, place, message } of mostTelling(interpolation.problems, MAX_TOLD)) {
    const code = severity === 'warning' ? 'unset-variable' : 'bad-env-file'
    const secret = secrets.get(place.line)
    const why = secret === undefined ? message : discreetMessage(secret, severity)
    tell(at, { code, severity, message: lineMessage(path, place.line, why), place: at.tree.place })
  }
  return variables
}

function lineMessage(path: string, line: number, why: string): string {
  return `${quote(path)}, line ${line}: ${why}`
}

/** What follows the dollar sign may be a part of a password. */
function discreetMessage(name: string, severity: Problem['severity']): string {
  const what = severity === 'warning' ? 'a variable that is not set' : 'what cannot be filled in'
  const way = 'write "$$" for a literal dollar sign, or put the value in single quotes'
  return `a "$" in the value of ${quote(name)} begins ${what}; ${way}`
}

function resolveValue({ value, quotes, line }: EnvEntry, { fill }: Interpolation): string | null {
  if (value === null || quotes === 'single' || quotes === 'raw' || !value.includes('$')) return value
  const place = { file: '', line, column: 1, length: 1 }
  const filled = fill({ kind: 'scalar', place, value, text: value })
  return filled.kind === 'scalar' ? filled.text : value
}
