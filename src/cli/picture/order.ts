import type { Layers } from './layers.ts'

/** Who is tied to whom in the layer above, or below. */
export type Ties = ReadonlyMap<string, readonly string[]>

/** The ties of all slots in both directions. */
export function tiesOf({ segments }: Layers): { readonly above: Ties; readonly below: Ties } {
  const above = new Map<string, string[]>()
  const below = new Map<string, string[]>()
  for (const [upper, lower] of segments) {
    addTo(above, lower, upper)
    addTo(below, upper, lower)
  }
  return { above, below }
}

function addTo(lists: Map<string, string[]>, key: string, value: string): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}

type Rows = readonly (readonly string[])[]

/** No more than so many comparisons of neighbours: a picture of thousands of lines is no better for more of them. */
const MAX_WORK = 400_000
const MAX_SWEEPS = 24

/**
 * The slots of each layer from left to right, with few crossings: by sweeps that put each one where on average its
 * neighbours stand (Sugiyama 1981), of which the best is kept.
 */
export function orderSlots(layers: Layers): Rows {
  const { above, below } = tiesOf(layers)
  let rows: Rows = rowsOf(layers)
  let best = { rows, crossings: countCrossings(rows, below) }
  const sweeps = Math.min(MAX_SWEEPS, Math.ceil(MAX_WORK / (layers.segments.length + 1)))
  for (let sweep = 0; sweep < sweeps && best.crossings > 0; sweep += 1) {
    rows = sweep % 2 === 0 ? sweepDown(rows, above) : sweepDown(rows.toReversed(), below).toReversed()
    const crossings = countCrossings(rows, below)
    if (crossings < best.crossings) best = { rows, crossings }
  }
  return best.rows
}

function rowsOf({ slots }: Layers): Rows {
  const rows: string[][] = []
  for (const { id, layer } of slots.values()) (rows[layer] ??= []).push(id)
  return rows
}

function sweepDown(rows: Rows, ties: Ties): Rows {
  const swept: (readonly string[])[] = []
  for (const row of rows) swept.push(swept.length === 0 ? row : orderRow(row, swept.at(-1) ?? [], ties))
  return swept
}

function orderRow(row: readonly string[], before: readonly string[], ties: Ties): readonly string[] {
  const places = new Map(before.map((id, index) => [id, index]))
  const centre = (id: string, index: number): number => {
    const found = (ties.get(id) ?? []).flatMap((tied) => places.get(tied) ?? [])
    // Who is tied to nobody there stays about where he is.
    if (found.length === 0) return (index / row.length) * before.length
    return found.reduce((sum, place) => sum + place, 0) / found.length
  }
  const centres = row.map((id, index) => ({ id, at: centre(id, index) }))
  return centres.toSorted((one, other) => one.at - other.at).map(({ id }) => id)
}

/** Two lines cross when their ends stand in different orders above and below. */
export function countCrossings(rows: Rows, below: Ties): number {
  let crossings = 0
  for (const [index, row] of rows.entries()) {
    const places = new Map((rows[index + 1] ?? []).map((id, place) => [id, place]))
    const ends = row.flatMap((id) =>
      (below.get(id) ?? []).flatMap((target) => places.get(target) ?? []).toSorted((a, b) => a - b),
    )
    crossings += countInversions(ends, places.size)
  }
  return crossings
}

/** How many pairs stand in the wrong order, by a tree of counts (Fenwick 1994). */
function countInversions(values: readonly number[], limit: number): number {
  const tree = Array.from({ length: limit + 1 }, () => 0)
  let inversions = 0
  for (const [seen, value] of values.entries()) {
    let smaller = 0
    for (let at = value + 1; at > 0; at -= at & -at) smaller += tree[at] ?? 0
    inversions += seen - smaller
    for (let at = value + 1; at <= limit; at += at & -at) tree[at] = (tree[at] ?? 0) + 1
  }
  return inversions
}
