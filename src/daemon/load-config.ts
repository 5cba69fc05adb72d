import { expandScale } from '../core/config/expand-scale.ts'
import { interpolate } from '../core/config/interpolate.ts'
import type { Config } from '../core/config/model.ts'
import { withoutRepeats, type Problem } from '../core/config/problem.ts'
import { readConfig } from '../core/config/read-config.ts'
import { redactProblems } from '../core/config/redact-problems.ts'
import { secretValues } from '../core/config/secret.ts'
import { listedSecrets, maskAssignments, namedFiles } from '../core/config/secrets-in-text.ts'
import type { Place, Tree } from '../core/config/tree.ts'
import type { World } from '../core/config/world.ts'
import { createRedactor } from '../core/text/redact.ts'

/** Where the file is, and how files are read. */
export interface ConfigSource {
  readonly path: string
  readonly read: ReadFile
  /** Profiles that are chosen besides, by what stands in the file. */
  readonly profilesIn?: ProfilesIn
}

/** Reads one file. */
export type ReadFile = (path: string) => SourceFile

/** Profiles, by the file as it is written, before variables are filled in. */
export type ProfilesIn = (tree: Tree) => Iterable<string>

/** A file as read: its tree, unless it has none, and its text, into which the problems' places point. */
interface SourceFile {
  readonly tree: Tree | null
  readonly problems: readonly Problem[]
  readonly source: string
}

/** What came of a file, or of several: `config` is null exactly when one of the problems is an error. */
export interface LoadedConfig {
  readonly config: Config | null
  /** Each once, in the order of the files, and there in the order of the file. */
  readonly problems: readonly Problem[]
  /** The text of each file, by the name that places use, in their order; where secrets stood there are asterisks. */
  readonly sources: ReadonlyMap<string, string>
}

/**
 * Reads, interpolates and checks a file; mistakes of all three kinds are told together.
 *
 * Values of secret variables stand neither in the problems nor in the sources.
 */
export function loadConfig({ path, read, profilesIn }: ConfigSource, world: World): LoadedConfig {
  const { tree, problems, source } = read(path)
  return checkTree({ tree, problems, sources: new Map([[path, source]]), profilesIn }, world)
}

/** What was read: one file, or several that have become one tree. */
export interface Sources {
  readonly tree: Tree | null
  readonly problems: readonly Problem[]
  readonly sources: ReadonlyMap<string, string>
  readonly profilesIn: ProfilesIn | undefined
}

/** Interpolates and checks what was read. */
export function checkTree({ tree, problems: found, sources, profilesIn }: Sources, world: World): LoadedConfig {
  if (tree === null) {
    const secrets = secretValues([world.environment], new Set())
    return withoutSecrets({ config: null, problems: inOrder(found, sources), sources }, secrets, tree)
  }
  const profiles = profilesIn === undefined ? world.profiles : new Set([...world.profiles, ...profilesIn(tree)])
  const scaled = expandScale(tree, world.environment)
  const filled = interpolate(scaled.tree, world.environment)
  const checked = readConfig(filled.tree, { ...world, profiles })
  const own = checked.problems.filter((problem) => !isEcho(problem, filled.problems))
  const problems = inOrder([...found, ...scaled.problems, ...filled.problems, ...own], sources)
  const isUsable = problems.every((problem) => problem.severity === 'warning')
  return withoutSecrets({ config: isUsable ? checked.config : null, problems, sources }, checked.secrets, tree)
}

/** In the sources each character is replaced by one, so that places still point to where they did. */
function withoutSecrets(
  { config, problems, sources }: LoadedConfig,
  known: ReadonlySet<string>,
  tree: Tree | null,
): LoadedConfig {
  if (problems.length === 0) return { config, problems, sources }
  const listed = listedSecrets(tree)
  const files = namedFiles(tree)
  const texts = [...sources].map(([path, source]) => {
    const open = files.filter(({ file }) => file === path)
    return { path, masked: maskAssignments(source, listed, open) }
  })
  const secrets = new Set([...known, ...texts.flatMap(({ masked }) => [...masked.values])])
  const mask = createRedactor(secrets, (secret) => '*'.repeat(secret.length))
  return {
    config,
    problems: redactProblems(problems, secrets),
    sources: new Map(texts.map(({ path, masked }) => [path, mask(masked.text)])),
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

function inOrder(problems: readonly Problem[], sources: LoadedConfig['sources']): readonly Problem[] {
  const files = [...sources.keys()]
  const order = new Map(files.map((file, index) => [file, index]))
  const rank = ({ file }: Place): number => order.get(file) ?? files.length
  return withoutRepeats(problems).toSorted(
    ({ place: a }, { place: b }) => rank(a) - rank(b) || a.line - b.line || a.column - b.column,
  )
}
