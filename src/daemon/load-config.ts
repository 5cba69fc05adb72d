import { expandScale } from '../core/config/expand-scale.ts'
import { interpolate } from '../core/config/interpolate.ts'
import type { Config } from '../core/config/model.ts'
import { withoutRepeats, type Problem } from '../core/config/problem.ts'
import { readConfig } from '../core/config/read-config.ts'
import type { Tree } from '../core/config/tree.ts'
import type { World } from '../core/config/world.ts'

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
  /** The text of each file, by the name that places use. */
  readonly sources: ReadonlyMap<string, string>
}

/** Reads, interpolates and checks a file; mistakes of all three kinds are told together. */
export function loadConfig({ path, read }: ConfigSource, world: World): LoadedConfig {
  const file = read(path)
  const sources = new Map([[path, file.source]])
  if (file.tree === null) return { config: null, problems: inOrder(file.problems), sources }
  const scaled = expandScale(file.tree, world.environment)
  const filled = interpolate(scaled.tree, world.environment)
  const checked = readConfig(filled.tree, world)
  const own = checked.problems.filter((problem) => !isEcho(problem, filled.problems))
  const problems = inOrder([...file.problems, ...scaled.problems, ...filled.problems, ...own])
  const isUsable = problems.every((problem) => problem.severity === 'warning')
  return { config: isUsable ? checked.config : null, problems, sources }
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

function inOrder(problems: readonly Problem[]): readonly Problem[] {
  return withoutRepeats(problems).toSorted(
    ({ place: a }, { place: b }) => compare(a.file, b.file) || a.line - b.line || a.column - b.column,
  )
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
