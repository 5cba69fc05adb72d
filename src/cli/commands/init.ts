import { DEFAULT_LOG_SETTINGS } from '../../core/log/settings.ts'
import type { Config } from '../../core/config/model.ts'
import { BAD_FILE, INTERNAL_ERROR } from '../exit-status.ts'
import { findConfig } from '../find-config.ts'
import { takeHome } from '../home.ts'
import { loadFiles, tellUnlessLogged } from '../load-file.ts'
import { withOptions, type Options } from '../options.ts'
import { takeInheritance } from '../own-environment.ts'
import { ignoreStops } from '../../system/libc/ignore.ts'
import { catchSignals } from '../signal-source.ts'
import { supervise, type Supervising } from '../supervise.ts'
import { complain } from '../terminal.ts'

/** `supervisor init [-f FILE…] [--profile NAME…] [CMD…]`: PID 1 of a container. */
export function init(argv: readonly string[]): Promise<number> {
  return withOptions('init', argv, runInit)
}

async function runInit(options: Options): Promise<number> {
  const signals = catchSignals()
  // None stops PID 1 (pid_namespaces(7)); where another init is that, nobody would continue us.
  ignoreStops()
  const inheritance = takeInheritance()
  const { environment } = inheritance
  const command = options.words.length === 0 ? null : options.words
  const loaded = await findAndLoad(options, command, environment)
  if (loaded === null) return BAD_FILE
  const home = await takeHome(loaded.config.services)
  if ('refusal' in home) {
    complain(home.refusal)
    return INTERNAL_ERROR
  }
  const wanted = new Set(loaded.config.services.keys())
  return supervise({ ...loaded, wanted, command, inheritance, signals, home })
}

/** With a command and no file anywhere there is still something to do: be a small init for the command. */
async function findAndLoad(
  options: Options,
  command: readonly string[] | null,
  environment: ReadonlyMap<string, string>,
): Promise<Pick<Supervising, 'config' | 'warnings'> | null> {
  const mode = 'init'
  const found = findConfig({ asked: options.texts('file'), environment, mode })
  if (found.kind === 'found') {
    const loaded = await loadFiles({ mode, paths: found.paths, environment, profiles: options.texts('profile') })
    const warnings = tellUnlessLogged(loaded)
    return loaded.config === null ? null : { config: loaded.config, warnings }
  }
  if (command !== null) return { config: NO_SERVICES }
  complain(found.message)
  return null
}

const NO_SERVICES: Config = {
  name: 'command',
  services: new Map(),
  shutdownTimeoutMs: null,
  whenKilled: 'kill',
  logs: DEFAULT_LOG_SETTINGS,
  controlAllow: { users: new Map(), groups: new Map() },
  command: { waitFor: 'ready', timeoutMs: null },
  signals: new Map(),
  secretNames: new Set(),
  secrets: new Set(),
  absences: new Map(),
  droppedEdges: [],
}
