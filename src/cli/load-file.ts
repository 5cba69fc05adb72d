import type { World } from '../core/config/world.ts'
import { loadConfig, type LoadedConfig, type ProfilesIn } from '../daemon/load-config.ts'
import { readConfigFile, readOverrideFile } from '../system/config-file.ts'
import { problemOnOneLine, renderProblems } from './render/problems.ts'
import { paintFor, tell } from './terminal.ts'
import { withSchedules } from './with-schedules.ts'
import { createWorld } from './world.ts'

/** What is to be read, and for whom. */
export interface Loading {
  readonly mode: World['mode']
  /** At least one; the later go over the earlier. Paths in them are relative to the folder of the first, as in Compose. */
  readonly paths: readonly string[]
  readonly environment: ReadonlyMap<string, string>
  /** The values of `--profile`. */
  readonly profiles: readonly string[]
  /** Profiles that are chosen besides, by what stands in the files. */
  readonly profilesIn?: ProfilesIn
}

/** Reads and checks a file, or several as one. */
export async function loadFiles(loading: Loading): Promise<LoadedConfig> {
  const { mode, paths, environment, profilesIn } = loading
  const [path = '', ...overrides] = paths
  const world = { ...createWorld(mode, path, environment), profiles: chosenProfiles(loading) }
  const more = profilesIn && { profilesIn }
  if (overrides.length === 0)
    return withSchedules(world, (whole) => loadConfig({ path, read: readConfigFile, ...more }, whole))
  const { loadSeveral } = await import('../daemon/load-several.ts')
  return withSchedules(world, (whole) => loadSeveral({ paths, read: readOverrideFile, ...more }, whole))
}

/** As with the files, the variable counts when the option is not given. */
function chosenProfiles({ profiles, environment }: Loading): ReadonlySet<string> {
  if (profiles.length > 0) return new Set(profiles)
  const listed = (environment.get('PIDONE_PROFILES') ?? '').split(',').map((profile) => profile.trim())
  return new Set(listed.filter((profile) => profile !== ''))
}

/**
 * Tells the problems of files that are about to run, unless they can be run and each line of the log is to be JSON.
 *
 * @returns What is left to tell, there.
 */
export function tellUnlessLogged(loaded: LoadedConfig): readonly string[] {
  if (loaded.config?.logs.format === 'json') return loaded.problems.map(problemOnOneLine)
  tellProblems(loaded)
  return []
}

/** Tells the problems of files on stderr, each with its picture. */
export function tellProblems({ problems, sources }: LoadedConfig): void {
  if (problems.length > 0) {
    tell(renderProblems(problems, sources, paintFor(2)))
  }
}
