import type { Entry, Mapping, Tree } from '../core/config/tree.ts'

/** A line of a mapping as written: a key of its own, or `<<`. */
export interface Row {
  readonly kind: 'own' | 'merge'
  readonly entry: Entry
}

/**
 * The entries of a mapping, merged ones in the place of their `<<`.
 *
 * Its own keys win over merged ones, and an earlier mapping of a merged list over a later one
 * (yaml.org/type/merge.html).
 *
 * @returns The entries, and what stands under a `<<` without being a mapping.
 */
export function mergeRows(rows: readonly Row[]): { entries: readonly Entry[]; refused: readonly Tree[] } {
  if (rows.every((row) => row.kind === 'own')) return { entries: rows.map((row) => row.entry), refused: [] }
  const own = new Set(rows.filter((row) => row.kind === 'own').map((row) => row.entry.key))
  const entries = new Map<string, Entry>()
  const refused: Tree[] = []
  for (const { kind, entry } of rows) {
    if (kind === 'own') {
      entries.set(entry.key, entry)
      continue
    }
    const sources = sourcesOf(entry.value)
    refused.push(...sources.refused)
    for (const merged of sources.mappings.flatMap((mapping) => mapping.entries))
      if (!own.has(merged.key) && !entries.has(merged.key)) entries.set(merged.key, merged)
  }
  return { entries: [...entries.values()], refused }
}

function sourcesOf(value: Tree): { readonly mappings: readonly Mapping[]; readonly refused: readonly Tree[] } {
  const candidates = value.kind === 'list' ? value.items : [value]
  return {
    mappings: candidates.filter((tree) => tree.kind === 'mapping'),
    refused: candidates.filter((tree) => tree.kind !== 'mapping'),
  }
}
