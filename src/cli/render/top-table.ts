import type { ServiceStatus } from '../../core/protocol.ts'
import { formatShort } from '../../core/text/span.ts'
import { TOTAL, type History } from '../history.ts'
import { bar, scaleOf, sparkline, type Ink } from './chart.ts'
import { formatMemory, formatPercent, numberCell } from './cells.ts'
import type { Paint } from './colour.ts'
import { fitted, narrowed, renderTable, tableWidth, type Cell, type Column } from './table.ts'
import { escapeControls } from './text.ts'

/** A line of the table: a service, the supervisor itself, or all together. */
export interface Row extends Pick<ServiceStatus, 'cpu' | 'memory' | 'processes'> {
  readonly name: string
  readonly state: Cell
}

/** What is drawn beside the numbers. */
export interface Charts {
  readonly history: History
  /** Between two values of the history. */
  readonly intervalMs: number
  readonly ink: Ink
  readonly sortedBy: 'NAME' | 'CPU' | 'MEMORY'
}

/** Where the table is shown. */
interface TableView {
  readonly width: number | null
  readonly paint: Paint
  readonly charts: Charts | null
}

/**
 * The table, its titles first. Where there is room for it, the CPU of the time before is drawn, that of all services
 * on one scale, and memory against that of the service that has most.
 */
export function topTable(rows: readonly Row[], { width, paint, charts }: TableView): readonly string[] {
  const fields = width === null ? FIELDS : fittingFields(rows, width, charts)
  const columns = fields.map((field) => ({ ...field, title: titleOf(field, charts) }))
  const cells = cellsOf(rows, fields)
  const over = width === null ? 0 : tableWidth(columns, cells) - width
  const table = narrowed({ columns, rows: cells }, columns[0]?.title ?? '', over)
  return renderTable(table.columns, table.rows, paint)
}

interface Field extends Column {
  readonly cell: (row: Row) => Cell
}

/** Numbers keep their places while they grow. */
const CPU_WIDTH = '100.0%'.length
const MEMORY_WIDTH = '100.0 MiB'.length

/** More than this of a core is worth a look. */
const BUSY_PERCENT = 90

const FIELDS: readonly Field[] = [
  {
    title: 'NAME',
    align: 'left',
    cell: ({ name }) => ({ text: escapeControls(name), style: name.startsWith('(') ? null : 'bold' }),
  },
  { title: 'CPU', align: 'right', cell: ({ cpu }) => cpuCell(cpu) },
  {
    title: 'MEMORY',
    align: 'right',
    cell: ({ memory }) => numberCell(memory, (bytes) => formatMemory(bytes).padStart(MEMORY_WIDTH)),
  },
  { title: 'PROCS', align: 'right', cell: ({ processes }) => numberCell(processes, String) },
  { title: 'STATE', align: 'left', cell: ({ state }) => state },
]

/** Which columns go first when it gets narrow. */
const DISPENSABLE = ['PROCS', 'STATE']

function cellsOf(rows: readonly Row[], fields: readonly Field[]): readonly (readonly Cell[])[] {
  return rows.map((row) => fields.map(({ cell }) => cell(row)))
}

const LEAST_CHART = 8
const WIDEST_BAR = 20
const WIDEST_CHART = 60
/** What a column takes beside its content. */
const GAP = 2

function fittingFields(rows: readonly Row[], width: number, charts: Charts | null): readonly Field[] {
  const dispensable = [...DISPENSABLE, ...(charts?.sortedBy === 'MEMORY' ? ['CPU', 'MEMORY'] : ['MEMORY', 'CPU'])]
  const table = { columns: FIELDS, rows: cellsOf(rows, FIELDS) }
  const kept = fitted(table, { width, names: 'NAME', dispensable }).columns
  const room = width - tableWidth(kept, cellsOf(rows, kept))
  return charts === null ? kept : withCharts(kept, rows, { ...charts, room })
}

function withCharts(
  fields: readonly Field[],
  rows: readonly Row[],
  charts: Charts & { readonly room: number },
): readonly Field[] {
  const barWidth = Math.min(WIDEST_BAR, Math.max(LEAST_CHART, Math.floor(charts.room / 4)))
  const beside = charts.room - GAP - barWidth - GAP
  const hasBars = beside >= LEAST_CHART
  const chartWidth = Math.min(WIDEST_CHART, hasBars ? beside : charts.room - GAP)
  if (chartWidth < LEAST_CHART) return fields
  return fields.flatMap((field) => {
    if (field.title === 'CPU') return [field, cpuChart(rows, chartWidth, charts)]
    return field.title === 'MEMORY' && hasBars ? [field, memoryBar(rows, barWidth, charts.ink)] : [field]
  })
}

function cpuChart(rows: readonly Row[], width: number, { history, intervalMs, ink }: Charts): Field {
  const valuesOf = ({ name }: Row): readonly number[] => (history.get(name) ?? []).slice(-width)
  const isTotal = ({ name }: Row): boolean => name === TOTAL
  const scale = (of: readonly Row[]): number => scaleOf(of.flatMap(valuesOf))
  const each = scale(rows.filter((row) => !isTotal(row)))
  const all = scale(rows.filter(isTotal))
  const title = `LAST ${formatShort(width * intervalMs)}`
  return {
    title: title.length <= width ? title : '',
    align: 'left',
    cell: (row) => ({ text: sparkline(valuesOf(row), width, isTotal(row) ? all : each, ink), style: 'cyan' }),
  }
}

function memoryBar(rows: readonly Row[], width: number, ink: Ink): Field {
  const most = Math.max(1, ...rows.map(({ name, memory }) => (name === TOTAL ? 0 : (memory ?? 0))))
  return {
    title: '',
    align: 'left',
    cell: ({ name, memory }) =>
      name === TOTAL || memory === null
        ? { text: '', style: null }
        : { text: bar(memory / most, width, ink), style: 'blue' },
  }
}

function titleOf({ title }: Field, charts: Charts | null): string {
  return charts !== null && title === charts.sortedBy ? `${title} ${charts.ink.sorted}` : title
}

function cpuCell(cpu: number | null): Cell {
  const cell = numberCell(cpu, (percent) => formatPercent(percent).padStart(CPU_WIDTH))
  if (cpu === null) return cell
  return { ...cell, style: cpu >= BUSY_PERCENT ? 'yellow' : cpu === 0 ? 'dim' : null }
}
