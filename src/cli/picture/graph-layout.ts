import type { GraphView, ViewEdge, ViewNode } from '../render/graph-view.ts'
import { layOut, type Arrow, type Layers } from './layers.ts'
import { fit, textWidth } from './measure.ts'
import { orderSlots } from './order.ts'
import { placeSlots } from './place.ts'

/** A graph with a place for everything. */
export interface GraphLayout {
  readonly width: number
  readonly height: number
  readonly cards: readonly Card[]
  readonly lines: readonly Line[]
}

/** The box of a node. */
export interface Card {
  readonly node: ViewNode
  /** The title, cut where it is very long. */
  readonly title: string
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  /** What others wait for, at its lower edge. */
  readonly pills: readonly Pill[]
}

/** A word at the lower edge of a box, from where lines begin; `x` is its middle. */
interface Pill {
  readonly word: string
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** A line: points to pass, each straight down until it leaves the layer. */
export interface Line {
  readonly edge: ViewEdge
  readonly stops: readonly Stop[]
}

/** Where a line comes down, from `top` to `bottom`. */
interface Stop {
  readonly x: number
  readonly top: number
  readonly bottom: number
}

export const TITLE_SIZE = 14
export const NOTE_SIZE = 12
export const WORD_SIZE = 11
const CARD_HEIGHT = 56
const PILL_HEIGHT = 18
const PILL_GAP = 6
/** Between lines that arrive at a box in different ways. */
const PORT_GAP = 30
const LONGEST_TITLE = 360

/** Lays a graph out from top to bottom: what is waited for stands above who waits. */
export function layOutGraph({ nodes, edges }: GraphView): GraphLayout {
  const leaving = groupBy(edges, ({ to }) => to)
  const arriving = groupBy(edges, ({ from }) => from)
  const sized = nodes.map((node) => size(node, leaving.get(node.id) ?? [], arriving.get(node.id) ?? []))
  const arrows = edges.map((edge): Arrow & { edge: ViewEdge } => {
    return { from: edge.to, to: edge.from, bundle: JSON.stringify([edge.to, edge.word, edge.kind]), edge }
  })
  const layers = layOut(sized, arrows)
  const middles = placeSlots(layers, orderSlots(layers))
  const tops = topsOf(layers, middles)
  const cards = sized.map((box) => placeCard(box, { layers, middles, tops, leaving }))
  const byId = new Map(cards.map((card) => [card.node.id, card]))
  const lines = arrows.map((arrow) => ({
    edge: arrow.edge,
    stops: stopsOf(arrow, { byId, layers, middles, tops, arriving }),
  }))
  const right = [...layers.slots.values()].map((slot) => (middles.get(slot.id) ?? 0) + slot.width / 2)
  return { width: Math.max(0, ...right), height: tops.at(-1) ?? 0, cards, lines }
}

interface Sized {
  readonly id: string
  readonly width: number
  readonly node: ViewNode
  readonly title: string
  readonly words: readonly string[]
}

function size(node: ViewNode, leaving: readonly ViewEdge[], arriving: readonly ViewEdge[]): Sized {
  const words = [...new Set(leaving.map(({ word }) => word).filter((word) => word !== ''))]
  const title = fit(node.title, LONGEST_TITLE, TITLE_SIZE, 'bold')
  const room = Math.max(textWidth(title, TITLE_SIZE, 'bold'), textWidth(node.note, NOTE_SIZE))
  const pills = words.reduce((sum, word) => sum + pillWidth(word) + PILL_GAP, PILL_GAP)
  const ports = new Set(arriving.map(({ whenLost }) => whenLost)).size * PORT_GAP
  const sides = (node.type === 'oneshot' ? 44 : 28) + (node.count > 1 ? 10 : 0)
  return { id: node.id, node, title, words, width: Math.max(room + sides, pills + 16, ports + 16, 104) }
}

function pillWidth(word: string): number {
  return textWidth(word, WORD_SIZE) + 14
}

/** The upper edge of each layer, and below the last one the lower edge of all: the wider the lines go, the more room. */
function topsOf({ slots, segments }: Layers, middles: ReadonlyMap<string, number>): readonly number[] {
  const count = Math.max(-1, ...[...slots.values()].map(({ layer }) => layer)) + 1
  const reach = Array.from({ length: count }, () => 0)
  for (const [above, below] of segments) {
    const layer = slots.get(above)?.layer ?? 0
    const width = Math.abs((middles.get(above) ?? 0) - (middles.get(below) ?? 0))
    reach[layer] = Math.max(reach[layer] ?? 0, width)
  }
  const tops = [0]
  for (let layer = 0; layer < count; layer += 1) {
    const gap = layer === count - 1 ? 0 : Math.min(150, 56 + (reach[layer] ?? 0) / 9)
    tops.push((tops[layer] ?? 0) + CARD_HEIGHT + gap)
  }
  return tops
}

interface Placed {
  readonly layers: Layers
  readonly middles: ReadonlyMap<string, number>
  readonly tops: readonly number[]
}

function placeCard(box: Sized, parts: Placed & { readonly leaving: ReadonlyMap<string, readonly ViewEdge[]> }): Card {
  const { layers, middles, tops, leaving } = parts
  const middle = middles.get(box.id) ?? 0
  const y = tops[layers.slots.get(box.id)?.layer ?? 0] ?? 0
  const edges = leaving.get(box.id) ?? []
  const targets = (word: string): number =>
    meanOf(edges.filter((edge) => edge.word === word).map(({ from }) => middles.get(from) ?? 0))
  const words = box.words.toSorted((one, other) => targets(one) - targets(other))
  let x = middle - words.reduce((sum, word) => sum + pillWidth(word) + PILL_GAP, -PILL_GAP) / 2
  const pills = words.map((word) => {
    const width = pillWidth(word)
    const pill = { word, x: x + width / 2, y: y + CARD_HEIGHT - PILL_HEIGHT / 2, width, height: PILL_HEIGHT }
    x += width + PILL_GAP
    return pill
  })
  const { node, title, width } = box
  return { node, title, x: middle - width / 2, y, width, height: CARD_HEIGHT, pills }
}

interface Routing extends Placed {
  readonly byId: ReadonlyMap<string, Card>
  readonly arriving: ReadonlyMap<string, readonly ViewEdge[]>
}

function stopsOf(arrow: Arrow & { readonly edge: ViewEdge }, parts: Routing): readonly Stop[] {
  const { byId, layers, middles, tops, arriving } = parts
  const source = byId.get(arrow.from)
  const target = byId.get(arrow.to)
  if (source === undefined || target === undefined) return []
  const pill = source.pills.find(({ word }) => word === arrow.edge.word)
  const bottom = source.y + source.height
  const start = pill === undefined ? bottom : pill.y + pill.height
  const startX = pill?.x ?? source.x + source.width / 2
  const bends = (layers.bends.get(arrow) ?? []).map((id) => {
    const top = tops[layers.slots.get(id)?.layer ?? 0] ?? 0
    return { x: middles.get(id) ?? 0, top, bottom: top + CARD_HEIGHT + PILL_HEIGHT / 2 }
  })
  const ways = [...new Set((arriving.get(arrow.to) ?? []).map(({ whenLost }) => whenLost))]
  const port = (ways.indexOf(arrow.edge.whenLost) - (ways.length - 1) / 2) * PORT_GAP
  const endX = target.x + target.width / 2 + port
  return [{ x: startX, top: start, bottom: start }, ...bends, { x: endX, top: target.y, bottom: target.y }]
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
}

function groupBy<T>(values: readonly T[], key: (value: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>()
  for (const value of values) {
    const group = groups.get(key(value))
    if (group === undefined) groups.set(key(value), [value])
    else group.push(value)
  }
  return groups
}
