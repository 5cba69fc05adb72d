import { join } from './collection.ts'
import type { Section } from './object.ts'
import { report } from './shape.ts'

/**
 * Reports a key that does nothing because of what another one says, where both were written in one file, by somebody who
 * saw both: what stands in one file for another value may stay when a later file changes only that.
 */
export function reportDead(
  { at, entries, wrong }: Section<object>,
  key: string,
  { because, why }: { readonly because: string; readonly why: string },
): void {
  const entry = entries.get(key)
  if (entry === undefined || wrong.has(because) || entry.place.file !== entries.get(because)?.place.file) return
  report({ ...at, tree: entry.value, path: join(at.path, key) }, 'conflicting-keys', `"${key}" ${why}`, entry.place)
}
