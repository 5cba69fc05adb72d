import type { LoadedConfig } from '../../daemon/load-config.ts'
import { replyTo, type CheckReply } from '../check-reply.ts'
import { BAD_FILE } from '../exit-status.ts'
import { findConfig } from '../find-config.ts'
import { loadFiles, tellProblems } from '../load-file.ts'
import { withOptions, type Options } from '../options.ts'
import { takeInheritance } from '../own-environment.ts'
import { jsonLine } from '../render/json.ts'
import { renderPlan } from '../render/plan.ts'
import { complain, paintFor, print, terminalWidth } from '../terminal.ts'

/** `supervisor check [-f FILE…] [--profile NAME…] [--json]`: validates and prints the plan; nothing is started. */
export function check(argv: readonly string[]): Promise<number> {
  return withOptions('check', argv, checkFiles)
}

async function checkFiles(options: Options): Promise<number> {
  const { environment } = takeInheritance()
  const mode = 'init'
  const found = findConfig({ asked: options.texts('file'), environment, mode })
  if (found.kind === 'none') {
    complain(found.message)
    return BAD_FILE
  }
  const loaded = await loadFiles({ mode, paths: found.paths, environment, profiles: options.texts('profile') })
  const reply = replyTo(found.paths, loaded)
  if (options.has('json')) print(jsonLine(reply))
  else show(reply, loaded)
  return loaded.config === null ? BAD_FILE : 0
}

function show({ plan }: CheckReply, loaded: LoadedConfig): void {
  tellProblems(loaded)
  if (plan !== null) print(renderPlan(plan, { width: terminalWidth(), paint: paintFor(1) }))
}
