import type { PlanReply, ServicePlan } from '../check-reply.ts'
import type { Paint } from './colour.ts'
import { describeCondition } from './condition.ts'
import { renderTable, tableWidth, type Cell, type Column } from './table.ts'
import { escapeControls } from './text.ts'

const COLUMNS: readonly Column[] = ['STAGE', 'SERVICE', 'TYPE', 'WAITS FOR', 'READY WHEN'].map((title) => ({
  title,
  align: 'left',
}))

/** Where a plan is shown. */
export interface PlanView {
  /** Columns of the terminal; null when there is none. */
  readonly width: number | null
  readonly paint: Paint
}

/**
 * The plan as a table for people, each line ended by a newline. In a terminal that is too narrow the last column gets
 * lines of its own.
 */
export function renderPlan({ name, services, dropped }: PlanReply, view: PlanView): string {
  const disabled = services.filter((service) => service.disabled !== null).length
  const starting = services.length - disabled
  const off = disabled === 0 ? '' : `, ${disabled} disabled`
  const title = `${escapeControls(name)}: ${starting} ${starting === 1 ? 'service' : 'services'}${off}\n`
  if (services.length === 0) return title
  const edges = dropped.map((edge) => `${escapeControls(describeDropped(edge))}\n`)
  const notes = edges.length === 0 ? '' : `\n${edges.join('')}`
  return `${title}\n${tableLines(services.map(toRow), view).join('\n')}\n${notes}`
}

function tableLines(rows: readonly (readonly Cell[])[], { width, paint }: PlanView): readonly string[] {
  if (width === null || tableWidth(COLUMNS, rows) <= width) return renderTable(COLUMNS, rows, paint)
  const columns = COLUMNS.slice(0, -1)
  const shorter = rows.map((row) => row.slice(0, -1))
  const [titles = '', ...lines] = renderTable(columns, shorter, paint)
  return [
    titles,
    ...lines.flatMap((line, index) => {
      const ready = rows[index]?.at(-1)?.text ?? ''
      return ready === '' ? [line] : [line, `       ready when ${ready}`]
    }),
  ]
}

function toRow(service: ServicePlan): readonly Cell[] {
  const { name, type, stage, depends_on: edges, schedule, ready, disabled } = service
  const time = schedule === null ? [] : [`its time (${schedule})`]
  const waitsFor = [...time, ...edges.map(describeEdge)].join(', ')
  const more = disabled === null ? [waitsFor || '-', ready] : [`disabled: ${disabled}`, '']
  const style = disabled === null ? null : 'dim'
  return [String(stage ?? '-'), name, type, ...more].map((text, index) => ({
    text: escapeControls(text),
    style: index === 1 ? 'bold' : style,
  }))
}

function describeEdge({ service, condition, required }: ServicePlan['depends_on'][number]): string {
  return `${service} (${describeCondition(condition)}${required ? '' : ', if it can be'})`
}

function describeDropped({ service, dependency, reason }: PlanReply['dropped'][number]): string {
  return `${service} does not wait for ${dependency}: ${reason}`
}
