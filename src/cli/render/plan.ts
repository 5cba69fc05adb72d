import type { Condition } from '../../core/config/model.ts'
import type { PlanReply, ServicePlan } from '../check-reply.ts'
import type { Paint } from './colour.ts'
import { renderTable, type Cell, type Column } from './table.ts'
import { escapeControls } from './text.ts'

const COLUMNS: readonly Column[] = ['STAGE', 'SERVICE', 'TYPE', 'WAITS FOR', 'READY WHEN'].map((title) => ({
  title,
  align: 'left',
}))

/** The plan as a table for people, each line ended by a newline. */
export function renderPlan({ name, services }: PlanReply, paint: Paint): string {
  const disabled = services.filter((service) => service.disabled !== null).length
  const starting = services.length - disabled
  const off = disabled === 0 ? '' : `, ${disabled} disabled`
  const title = `${escapeControls(name)}: ${starting} ${starting === 1 ? 'service' : 'services'}${off}\n`
  if (services.length === 0) return title
  const lines = renderTable(COLUMNS, services.map(toRow), paint)
  return `${title}\n${lines.join('\n')}\n`
}

function toRow(service: ServicePlan): readonly Cell[] {
  const { name, type, stage, depends_on: edges, ready, disabled } = service
  const waitsFor = edges.length === 0 ? '-' : edges.map(describeEdge).join(', ')
  const more = disabled === null ? [waitsFor, ready] : [`disabled: ${disabled}`, '']
  const style = disabled === null ? null : 'dim'
  return [String(stage ?? '-'), name, type, ...more].map((text, index) => ({
    text: escapeControls(text),
    style: index === 1 ? 'bold' : style,
  }))
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
