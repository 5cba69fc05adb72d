import type { Config } from '../../core/config/model.ts'
import { BAD_FILE, INTERNAL_ERROR } from '../exit-status.ts'
import { findConfig } from '../find-config.ts'
import { takeHome } from '../home.ts'
import { loadFile } from '../load-file.ts'
import { withOptions, type Options } from '../options.ts'
import { restoreEnvironment } from '../own-environment.ts'
import { catchSignals } from '../signal-source.ts'
import { supervise } from '../supervise.ts'
import { complain } from '../terminal.ts'

/** `supervisor init [-f FILE] [CMD…]`: PID 1 of a container. */
export function init(argv: readonly string[]): Promise<number> {
  return withOptions('init', argv, runInit)
}

async function runInit(options: Options): Promise<number> {
  const signals = catchSignals()
  const environment = restoreEnvironment(process.env)
  const command = options.words.length === 0 ? null : options.words
  const config = findAndLoad(options.text('file'), command, environment)
  if (config === null) return BAD_FILE
  const home = await takeHome(null)
  if ('refusal' in home) {
    complain(home.refusal)
    return INTERNAL_ERROR
  }
  const wanted = new Set(config.services.keys())
  return supervise({ config, wanted, command, environment, signals, home })
}

/** With a command and no file anywhere there is still something to do: be a small init for the command. */
function findAndLoad(
  file: string | null,
  command: readonly string[] | null,
  environment: ReadonlyMap<string, string>,
): Config | null {
  const found = findConfig(file, environment)
  if (found.kind === 'found') return loadFile('init', found.path, environment)
  if (command !== null)
    return { name: 'command', services: new Map(), shutdownTimeoutMs: null, secrets: new Set(), droppedEdges: [] }
  complain(found.message)
  return null
}
