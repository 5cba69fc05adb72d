import { lstatSync } from 'node:fs'

/** Where the file is, or an error that names all places that were looked at. */
export type FoundConfig =
  | { readonly kind: 'found'; readonly path: string }
  | { readonly kind: 'none'; readonly message: string }

const DEFAULTS = ['services.yaml', 'services.yml', '/etc/pidone/services.yaml']

/**
 * Finds the file: as asked for, or by `$PIDONE_CONFIG`, or in its usual places.
 *
 * What is named is not looked for elsewhere when it is missing: reading it says why it cannot be read.
 *
 * @param asked The value of `-f`; null without.
 * @param exists Whether something has this path; only tests give one.
 */
export function findConfig(
  asked: string | null,
  environment: ReadonlyMap<string, string>,
  exists: (path: string) => boolean = isThere,
): FoundConfig {
  const named = asked ?? environment.get('PIDONE_CONFIG') ?? ''
  if (named !== '') return { kind: 'found', path: named }
  const path = DEFAULTS.find(exists)
  if (path !== undefined) return { kind: 'found', path }
  const places = DEFAULTS.map((place) => `"${place}"`).join(', ')
  const message = `cannot find a configuration: "-f" not given, "$PIDONE_CONFIG" not set, and none of ${places} exists`
  return { kind: 'none', message: `${message}; write one, or name it with "-f FILE"` }
}

/** A link that leads nowhere and a folder that may not be entered count: passing them over would hide the mistake. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined
  } catch {
    return true
  }
}
