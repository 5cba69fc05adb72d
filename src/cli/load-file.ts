import type { Config } from '../core/config/model.ts'
import type { World } from '../core/config/world.ts'
import { loadConfig } from '../daemon/load-config.ts'
import { readConfigFile } from '../system/config-file.ts'
import { renderProblems } from './render-problems.ts'
import { createWorld } from './world.ts'

/** Reads and checks the file at a path; tells all its problems on stderr. Null when it cannot be used. */
export function loadFile(mode: World['mode'], path: string, environment: ReadonlyMap<string, string>): Config | null {
  const { config, problems, sources } = loadConfig({ path, read: readConfigFile }, createWorld(mode, path, environment))
  const colour = process.stderr.isTTY && !process.env['NO_COLOR'] ? 'color' : 'plain'
  if (problems.length > 0) process.stderr.write(renderProblems(problems, sources, colour))
  return config
}
