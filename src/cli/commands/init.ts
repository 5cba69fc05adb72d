import type { Config } from '../../core/config/model.ts'
import { BAD_FILE, BAD_USAGE, INTERNAL_ERROR } from '../exit-status.ts'
import { findConfig } from '../find-config.ts'
import { takeHome } from '../home.ts'
import { loadFile } from '../load-file.ts'
import { restoreEnvironment } from '../own-environment.ts'
import { refuse } from '../refuse.ts'
import { catchSignals } from '../signal-source.ts'
import { supervise } from '../supervise.ts'

/** `supervisor init [-f FILE] [CMD…]`: PID 1 of a container. */
export async function init(argv: readonly string[]): Promise<number> {
  const signals = catchSignals()
  const environment = restoreEnvironment(process.env)
  const options = parseInit(argv)
  if ('refusal' in options) return refuse(options.refusal, BAD_USAGE)
  const command = options.command.length === 0 ? null : options.command
  const config = findAndLoad(options.file, command, environment)
  if (config === null) return BAD_FILE
  const home = await takeHome(null)
  if ('refusal' in home) return refuse(home.refusal, INTERNAL_ERROR)
  const wanted = new Set(config.services.keys())
  return supervise({ config, wanted, command, environment, signals, home })
}

/** What stands on the command line: all from the first word that is no option of ours is CMD. */
function parseInit(argv: readonly string[]): { file: string | null; command: readonly string[] } | { refusal: string } {
  const [first, second] = argv
  if (first === '--') return { file: null, command: argv.slice(1) }
  if (first === '-f' || first === '--file') {
    if (second === undefined) return { refusal: `option "${first}" needs the path of a file` }
    const command = argv.slice(2)
    return { file: second, command: command[0] === '--' ? command.slice(1) : command }
  }
  if (first?.startsWith('-')) return { refusal: `unknown option "${first}"; see "supervisor init --help"` }
  return { file: null, command: argv }
}

/** With a command and no file anywhere there is still something to do: be a small init for the command. */
function findAndLoad(
  file: string | null,
  command: readonly string[] | null,
  environment: ReadonlyMap<string, string>,
): Config | null {
  const found = findConfig(file, environment)
  if (found.kind === 'found') return loadFile('init', found.path, environment)
  if (command !== null) return { name: 'command', services: new Map(), shutdownTimeoutMs: null }
  refuse(found.message, BAD_FILE)
  return null
}
