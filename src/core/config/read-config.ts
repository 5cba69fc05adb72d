import type { Config } from './model.ts'
import type { Problem } from './problem.ts'
import type { Tree } from './tree.ts'
import type { World } from './world.ts'

/** Stand-in. */
export function readConfig(_tree: Tree, _world: World): { config: Config | null; problems: readonly Problem[] } {
  return { config: null, problems: [] }
}
