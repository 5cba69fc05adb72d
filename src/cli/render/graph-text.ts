import type { Paint, Style } from './colour.ts'
import type { GraphView, Look, ViewEdge, ViewNode } from './graph-view.ts'
import { STATE_STYLES } from './state-styles.ts'
import { cellWidth, cut } from './text.ts'

/** Where a graph is shown; `width`: columns of the terminal, null when there is none. */
export interface TextView {
  readonly width: number | null
  readonly paint: Paint
}

/** Deeper than this a branch goes on at the margin, further below; and so it does where no name would have room. */
const MAX_DEPTH = 10

/** What a branch is further to the right than the one above. */
const STEP = '├─ '.length

/** Less than this of a name says too little: how it is waited for is cut before. */
const LEAST_NAME = 12

/**
 * A graph as trees: at the margin those for whom nobody waits, below each what it waits for, and until when.
 *
 * What stands above already with all that it needs is only named again.
 */
export function renderGraphText({ title, summary, nodes, edges }: GraphView, view: TextView): string {
  const needed = new Set(edges.map(({ to }) => to))
  const walk: Walk = {
    nodes: new Map(nodes.map((node) => [node.id, node])),
    below: edgesByFrom(edges),
    shown: new Set(),
    later: nodes.filter(({ id }) => !needed.has(id)).map(({ id }) => id),
    lines: [cut(`${title}: ${summary}`, view.width ?? Infinity)],
    view,
    maxDepth: Math.min(MAX_DEPTH, Math.floor(((view.width ?? Infinity) - LEAST_NAME) / STEP)),
  }
  // The list grows as it is walked, by branches that have become too deep.
  for (const id of walk.later) {
    if (walk.shown.has(id)) continue
    walk.lines.push('')
    draw(walk, { id, how: '', lead: '', indent: '', depth: 0 })
  }
  return walk.lines.map((line) => `${line}\n`).join('')
}

interface Walk {
  readonly nodes: ReadonlyMap<string, ViewNode>
  readonly below: ReadonlyMap<string, readonly ViewEdge[]>
  readonly shown: Set<string>
  readonly later: string[]
  readonly lines: string[]
  readonly view: TextView
  readonly maxDepth: number
}

/** A node at its place: what stands before it on its line, and before the lines of those below it. */
interface Branch {
  readonly id: string
  /** How the one above waits for it. */
  readonly how: string
  readonly lead: string
  readonly indent: string
  readonly depth: number
}

function draw(walk: Walk, { id, how, lead, indent, depth }: Branch): void {
  const node = walk.nodes.get(id)
  if (node === undefined) return
  const edges = walk.below.get(id) ?? []
  const isTold = walk.shown.has(id) && edges.length > 0
  const isDeep = !isTold && depth >= walk.maxDepth && edges.length > 0
  const mark = isTold ? ' (above)' : isDeep ? ' (below)' : ''
  walk.lines.push(lineOf(walk.view, node, { lead, how, after: mark }))
  if (isDeep) walk.later.push(id)
  if (isTold || isDeep) return
  walk.shown.add(id)
  const widest = Math.max(0, ...edges.map((edge) => describe(edge).length))
  for (const [index, edge] of edges.entries()) {
    const isLast = index === edges.length - 1
    draw(walk, {
      id: edge.to,
      how: `${describe(edge).padEnd(widest)}  `,
      lead: `${indent}${isLast ? '└─ ' : '├─ '}`,
      indent: `${indent}${isLast ? '   ' : '│  '}`,
      depth: depth + 1,
    })
  }
}

interface Around extends Pick<Branch, 'lead' | 'how'> {
  readonly after: string
}

function lineOf({ width, paint }: TextView, node: ViewNode, { lead, how, after }: Around): string {
  const name = node.title
  const rest = `  ${node.note}${after}`
  const columns = (width ?? Infinity) - lead.length
  const before = `${lead}${cutBefore(how, columns - Math.min(LEAST_NAME, cellWidth(name)))}`
  const room = (width ?? Infinity) - before.length
  const shown = cut(name, room)
  const left = room - cellWidth(shown)
  const note = paint(LOOK_STYLES[node.look], cut(rest, left))
  return `${paint('dim', before)}${paint('bold', shown)}${left > 0 ? note : ''}`
}

/** How a node is waited for, within so many columns, with a space behind it; nothing where that would say nothing. */
function cutBefore(how: string, columns: number): string {
  if (how.length <= columns) return how
  return columns < LEAST_HOW ? '' : `${cut(how.trimEnd(), columns - 1)} `
}

const LEAST_HOW = 4

/** `ready`, `ready, if it can be, restart when lost`. */
function describe({ word, kind, whenLost }: ViewEdge): string {
  if (kind === 'dropped') return 'not waited for'
  return [word, kind === 'optional' ? 'if it can be' : '', whenLost === 'ignore' ? '' : `${whenLost} when lost`]
    .filter((part) => part !== '')
    .join(', ')
}

function edgesByFrom(edges: readonly ViewEdge[]): ReadonlyMap<string, readonly ViewEdge[]> {
  const groups = new Map<string, ViewEdge[]>()
  for (const edge of edges) {
    const group = groups.get(edge.from)
    if (group === undefined) groups.set(edge.from, [edge])
    else group.push(edge)
  }
  return groups
}

const LOOK_STYLES: Readonly<Record<Look, Style>> = { ...STATE_STYLES, unhealthy: 'red', unknown: 'dim' }
