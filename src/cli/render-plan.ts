import type { Condition } from '../core/config/model.ts'
import type { PlanReply, ServicePlan } from './check-reply.ts'
import { columnsOf, printable } from './printable.ts'

/** The plan as a table for people, each line ended by a newline. */
export function renderPlan({ name, services }: PlanReply): string {
  const disabled = services.filter((service) => service.disabled !== null).length
  const starting = services.length - disabled
  const off = disabled === 0 ? '' : `, ${disabled} disabled`
  const title = `${printable(name)}: ${starting} ${starting === 1 ? 'service' : 'services'}${off}\n`
  if (services.length === 0) return title
  const rows = [['STAGE', 'SERVICE', 'TYPE', 'WAITS FOR', 'READY WHEN'], ...services.map(toRow)]
  return `${title}\n${renderTable(rows.map((row) => row.map(printable)))}`
}

function toRow(service: ServicePlan): readonly string[] {
  const { name, type, stage, depends_on: edges, ready, disabled } = service
  if (disabled !== null) return ['-', name, type, `disabled: ${disabled}`, '']
  return [String(stage), name, type, edges.length === 0 ? '-' : edges.map(describeEdge).join(', '), ready]
}

function describeEdge({ service, condition, required }: ServicePlan['depends_on'][number]): string {
  return `${service} (${describeCondition(condition)}${required ? '' : ', if it can be'})`
}

function describeCondition(condition: Condition): string {
  switch (condition) {
    case 'service_started':
      return 'started'
    case 'service_ready':
      return 'ready'
    case 'service_healthy':
      return 'healthy'
    case 'service_completed_successfully':
      return 'completed'
    case 'service_completed':
      return 'ended'
  }
}

function renderTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => widthOf(row[column] ?? ''))))
  const lines = rows.map((row) =>
    row
      .map((text, column) => pad(text, widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return `${lines.join('\n')}\n`
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(width - widthOf(text))
}

function widthOf(text: string): number {
  return Array.from(text, columnsOf).reduce<number>((sum, columns) => sum + columns, 0)
}
