import type { AnalyzeReply, ServiceStart } from '../../core/control/analyze-reply.ts'
import { formatMs } from '../../core/text/span.ts'
import type { Paint } from './colour.ts'
import { describeCondition } from './condition.ts'
import { fitted, narrowed, renderTable, tableWidth, type Cell, type Column } from './table.ts'
import { cut, escapeControls, wrap } from './text.ts'

/** Where an analysis is shown; `width`: columns of the terminal, null when there is none. */
export interface AnalysisView {
  readonly width: number | null
  readonly paint: Paint
}

/** The slowest first, then the path that all waited for, then what would make it shorter. */
export function renderAnalysis(reply: AnalyzeReply, view: AnalysisView): string {
  const { services, advice } = reply
  const slowestFirst = services.toSorted((one, other) => tookMs(other, reply) - tookMs(one, reply))
  const { width, paint } = view
  const hints = advice.flatMap((hint) =>
    wrap(escapeControls(hint), (width ?? Infinity) - 4).map((line, index) => (index === 0 ? line : `  ${line}`)),
  )
  const lines = [
    paint('bold', cut(headline(reply), width ?? Infinity)),
    '',
    ...tableLines(slowestFirst, view),
    '',
    ...pathLines(reply, view),
    ...(hints.length === 0 ? [] : ['', ...hints]),
  ]
  return lines.map((line) => `${line}\n`).join('')
}

/** `shop: all ready after 1.4 s`, or how many are. */
export function headline({ name, total_ms: totalMs, services, now_ms: nowMs }: AnalyzeReply): string {
  const title = escapeControls(name)
  if (services.length === 0) return `${title}: no services`
  if (totalMs !== null) return `${title}: all ready after ${formatMs(totalMs)}`
  const ready = services.filter((service) => service.ready_ms !== null).length
  return `${title}: ${ready} of ${services.length} services ready, ${formatMs(nowMs)} after the start`
}

function tookMs({ took_ms: took, runs }: ServiceStart, { now_ms: now }: AnalyzeReply): number {
  return took ?? (runs[0] === undefined ? 0 : now - runs[0].asked_ms)
}

const COLUMNS: readonly Column[] = [
  { title: 'SERVICE', align: 'left' },
  { title: 'WAITED', align: 'right' },
  { title: 'TOOK', align: 'right' },
  { title: 'READY AT', align: 'right' },
  { title: 'PATH', align: 'right' },
  { title: 'WAITED FOR', align: 'left' },
]

/** Which columns go first when it gets narrow. */
const DISPENSABLE = ['WAITED FOR', 'PATH', 'WAITED', 'TOOK', 'READY AT']

function tableLines(services: readonly ServiceStart[], { width, paint }: AnalysisView): readonly string[] {
  const whole = { columns: COLUMNS, rows: services.map(toRow) }
  if (width === null) return renderTable(whole.columns, whole.rows, paint)
  const over = tableWidth(whole.columns, whole.rows) - width
  const shorter = narrowed(whole, 'WAITED FOR', over)
  const table = fitted(shorter, { width, names: 'SERVICE', dispensable: DISPENSABLE })
  return renderTable(table.columns, table.rows, paint)
}

function toRow(service: ServiceStart): readonly Cell[] {
  const { name, state, share, took_ms: took, ready_ms: ready, waited_ms: waited, runs } = service
  const failed = runs.length + service.omitted_runs - 1
  return [
    { text: escapeControls(name), style: share > 0 ? 'bold' : null },
    { text: waited === 0 ? '-' : formatMs(waited), style: waited === 0 ? 'dim' : null },
    { text: took === null ? '-' : formatMs(took), style: null },
    ready === null ? { text: state, style: 'yellow' } : { text: formatMs(ready), style: null },
    { text: share === 0 ? '-' : `${Math.round(share * 100)}%`, style: share === 0 ? 'dim' : null },
    { text: [waitedFor(service), failed > 0 ? `${failed + 1} runs` : ''].filter(Boolean).join('; '), style: null },
  ]
}

function waitedFor({ waited_for: name, condition }: ServiceStart): string {
  if (name === null) return ''
  return condition === null ? escapeControls(name) : `${escapeControls(name)} (${describeCondition(condition)})`
}

const PATH_COLUMNS: readonly Column[] = [
  { title: 'AT', align: 'right' },
  { title: 'TOOK', align: 'right' },
  { title: 'WHAT ALL WAITED FOR', align: 'left' },
  { title: 'UNTIL', align: 'left' },
]

function pathLines(reply: AnalyzeReply, { width, paint }: AnalysisView): readonly string[] {
  const rows = pathOf(reply).map(({ atMs, tookMs: ms, name, until }): readonly Cell[] => [
    { text: formatMs(atMs), style: 'dim' },
    { text: formatMs(ms), style: null },
    { text: escapeControls(name), style: 'bold' },
    { text: until, style: null },
  ])
  const fit = { width: width ?? Infinity, names: 'WHAT ALL WAITED FOR', dispensable: ['UNTIL', 'AT', 'TOOK'] }
  const table = fitted({ columns: PATH_COLUMNS, rows }, fit)
  return renderTable(table.columns, table.rows, paint)
}

/** One part of the way to the end: from when, for how long, and what it came to. */
export interface PathStep {
  readonly atMs: number
  readonly tookMs: number
  readonly name: string
  readonly until: string
}

/** The whole time from the start of the process to the end of the critical path, without a gap. */
export function pathOf({ supervisor, services, critical_path: links }: AnalyzeReply): readonly PathStep[] {
  const { begun_ms: begun } = supervisor
  const gap = (links[0]?.from_ms ?? begun) - begun
  const steps = links.map(({ service, reached, from_ms: from, to_ms: to }): PathStep => {
    const state = services.find(({ name }) => name === service)?.state ?? ''
    return { atMs: from, tookMs: to - from, name: service, until: reached ?? `still: ${state}` }
  })
  return [
    ...ownSteps(supervisor),
    ...(gap > 0.5 ? [{ atMs: begun, tookMs: gap, name: 'waiting', until: '' }] : []),
    ...steps,
  ]
}

/** A script that becomes the supervisor by `exec` hands its start on: its time is not the supervisor's. */
function ownSteps({ node_ms: node, begun_ms: begun }: AnalyzeReply['supervisor']): readonly PathStep[] {
  const before = node < MUCH_BEFORE_MS ? 0 : node
  const own = { atMs: before, tookMs: begun - before, name: 'supervisor', until: '' }
  return before === 0 ? [own] : [{ atMs: 0, tookMs: before, name: 'before Node', until: '' }, own]
}

/** Less than this the launcher itself and a busy machine take. */
const MUCH_BEFORE_MS = 250
