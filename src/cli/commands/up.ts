import { dirname, resolve } from 'node:path'
import type { Config } from '../../core/config/model.ts'
import { profilesOf } from '../../core/config/profiles-of.ts'
import { namesFor, resolveNames } from '../../core/control/names.ts'
import type { Tree } from '../../core/config/tree.ts'
import { buildGraph } from '../../core/graph/graph.ts'
import { describeAbsence } from '../describe-absence.ts'
import { BAD_FILE, BAD_USAGE, INTERNAL_ERROR } from '../exit-status.ts'
import { findConfig } from '../find-config.ts'
import { takeProjectHome } from '../home.ts'
import { loadFiles, tellProblems } from '../load-file.ts'
import { withOptions, type Options } from '../options.ts'
import { takeInheritance } from '../own-environment.ts'
import { createLabelPaint } from '../render/label.ts'
import { catchSignals } from '../signal-source.ts'
import { supervise } from '../supervise.ts'
import { withoutEchoes } from '../without-echoes.ts'
import { complain, paintFor } from '../terminal.ts'

/** `supervisor up [-f FILE…] [--profile NAME…] [SERVICE…]`: the same file in the foreground of a terminal. */
export function up(argv: readonly string[]): Promise<number> {
  return withOptions('up', argv, runUp)
}

async function runUp(options: Options): Promise<number> {
  const signals = withoutEchoes(catchSignals())
  const inheritance = takeInheritance()
  const { environment } = inheritance
  const mode = 'up'
  const found = findConfig({ asked: options.texts('file'), environment, mode })
  if (found.kind === 'none') return refuse(found.message, BAD_FILE)
  const { paths } = found
  const profiles = options.texts('profile')
  const profilesIn = (tree: Tree): ReadonlySet<string> => profilesOf(tree, options.words, environment)
  const loaded = await loadFiles({ mode, paths, environment, profiles, profilesIn })
  tellProblems(loaded)
  const { config } = loaded
  if (config === null) return BAD_FILE
  const wanted = chooseServices(config, options.words)
  if ('refusal' in wanted) return refuse(wanted.refusal, BAD_USAGE)
  const home = await takeProjectHome({ name: config.name, folder: dirname(resolve(paths[0] ?? '')) })
  if ('refusal' in home) return refuse(home.refusal, INTERNAL_ERROR)
  const paint = createLabelPaint(paintFor(1))
  return supervise({ config, wanted, command: null, inheritance, signals, home, paint })
}

function refuse(message: string, status: number): number {
  complain(message)
  return status
}

/** The named services with all that they need; without names, all that are enabled. */
function chooseServices(config: Config, names: readonly string[]): ReadonlySet<string> | { refusal: string } {
  const resolved = resolveNames(names, [...config.services.values()])
  if ('refusal' in resolved) return resolved
  const isEnabled = (name: string): boolean => config.services.get(name)?.enabled === true
  const wanted = namesFor(resolved, isEnabled)
  const disabled = wanted.find((name) => !isEnabled(name))
  if (disabled !== undefined) {
    return { refusal: `cannot start "${disabled}": it is disabled: ${describeAbsence(config, disabled)}` }
  }
  return new Set(buildGraph(config.services).requirements(wanted))
}
