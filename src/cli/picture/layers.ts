/** A line from one box down to another; lines of one bundle share their way for as long as they can. */
export interface Arrow {
  readonly from: string
  readonly to: string
  readonly bundle: string
}

/** A box or a bend of a line, within a layer. */
export interface Slot {
  readonly id: string
  readonly layer: number
  readonly width: number
  readonly kind: 'box' | 'bend'
}

/** Boxes in layers, and lines that lead from each layer to the next only. */
export interface Layers {
  readonly slots: ReadonlyMap<string, Slot>
  /** From the layer above to the one below, each pair once. */
  readonly segments: readonly (readonly [above: string, below: string])[]
  /** For each arrow the bends on its way, from above. */
  readonly bends: ReadonlyMap<Arrow, readonly string[]>
}

/** The room that a line takes where it passes between boxes. */
const BEND_WIDTH = 14

/** Puts each box one layer below the lowest of those that lead to it, and bends into the lines that skip layers. */
export function layOut(
  boxes: readonly { readonly id: string; readonly width: number }[],
  arrows: readonly Arrow[],
): Layers {
  const layers = layersOf(
    boxes.map(({ id }) => id),
    arrows,
  )
  const slots = new Map<string, Slot>()
  for (const { id, width } of boxes) slots.set(id, { id, width, layer: layers.get(id) ?? 0, kind: 'box' })
  const bends = new Map<Arrow, readonly string[]>()
  const segments = new Map<string, readonly [string, string]>()
  for (const arrow of arrows) {
    const between = bendsOf(arrow, layers)
    for (const slot of between) slots.set(slot.id, slot)
    const way = between.map(({ id }) => id)
    bends.set(arrow, way)
    const stops = [arrow.from, ...way, arrow.to]
    for (const [index, below] of stops.entries()) {
      const above = stops[index - 1]
      if (above !== undefined) segments.set(JSON.stringify([above, below]), [above, below])
    }
  }
  return { slots, segments: [...segments.values()], bends }
}

/** The longest way down to each (Kahn 1962). */
function layersOf(ids: readonly string[], arrows: readonly Arrow[]): ReadonlyMap<string, number> {
  const open = new Map(ids.map((id) => [id, 0]))
  const below = new Map<string, string[]>()
  for (const { from, to } of arrows) {
    open.set(to, (open.get(to) ?? 0) + 1)
    const targets = below.get(from)
    if (targets === undefined) below.set(from, [to])
    else targets.push(to)
  }
  const layers = new Map<string, number>()
  const free = ids.filter((id) => open.get(id) === 0)
  for (const id of free) layers.set(id, 0)
  // The list grows as it is walked.
  for (const id of free) {
    for (const target of below.get(id) ?? []) {
      layers.set(target, Math.max(layers.get(target) ?? 0, (layers.get(id) ?? 0) + 1))
      const left = (open.get(target) ?? 0) - 1
      open.set(target, left)
      if (left === 0) free.push(target)
    }
  }
  if (free.length < ids.length) throw new Error('internal error: the graph to draw has a cycle')
  return layers
}

function bendsOf({ from, to, bundle }: Arrow, layers: ReadonlyMap<string, number>): readonly Slot[] {
  const first = (layers.get(from) ?? 0) + 1
  const count = Math.max(0, (layers.get(to) ?? 0) - first)
  return Array.from({ length: count }, (_, index) => ({
    id: JSON.stringify([bundle, first + index]),
    layer: first + index,
    width: BEND_WIDTH,
    kind: 'bend',
  }))
}
