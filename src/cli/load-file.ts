import type { Config } from '../core/config/model.ts'
import type { World } from '../core/config/world.ts'
import { loadConfig, type LoadedConfig } from '../daemon/load-config.ts'
import { readConfigFile } from '../system/config-file.ts'
import { renderProblems } from './render/problems.ts'
import { paintFor, tell } from './terminal.ts'
import { withSchedules } from './with-schedules.ts'
import { createWorld } from './world.ts'

/** Reads and checks the file at a path; tells all its problems on stderr. Null when it cannot be used. */
export async function loadFile(
  mode: World['mode'],
  path: string,
  environment: ReadonlyMap<string, string>,
): Promise<Config | null> {
  const source = { path, read: readConfigFile }
  const loaded = await withSchedules(createWorld(mode, path, environment), (world) => loadConfig(source, world))
  tellProblems(loaded)
  return loaded.config
}

/** Tells the problems of a file on stderr, each with its picture. */
export function tellProblems({ problems, sources }: LoadedConfig): void {
  if (problems.length > 0) {
    tell(renderProblems(problems, sources, paintFor(2)))
  }
}
