import type { GraphView, Look } from '../render/graph-view.ts'
import { STATE_COLOURS, type Colours } from '../render/state-colours.ts'
import { drawLegend, legendWidth } from './legend.ts'
import { graphLegend } from './graph-legend.ts'
import {
  layOutGraph,
  NOTE_SIZE,
  TITLE_SIZE,
  WORD_SIZE,
  type Card,
  type GraphLayout,
  type Line,
} from './graph-layout.ts'
import { fit, textWidth } from './measure.ts'
import { label, sheet, type Rule } from './sheet.ts'
import { badge } from './signs.ts'
import { element, number, text } from './xml.ts'

const MARGIN = 28
const HEAD = 64
const LEAST_WIDTH = 360
const FOOT_GAP = 30

/** A graph as a picture; lines lead down from what is waited for. */
export function graphSvg(graph: GraphView): string {
  const layout = layOutGraph(graph)
  const entries = graphLegend(graph)
  const summary = fit(graph.summary, 900, 13)
  const inner = Math.max(LEAST_WIDTH, layout.width, legendWidth(entries), textWidth(summary, 13))
  const title = fit(graph.title, inner, 18, 'bold')
  const footY = MARGIN + HEAD + layout.height + FOOT_GAP
  const legend = drawLegend(entries, { x: MARGIN, y: footY, width: inner })
  const left = MARGIN + (inner - layout.width) / 2
  return sheet(
    {
      width: inner + 2 * MARGIN,
      height: footY + legend.height + MARGIN / 2,
      title: `${graph.title}: who waits for whom; ${graph.summary}`,
      rules: [...RULES, ...looksOf(graph).flatMap(rulesOf)],
    },
    label({ x: MARGIN, y: MARGIN + 16 }, title, { size: 18, className: 'bold' }),
    label({ x: MARGIN, y: MARGIN + 37 }, summary, { size: 13, className: 'muted' }),
    drawGraph(layout, { x: left, y: MARGIN + HEAD }),
    legend.content,
  )
}

const RULES: readonly Rule[] = [
  { selector: '.line', light: 'fill:none;stroke:#8c959f;stroke-width:1.5', dark: 'stroke:#6e7681' },
  { selector: '.optional', light: 'stroke-dasharray:6 4' },
  { selector: '.dropped', light: 'stroke-dasharray:1.5 4;stroke:#afb8c1', dark: 'stroke:#484f58' },
  { selector: '.head', light: 'fill:#8c959f', dark: 'fill:#6e7681' },
  { selector: '.card', light: 'stroke-width:1.5' },
  { selector: '.shape', light: 'fill:none;stroke:#8c959f', dark: 'stroke:#6e7681' },
  { selector: '.pill', light: 'fill:#ffffff;stroke:#8c959f', dark: 'fill:#0d1117;stroke:#6e7681' },
  { selector: '.badge', light: 'fill:#ffffff;stroke:#8250df;stroke-width:1.5', dark: 'fill:#0d1117;stroke:#a371f7' },
  { selector: '.sign', light: 'fill:none;stroke:#8250df;stroke-width:1.5', dark: 'stroke:#a371f7' },
  { selector: '.block', light: 'fill:#8250df', dark: 'fill:#a371f7' },
]

function looksOf({ nodes }: GraphView): readonly Look[] {
  return [...new Set(nodes.map((node) => node.look))]
}

function rulesOf(look: Look): readonly Rule[] {
  const { light, dark } = STATE_COLOURS[look]
  const dashes = look === 'disabled' || look === 'waiting' ? ';stroke-dasharray:5 4' : ''
  return [
    { selector: `.${look} .card,.card.${look}`, light: `${box(light)}${dashes}`, dark: box(dark) },
    { selector: `.${look} .note`, light: `fill:${light.text}`, dark: `fill:${dark.text}` },
  ]
}

function box({ fill, stroke }: Colours): string {
  return `fill:${fill};stroke:${stroke}`
}

function drawGraph({ cards, lines }: GraphLayout, { x, y }: { readonly x: number; readonly y: number }): string {
  // Many share their way or their end: each piece is drawn once, below all boxes.
  const pieces = new Set(lines.flatMap(drawLine))
  const heads = new Set(lines.flatMap(drawHead))
  return element(
    'g',
    { transform: `translate(${number(x)} ${number(y)})` },
    ...pieces,
    ...cards.map(drawCard),
    ...heads,
  )
}

/** From each stop to the next one as a curve that leaves and arrives straight down. */
function drawLine({ edge, stops }: Line): readonly string[] {
  const className = edge.kind === 'required' ? 'line' : `line ${edge.kind}`
  return stops.flatMap((stop, index) => {
    const before = stops[index - 1]
    if (before === undefined) return []
    const isLast = index === stops.length - 1
    const end = isLast ? stop.top - 6 : stop.top
    const middle = (before.bottom + end) / 2
    const curve = `M${point(before.x, before.bottom)}C${point(before.x, middle)} ${point(stop.x, middle)} ${point(stop.x, end)}`
    return [element('path', { class: className, d: isLast ? curve : `${curve}V${number(stop.bottom)}` })]
  })
}

function drawHead({ edge, stops }: Line): readonly string[] {
  const end = stops.at(-1)
  if (end === undefined) return []
  const { x, top } = end
  const head = element('path', { class: 'head', d: `M${point(x, top)}L${point(x - 4.5, top - 8)}H${number(x + 4.5)}Z` })
  return edge.whenLost === 'ignore' ? [head] : [head, badge(edge.whenLost, { x, y: top - 18 })]
}

function point(x: number, y: number): string {
  return `${number(x)} ${number(y)}`
}

function drawCard({ node, title, x, y, width, height, pills }: Card): string {
  const { look, type, count, note } = node
  const rx = type === 'oneshot' ? height / 2 : 8
  const cards = [8, 4, 0]
    .slice(count > 2 ? 0 : count > 1 ? 1 : 2)
    .map((by) =>
      element('rect', { class: 'card', x: x + by, y: y + by, width: width - by, height: height - 2 * by, rx }),
    )
  const middle = x + width / 2
  return element(
    'g',
    { class: look },
    element('title', {}, text(`${node.title}: ${note}`)),
    ...cards,
    label({ x: middle, y: y + 23 }, title, { size: TITLE_SIZE, className: 'bold', anchor: 'middle' }),
    label({ x: middle, y: y + 40 }, note, { size: NOTE_SIZE, className: 'note', anchor: 'middle' }),
    ...pills.map((pill) =>
      [
        element('rect', {
          class: 'pill',
          x: pill.x - pill.width / 2,
          y: pill.y,
          width: pill.width,
          height: pill.height,
          rx: pill.height / 2,
        }),
        label({ x: pill.x, y: pill.y + 12.5 }, pill.word, { size: WORD_SIZE, className: 'muted', anchor: 'middle' }),
      ].join(''),
    ),
  )
}
