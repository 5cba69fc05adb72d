import type { Place, Tree } from '../tree.ts'
import type { Plain } from './form.ts'

/** A plain value as if it stood in the file. */
export function plainTree(value: Plain, place: Place): Tree {
  if (typeof value !== 'object') return { kind: 'scalar', place, value, text: String(value) }
  if (isList(value)) return { kind: 'list', place, items: value.map((item) => plainTree(item, place)) }
  const entries = Object.entries(value).map(([key, item]) => ({ key, place, value: plainTree(item, place) }))
  return { kind: 'mapping', place, entries }
}

function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value)
}
