import type { GraphView, ViewEdge, ViewNode } from './graph-view.ts'
import { STATE_COLOURS } from './state-colours.ts'

/** A graph in the language of Graphviz; arrows lead from what is waited for. */
export function renderDot({ title, nodes, edges }: GraphView): string {
  const ids = new Map(nodes.map(({ id }, index) => [id, `n${index}`]))
  const lines = [
    'charset="UTF-8"',
    'rankdir=TB',
    `label=${quoted(title)}`,
    'labelloc=t',
    'fontname="Helvetica"',
    'node [shape=box, style="rounded,filled", fontname="Helvetica"]',
    'edge [fontname="Helvetica", fontsize=10, color="#6e7781"]',
    ...nodes.map((node) => `${ids.get(node.id) ?? ''} ${nodeAttributes(node)}`),
    ...edges.map((edge) => `${ids.get(edge.to) ?? ''} -> ${ids.get(edge.from) ?? ''} ${edgeAttributes(edge)}`),
  ]
  return `digraph ${quoted(title)} {\n${lines.map((line) => `  ${line}\n`).join('')}}\n`
}

function nodeAttributes({ title, note, look, type, count }: ViewNode): string {
  const { fill, stroke, text } = STATE_COLOURS[look].light
  const style = look === 'disabled' ? 'rounded,filled,dashed' : 'rounded,filled'
  return attributes([
    ['label', `${quoted(title).slice(0, -1)}\\n${quoted(note).slice(1)}`],
    ['shape', type === 'oneshot' ? 'ellipse' : 'box'],
    ['style', quoted(type === 'oneshot' ? style.replace('rounded,', '') : style)],
    ['peripheries', count > 1 ? '2' : '1'],
    ['fillcolor', quoted(fill)],
    ['color', quoted(stroke)],
    ['fontcolor', quoted(text)],
  ])
}

function edgeAttributes({ word, kind, whenLost }: ViewEdge): string {
  const label = [word, ...(whenLost === 'ignore' ? [] : [`${whenLost} when lost`])].filter((part) => part !== '')
  return attributes([
    ['label', quoted(label.join(', '))],
    ['style', { required: 'solid', optional: 'dashed', dropped: 'dotted' }[kind]],
  ])
}

function attributes(pairs: readonly (readonly [string, string])[]): string {
  return `[${pairs.map(([name, value]) => `${name}=${value}`).join(', ')}]`
}

/** A quoted string: in labels a backslash begins an escape, and an ampersand an entity of HTML (graphviz.org, escString). */
function quoted(text: string): string {
  const harmless = text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('&', '&amp;')
  return `"${harmless}"`
}
