import type { AnalyzeReply } from '../../core/control/analyze-reply.ts'
import { formatMs } from '../../core/text/span.ts'
import { headline, pathOf } from '../render/analysis.ts'
import { bootChart, type Bar, type BarKind, type BootRow } from './boot-rows.ts'
import { BAR_RULES, bootLegend } from './boot-legend.ts'
import { drawLegend } from './legend.ts'
import { fit, textWidth } from './measure.ts'
import { escapeControls } from '../render/text.ts'
import { label, sheet } from './sheet.ts'
import { ticksUpTo } from './time-axis.ts'
import { element, number, text } from './xml.ts'

const MARGIN = 28
const HEAD = 86
const ROW = 26
const BAR = 14
const PLOT = 760
const NAME_SIZE = 12.5
const LABEL_SIZE = 11.5
const LONGEST_NAME = 260
const TICKS = 9
/** What takes no time at all is to be seen, too. */
const LEAST_BAR = 1.5

/** How a set came up, as a chart: a bar for each service, and the path that all waited for. */
export function bootSvg(reply: AnalyzeReply): string {
  const { rows, endMs } = bootChart(reply)
  const names = rows.map(({ name }) => fit(name, LONGEST_NAME, NAME_SIZE, 'bold'))
  const left = MARGIN + Math.max(...names.map((name) => textWidth(name, NAME_SIZE, 'bold'))) + 14
  const right = Math.max(...rows.map((row) => textWidth(row.label, LABEL_SIZE))) + 12
  const frame: Frame = { left, top: MARGIN + HEAD, scale: PLOT / Math.max(endMs, 1), rows, names }
  const width = left + PLOT + right + MARGIN
  const plotBottom = frame.top + rows.length * ROW
  const legend = drawLegend(bootLegend(rows), { x: MARGIN, y: plotBottom + 44, width: width - 2 * MARGIN })
  const title = headline(reply)
  return sheet(
    { width, height: plotBottom + 44 + legend.height + MARGIN / 2, title, rules: BAR_RULES },
    ...drawHead(reply, { title, width: width - 2 * MARGIN }),
    drawAxis(frame, { endMs, bottom: plotBottom }),
    ...rows.map((row, index) => drawRow(frame, row, index)),
    drawTotal(frame, plotBottom, reply.total_ms),
    ...drawPath(frame, reply),
    legend.content,
  )
}

interface Frame {
  readonly left: number
  readonly top: number
  /** Units a ms. */
  readonly scale: number
  readonly rows: readonly BootRow[]
  readonly names: readonly string[]
}

function drawHead(reply: AnalyzeReply, { title, width }: { title: string; width: number }): readonly string[] {
  const way = pathOf(reply).map(({ name, tookMs }) => `${escapeControls(name)} ${formatMs(tookMs)}`)
  return [
    label({ x: MARGIN, y: MARGIN + 16 }, fit(title, width, 18, 'bold'), { size: 18, className: 'bold' }),
    label({ x: MARGIN, y: MARGIN + 38 }, fit(way.join('  →  '), width, 13), { size: 13, className: 'path-word' }),
  ]
}

interface Axis {
  readonly endMs: number
  readonly bottom: number
}

function drawAxis({ left, top, scale }: Frame, { endMs, bottom }: Axis): string {
  const ticks = ticksUpTo(endMs, TICKS).map(({ ms, word }) => {
    const x = left + ms * scale
    return (
      element('path', { class: 'grid', d: `M${number(x)} ${top - 6}V${number(bottom)}` }) +
      label({ x, y: top - 12 }, word, { size: 11, className: 'muted', anchor: 'middle' })
    )
  })
  return ticks.join('')
}

function drawTotal({ left, top, scale }: Frame, bottom: number, totalMs: number | null): string {
  if (totalMs === null) return ''
  const x = left + totalMs * scale
  const line = element('path', { class: 'total', d: `M${number(x)} ${top - 6}V${number(bottom + 10)}` })
  const word = label({ x, y: bottom + 24 }, `all ready: ${formatMs(totalMs)}`, {
    size: LABEL_SIZE,
    className: 'total-word bold',
    anchor: 'end',
  })
  return `${line}${word}`
}

function drawRow({ left, top, scale, names }: Frame, row: BootRow, index: number): string {
  const y = top + index * ROW
  const barY = y + (ROW - BAR) / 2
  const weight = row.critical === null ? {} : { className: 'bold' }
  return element(
    'g',
    {},
    element('title', {}, text(`${row.name}: ${row.bars.map(described).join(', ')}`)),
    label({ x: left - 12, y: y + 17 }, names[index] ?? '', { size: NAME_SIZE, anchor: 'end', ...weight }),
    // A run that failed at once is to be seen in front of what follows it.
    ...row.bars
      .toSorted((one, other) => Number(isFailed(one)) - Number(isFailed(other)))
      .map((bar) => drawBar(bar, { left, scale, y: barY })),
    label({ x: left + row.labelAt * scale + 7, y: y + 17 }, row.label, { size: LABEL_SIZE, className: 'label' }),
  )
}

function drawBar(bar: Bar, { left, scale, y }: Pick<Frame, 'left' | 'scale'> & { readonly y: number }): string {
  const width = Math.max(isFailed(bar) ? 2 * LEAST_BAR : LEAST_BAR, (bar.to - bar.from) * scale)
  const place = { x: left + bar.from * scale, y, width, height: BAR }
  return element('rect', { class: `bar ${bar.kind}`, ...place, rx: Math.min(2, width / 2) })
}

function isFailed({ kind }: Bar): boolean {
  return kind === 'failed'
}

function described({ kind, from, to }: Bar): string {
  return `${WORDS[kind]} ${formatMs(to - from)}`
}

const WORDS: Readonly<Record<BarKind, string>> = {
  launcher: 'launcher',
  supervisor: 'supervisor',
  waiting: 'waiting',
  spawning: 'to be spawned',
  starting: 'starting',
  working: 'at work',
  ready: 'ready',
  failed: 'failed run',
  backoff: 'back-off',
}

function rowOf(rows: readonly BootRow[], service: string): number {
  return rows.findIndex((row) => row.service === service)
}

/** A frame around each part of the critical path, and a line down to who waited for it. */
function drawPath({ left, top, scale, rows }: Frame, { critical_path: links }: AnalyzeReply): readonly string[] {
  const way = ['supervisor', ...links.map(({ service }) => service)]
  return way.flatMap((name, step) => {
    const index = step === 0 ? 0 : rowOf(rows, name)
    const critical = rows[index]?.critical ?? null
    if (critical === null) return []
    const y = top + index * ROW + (ROW - BAR) / 2
    const x = left + critical.from * scale
    const end = left + critical.to * scale
    const frame = element('rect', { class: 'path', x, y, width: Math.max(1.5, end - x), height: BAR, rx: 2 })
    const next = way[step + 1]
    const below = next === undefined ? -1 : rowOf(rows, next)
    if (below <= index) return [frame]
    const target = top + below * ROW + (ROW - BAR) / 2
    const down = element('path', { class: 'path', d: `M${number(end)} ${number(y + BAR)}V${number(target - 4)}` })
    const head = element('path', {
      class: 'path-head',
      d: `M${number(end)} ${number(target)}l-3.5 -6h7Z`,
    })
    return [frame, down, head]
  })
}
