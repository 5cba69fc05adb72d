import { mergeFiles } from '../core/config/merge-files.ts'
import type { ProblemCode } from '../core/config/problem.ts'
import type { World } from '../core/config/world.ts'
import { checkTree, type LoadedConfig, type ProfilesIn, type ReadFile } from './load-config.ts'

/** Where the files are, the later to be put over the earlier, and how they are read. */
export interface SeveralSources {
  readonly paths: readonly string[]
  readonly read: ReadFile
  readonly profilesIn?: ProfilesIn
}

/** What may be missing only because the file that has it could not be read. */
const DOUBTFUL: ReadonlySet<ProblemCode> = new Set([
  'missing-key',
  'conflicting-keys',
  'unknown-service',
  'unknown-profile',
  'missing-profile',
])

/** Reads several files and checks what they are together; those that can be read are checked even without the others. */
export function loadSeveral({ paths, read, profilesIn }: SeveralSources, world: World): LoadedConfig {
  const files = paths.map((path) => ({ path, ...read(path) }))
  const trees = files.flatMap(({ tree }) => (tree === null ? [] : [tree]))
  const problems = files.flatMap((file) => file.problems)
  const sources = new Map(files.map(({ path, source }) => [path, source]))
  const tree = trees.length === 0 ? null : mergeFiles(trees)
  const loaded = checkTree({ tree, problems, sources, profilesIn }, world)
  if (trees.length === files.length) return loaded
  const certain = loaded.problems.filter((problem) => problems.includes(problem) || !DOUBTFUL.has(problem.code))
  return { ...loaded, problems: certain }
}
