import type { PlanReply, ServicePlan } from '../check-reply.ts'
import type { Paint } from './colour.ts'
import { describeCondition } from './condition.ts'
import { fitted, renderTable, tableWidth, type Cell, type Column } from './table.ts'
import { cut, escapeControls, wrap } from './text.ts'

const COLUMNS: readonly Column[] = ['STAGE', 'SERVICE', 'TYPE', 'WAITS FOR', 'READY WHEN'].map((title) => ({
  title,
  align: 'left',
}))

const NAME = 1
const WAITS_FOR = 3

/** Of what goes below a line. */
const INDENT = ' '.repeat(7)

/** Where a plan is shown. */
export interface PlanView {
  /** Columns of the terminal; null when there is none. */
  readonly width: number | null
  readonly paint: Paint
}

/**
 * The plan as a table for people, each line ended by a newline. In a terminal that is too narrow the last columns
 * get lines of their own.
 */
export function renderPlan({ name, services, dropped }: PlanReply, view: PlanView): string {
  const disabled = services.filter((service) => service.disabled !== null).length
  const starting = services.length - disabled
  const off = disabled === 0 ? '' : `, ${disabled} disabled`
  const subject = `${escapeControls(name)}: ${starting} ${starting === 1 ? 'service' : 'services'}${off}`
  const title = `${cut(subject, view.width ?? Infinity)}\n`
  if (services.length === 0) return title
  const edges = dropped.flatMap((edge) => wrap(escapeControls(describeDropped(edge)), view.width ?? Infinity))
  const notes = edges.length === 0 ? '' : `\n${edges.join('\n')}\n`
  return `${title}\n${tableLines(services.map(toRow), view).join('\n')}\n${notes}`
}

/** A service's line, and what goes below it where it is too long: first the last. */
interface Row {
  readonly cells: readonly Cell[]
  /** The same as `cells`, for a line of its own; empty when there is nothing to say. */
  readonly sentences: readonly string[]
}

function tableLines(rows: readonly Row[], { width, paint }: PlanView): readonly string[] {
  const all = rows.map(({ cells }) => cells)
  const kept = width === null ? COLUMNS.length : fittingColumns(all, width)
  const table = { columns: COLUMNS.slice(0, kept), rows: all.map((row) => row.slice(0, kept)) }
  const fit = { width: width ?? Infinity, names: 'SERVICE', dispensable: ['TYPE'] }
  const { columns, rows: cells } = fitted(table, fit)
  const [titles = '', ...lines] = renderTable(columns, cells, paint)
  return [titles].concat(...lines.map((line, index) => below(line, rows[index]?.sentences.slice(kept) ?? [], width)))
}

/** How many columns stay whole: at least the stage, the name and the type. */
function fittingColumns(rows: readonly (readonly Cell[])[], width: number): number {
  const count = [5, 4].find((kept) => tableWidth(COLUMNS.slice(0, kept), rows) <= width)
  return count ?? 3
}

function below(line: string, sentences: readonly string[], width: number | null): readonly string[] {
  const room = (width ?? Infinity) - INDENT.length
  const wrapped = sentences.filter((text) => text !== '').flatMap((text) => wrap(text, room))
  return [line, ...wrapped.map((text) => `${INDENT}${text}`)]
}

function toRow(service: ServicePlan): Row {
  const { name, type, stage, depends_on: edges, schedule, ready, disabled } = service
  const time = schedule === null ? [] : [`its time (${schedule})`]
  const waitsFor = [...time, ...edges.map(describeEdge)].join(', ')
  const isOn = disabled === null
  const more = isOn ? [waitsFor || '-', ready] : [`disabled: ${disabled}`, '']
  const texts = [String(stage ?? '-'), name, type, ...more].map(escapeControls)
  const cells = texts.map((text, index): Cell => ({ text, style: index === NAME ? 'bold' : isOn ? null : 'dim' }))
  const sentences = texts.map((text, index) => (isOn ? sentence(text, index) : text))
  return { cells, sentences }
}

function sentence(text: string, column: number): string {
  if (column === WAITS_FOR) return text === '-' ? '' : `waits for ${text}`
  return `ready when ${text}`
}

function describeEdge({ service, condition, required }: ServicePlan['depends_on'][number]): string {
  return `${service} (${describeCondition(condition)}${required ? '' : ', if it can be'})`
}

function describeDropped({ service, dependency, reason }: PlanReply['dropped'][number]): string {
  return `${service} does not wait for ${dependency}: ${reason}`
}
