import type { Layers, Slot } from './layers.ts'
import { tiesOf, type Ties } from './order.ts'

/** Between two boxes, and between a line and what is beside it. */
const BOX_GAP = 28
const BEND_GAP = 10
const PASSES = 12

/**
 * The middle of each slot from left to right: close to those it is tied to, in the order of its row, and not too close to
 * its neighbours there. The leftmost edge is at 0.
 */
export function placeSlots(layers: Layers, rows: readonly (readonly string[])[]): ReadonlyMap<string, number> {
  const { above, below } = tiesOf(layers)
  const lines = rows.map((row) => row.flatMap((id) => layers.slots.get(id) ?? []))
  const places = new Map<string, number>()
  for (const line of lines) placeRow(line, places, () => NOWHERE)
  const pull = (ties: readonly Ties[]) => (slot: Slot) => pullOf(slot, { ties, places, slots: layers.slots })
  // The last way is down: a chain then hangs straight below its first.
  for (let pass = 0; pass < PASSES; pass += 1) {
    for (const line of lines.toReversed()) placeRow(line, places, pull([below]))
    for (const line of lines) placeRow(line, places, pull([above]))
  }
  const left = Math.min(...lines.flat().map((slot) => (places.get(slot.id) ?? 0) - slot.width / 2))
  return new Map([...places].map(([id, at]) => [id, at - left]))
}

/** Where something wants to be, and how much. */
interface Pull {
  readonly at: number
  readonly weight: number
}

const NOWHERE: Pull = { at: 0, weight: 0 }

interface Surroundings {
  readonly ties: readonly Ties[]
  readonly places: ReadonlyMap<string, number>
  readonly slots: Layers['slots']
}

/** Long lines are to be straight: between two bends they pull most. */
function pullOf({ id, kind }: Slot, { ties, places, slots }: Surroundings): Pull {
  let weight = 0
  let sum = 0
  for (const tied of ties.flatMap((one) => one.get(id) ?? [])) {
    const isBend = slots.get(tied)?.kind === 'bend'
    const strength = kind === 'bend' && isBend ? 8 : kind === 'bend' || isBend ? 2 : 1
    weight += strength
    sum += strength * (places.get(tied) ?? 0)
  }
  return weight === 0 ? { at: places.get(id) ?? 0, weight: 0.01 } : { at: sum / weight, weight }
}

/**
 * Places a row so that the squares of the distances from where each wants to be are least: who would overlap share the mean
 * of their wishes (pool adjacent violators).
 */
function placeRow(line: readonly Slot[], places: Map<string, number>, pullOn: (slot: Slot) => Pull): void {
  const offsets = offsetsOf(line)
  const blocks: { sum: number; weight: number; count: number }[] = []
  for (const [index, slot] of line.entries()) {
    const { at, weight } = pullOn(slot)
    const least = Math.max(weight, 1e-6)
    let block = { sum: (at - (offsets[index] ?? 0)) * least, weight: least, count: 1 }
    for (let last = blocks.at(-1); last !== undefined && meanOf(last) > meanOf(block); last = blocks.at(-1)) {
      blocks.pop()
      block = { sum: last.sum + block.sum, weight: last.weight + block.weight, count: last.count + block.count }
    }
    blocks.push(block)
  }
  const bases = blocks.flatMap((block) => Array.from({ length: block.count }, () => meanOf(block)))
  for (const [index, { id }] of line.entries()) places.set(id, (bases[index] ?? 0) + (offsets[index] ?? 0))
}

function meanOf({ sum, weight }: { readonly sum: number; readonly weight: number }): number {
  return sum / weight
}

/** Where each would stand if all stood as close as they may. */
function offsetsOf(line: readonly Slot[]): readonly number[] {
  let offset = 0
  return line.map((slot, index) => {
    const before = line[index - 1]
    if (before === undefined) return 0
    const gap = before.kind === 'box' && slot.kind === 'box' ? BOX_GAP : BEND_GAP
    offset += before.width / 2 + gap + slot.width / 2
    return offset
  })
}
