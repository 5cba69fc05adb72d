import { lstatSync } from 'node:fs'
import { resolve } from 'node:path'
import type { World } from '../core/config/world.ts'

/** Where the files are, or an error that names all places that were looked at. */
export type FoundConfig =
  /** At least one; the later go over the earlier. */
  { readonly kind: 'found'; readonly paths: readonly string[] } | { readonly kind: 'none'; readonly message: string }

/** What is looked for, and for whom. */
export interface ConfigQuery {
  /** The values of `-f`. */
  readonly asked: readonly string[]
  readonly environment: ReadonlyMap<string, string>
  readonly mode: World['mode']
}

const DEFAULTS = ['services.yaml', 'services.yml', '/etc/pidone/services.yaml']

/**
 * Finds the files: as asked for, or by `$PIDONE_CONFIG`, or the one in its usual places.
 *
 * What is named is not looked for elsewhere when it is missing: reading it says why it cannot be read. Only beside what
 * is found without being named, and only under `up`, `services.override.yaml` is looked for, as Compose does.
 *
 * @param exists Whether something has this path; only tests give one.
 */
export function findConfig(
  { asked, environment, mode }: ConfigQuery,
  exists: (path: string) => boolean = isThere,
): FoundConfig {
  const named = asked.length > 0 ? asked : listed(environment.get('PIDONE_CONFIG') ?? '')
  if (named.length > 0) return { kind: 'found', paths: spelledAlike(named) }
  const path = DEFAULTS.find(exists)
  if (path !== undefined) {
    const override = mode === 'up' ? overridesOf(path).find(exists) : undefined
    return { kind: 'found', paths: override === undefined ? [path] : [path, override] }
  }
  const places = DEFAULTS.map((place) => `"${place}"`).join(', ')
  const message = `cannot find a configuration: "-f" not given, "$PIDONE_CONFIG" not set, and none of ${places} exists`
  return { kind: 'none', message: `${message}; write one, or name it with "-f FILE"` }
}

/** Several paths in one variable, as in PATH. */
function listed(paths: string): readonly string[] {
  return paths.split(':').filter((path) => path !== '')
}

/** One file has one name, the first: what is wrong in it is then told once. */
function spelledAlike(paths: readonly string[]): readonly string[] {
  if (paths.length === 1) return paths
  const names = new Map<string, string>()
  for (const path of paths) if (!names.has(resolve(path))) names.set(resolve(path), path)
  return paths.map((path) => names.get(resolve(path)) ?? path)
}

function overridesOf(path: string): readonly string[] {
  const base = path.slice(0, path.lastIndexOf('.'))
  return [`${base}.override.yaml`, `${base}.override.yml`]
}

/** A link that leads nowhere and a folder that may not be entered count: passing them over would hide the mistake. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined
  } catch {
    return true
  }
}
