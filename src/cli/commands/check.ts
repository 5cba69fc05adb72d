import { loadConfig, type LoadedConfig } from '../../daemon/load-config.ts'
import { readConfigFile } from '../../system/config-file.ts'
import { replyTo } from '../check-reply.ts'
import { BAD_FILE } from '../exit-status.ts'
import { findConfig } from '../find-config.ts'
import { tellProblems } from '../load-file.ts'
import { withOptions, type Options } from '../options.ts'
import { restoreEnvironment } from '../own-environment.ts'
import { renderPlan } from '../render/plan.ts'
import { complain, paintFor, print, terminalWidth } from '../terminal.ts'
import { withSchedules } from '../with-schedules.ts'
import { createWorld } from '../world.ts'

/** `supervisor check [-f FILE] [--json]`: validates the file and prints the plan; nothing is started. */
export function check(argv: readonly string[]): Promise<number> {
  return withOptions('check', argv, checkFile)
}

async function checkFile(options: Options): Promise<number> {
  const environment = restoreEnvironment(process.env)
  const found = findConfig(options.text('file'), environment)
  if (found.kind === 'none') {
    complain(found.message)
    return BAD_FILE
  }
  const source = { path: found.path, read: readConfigFile }
  const loaded = await withSchedules(createWorld('init', found.path, environment), (world) => loadConfig(source, world))
  if (options.has('json')) print(`${JSON.stringify(replyTo(found.path, loaded.config, loaded.problems))}\n`)
  else show(found.path, loaded)
  return loaded.config === null ? BAD_FILE : 0
}

function show(file: string, loaded: LoadedConfig): void {
  tellProblems(loaded)
  const { plan } = replyTo(file, loaded.config, loaded.problems)
  if (plan !== null) print(renderPlan(plan, { width: terminalWidth(), paint: paintFor(1) }))
}
