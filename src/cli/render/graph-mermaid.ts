import type { GraphView, Look, ViewEdge } from './graph-view.ts'
import { STATE_COLOURS } from './state-colours.ts'

/** A graph as a Mermaid flowchart, for a fenced block of a Markdown page; arrows lead from what is waited for. */
export function renderMermaid({ nodes, edges }: GraphView): string {
  const ids = new Map(nodes.map(({ id }, index) => [id, `n${index}`]))
  const looks = [...new Set(nodes.map((node) => node.look))]
  const lines = [
    ...nodes.map(({ id, title, note, type }) => {
      const label = `"${quoted(title)}<br/>${quoted(note)}"`
      return `${ids.get(id) ?? ''}${type === 'oneshot' ? `([${label}])` : `[${label}]`}`
    }),
    ...edges.map((edge) => `${ids.get(edge.to) ?? ''} ${arrow(edge)} ${ids.get(edge.from) ?? ''}`),
    ...looks.map((look) => `classDef ${classOf(look)} ${styleOf(look)}`),
    ...looks.map((look) => {
      const members = nodes.flatMap((node) => (node.look === look ? [ids.get(node.id) ?? ''] : []))
      return `class ${members.join(',')} ${classOf(look)}`
    }),
  ]
  return `flowchart TD\n${lines.map((line) => `  ${line}\n`).join('')}`
}

/**
 * A text within quotes: every character that could mean anything to Mermaid, to its Markdown or to HTML as its number.
 * Mermaid itself has no other escape (flowchart syntax, "Entity codes to escape characters").
 */
function quoted(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N} _.,\u00D7\u2026-]/gu, (character) => `#${character.codePointAt(0) ?? 0};`)
}

function arrow({ word, kind, whenLost }: ViewEdge): string {
  const label = [word, ...(whenLost === 'ignore' ? [] : [`${whenLost} when lost`])].filter((part) => part !== '')
  const shaft = kind === 'required' ? '-->' : '-.->'
  return label.length === 0 ? shaft : `${shaft}|"${label.join(', ')}"|`
}

/** A name that is no word of Mermaid's. */
function classOf(look: Look): string {
  return `is_${look}`
}

function styleOf(look: Look): string {
  const { fill, stroke, text } = STATE_COLOURS[look].light
  const dashes = look === 'disabled' ? ',stroke-dasharray:4 3' : ''
  return `fill:${fill},stroke:${stroke},color:${text}${dashes}`
}
