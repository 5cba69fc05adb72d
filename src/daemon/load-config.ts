import { interpolate } from '../core/config/interpolate.ts'
import type { Config } from '../core/config/model.ts'
import type { Problem } from '../core/config/problem.ts'
import { readConfig } from '../core/config/read-config.ts'
import { redactProblems } from '../core/config/redact-problems.ts'
import { secretValues } from '../core/config/secret.ts'
import type { Tree } from '../core/config/tree.ts'
import type { World } from '../core/config/world.ts'
import { createRedactor } from '../core/text/redact.ts'

/** Where the file is, and how files are read. */
export interface ConfigSource {
  readonly path: string
  readonly read: (path: string) => SourceFile
}

/** A file as read: its tree, unless it has none, and its text, into which the problems' places point. */
interface SourceFile {
  readonly tree: Tree | null
  readonly problems: readonly Problem[]
  readonly source: string
}

/** What came of a file: `config` is null exactly when one of the problems is an error. */
export interface LoadedConfig {
  readonly config: Config | null
  /** Each once, in the order of the file. */
  readonly problems: readonly Problem[]
  /** The text of each file, by the name that places use; where secrets stood there are asterisks. */
  readonly sources: ReadonlyMap<string, string>
}

/**
 * Reads, interpolates and checks a file; mistakes of all three kinds are told together.
 *
 * Values of secret variables stand neither in the problems nor in the sources.
 */
export function loadConfig({ path, read }: ConfigSource, world: World): LoadedConfig {
  const file = read(path)
  const sources = new Map([[path, file.source]])
  if (file.tree === null) {
    const secrets = secretValues([world.environment], new Set())
    return withoutSecrets({ config: null, problems: inOrder(file.problems), sources }, secrets)
  }
  const filled = interpolate(file.tree, world.environment)
  const checked = readConfig(filled.tree, world)
  const own = checked.problems.filter((problem) => !isEcho(problem, filled.problems))
  const problems = inOrder([...file.problems, ...filled.problems, ...own])
  const isUsable = problems.every((problem) => problem.severity === 'warning')
  return withoutSecrets({ config: isUsable ? checked.config : null, problems, sources }, checked.secrets)
}

/** In the sources each character is replaced by one, so that places still point to where they did. */
function withoutSecrets({ config, problems, sources }: LoadedConfig, secrets: ReadonlySet<string>): LoadedConfig {
  if (problems.length === 0 || secrets.size === 0) return { config, problems, sources }
  const mask = createRedactor(secrets, (secret) => '*'.repeat(secret.length))
  return {
    config,
    problems: redactProblems(problems, secrets),
    sources: new Map([...sources].map(([path, source]) => [path, mask(source)])),
  }
}

/** A value that could not be filled in is empty: that it is wrong then says nothing new. */
function isEcho({ place: whole }: Problem, filled: readonly Problem[]): boolean {
  return filled.some(
    ({ severity, place }) =>
      severity === 'error' &&
      place.file === whole.file &&
      place.line === whole.line &&
      place.column >= whole.column &&
      place.column + place.length <= whole.column + whole.length,
  )
}

/** What stands once and is used by several, through an alias, is told once. */
function inOrder(problems: readonly Problem[]): readonly Problem[] {
  const unique = new Map<string, Problem>()
  for (const problem of problems) {
    const { code, message, place } = problem
    const key = [place.file, place.line, place.column, code, message].join('\0')
    if (!unique.has(key)) unique.set(key, problem)
  }
  return [...unique.values()].toSorted(
    ({ place: a }, { place: b }) => compare(a.file, b.file) || a.line - b.line || a.column - b.column,
  )
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
