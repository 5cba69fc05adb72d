import type { ServiceStatus, StatusReply } from '../../core/protocol.ts'
import { SUPERVISOR, TOTAL } from '../history.ts'
import type { Paint } from './colour.ts'
import { footerLines, type Footer } from './footer.ts'
import type { Size } from './frame.ts'
import { STATE_STYLES } from './state-styles.ts'
import { summaryLines, summaryRoom } from './summary.ts'
import type { Cell } from './table.ts'
import { topTable, type Charts, type Row } from './top-table.ts'

/** By what the services are sorted: the most first, or by name. */
export type Order = 'cpu' | 'memory' | 'name'

/** Where CPU and memory are shown. */
interface TopView {
  readonly order: Order
  /** Columns of the terminal; null when there is none: then nothing is cut. */
  readonly width: number | null
  /** Lines that the table may take, its titles included. */
  readonly rows: number
  readonly paint: Paint
  /** Null: nothing is drawn. */
  readonly charts: Charts | null
}

/** The whole terminal that it is shown on. */
interface TopScreen extends Pick<TopView, 'order' | 'paint'> {
  readonly size: Size
  readonly today: number
  readonly charts: Omit<Charts, 'sortedBy'>
  readonly footer: Pick<Footer, 'keys' | 'notes' | 'trouble'>
}

/** The lines of a whole terminal: what the status comes to, the table, and the keys. */
export function topScreen(reply: StatusReply, screen: TopScreen): readonly string[] {
  const { size, today, paint, order, charts, footer } = screen
  const width = size.columns
  const summary = summaryLines(reply, { width, paint, most: summaryRoom(size.rows) })
  const end = footerLines({ ...footer, today, width, paint })
  const blank = size.rows < ROOMY ? [] : ['']
  const rows = size.rows - summary.length - end.length - 2 * blank.length
  const table = topLines(reply, { order, width, rows, paint, charts: { ...charts, sortedBy: TITLES[order] } })
  return [...summary, ...blank, ...table.slice(0, Math.max(0, rows)), ...blank, ...end]
}

/** On a terminal with fewer lines than these none stays empty. */
const ROOMY = 12

const TITLES = { cpu: 'CPU', memory: 'MEMORY', name: 'NAME' } as const

/**
 * CPU, memory and processes of each service that has any or is not as wanted, then of the supervisor itself, then of all
 * together.
 */
export function topLines(reply: StatusReply, view: TopView): readonly string[] {
  const services = reply.services.filter(({ pid, well }) => pid !== null || !well)
  const sorted = services.toSorted(ORDERS[view.order]).map(rowOf)
  const ends = [ownRow(reply), totalRow(reply)]
  const fitting = Math.max(0, view.rows - 1 - ends.length)
  const isWhole = sorted.length <= fitting
  const shown = isWhole ? sorted : sorted.slice(0, Math.max(0, fitting - 1))
  const [titles = '', ...lines] = topTable([...shown, ...ends], view)
  const note = isWhole ? [] : [view.paint('dim', `… and ${sorted.length - shown.length} more`)]
  return [titles, ...lines.slice(0, shown.length), ...note, ...lines.slice(shown.length)]
}

const ORDERS: Readonly<Record<Order, (one: ServiceStatus, other: ServiceStatus) => number>> = {
  cpu: (one, other) => (other.cpu ?? -1) - (one.cpu ?? -1),
  memory: (one, other) => (other.memory ?? -1) - (one.memory ?? -1),
  name: (one, other) => (one.name < other.name ? -1 : 1),
}

const NOTHING: Cell = { text: '', style: null }

function rowOf({ name, cpu, memory, processes, state, health }: ServiceStatus): Row {
  const isUnhealthy = health === 'unhealthy'
  const shown: Cell = isUnhealthy ? { text: health, style: 'red' } : { text: state, style: STATE_STYLES[state] }
  return { name, cpu, memory, processes, state: shown }
}

function ownRow({ supervisor: { cpu, memory } }: StatusReply): Row {
  return { name: SUPERVISOR, cpu, memory, processes: cpu === null ? null : 1, state: NOTHING }
}

function totalRow({ supervisor, services }: StatusReply): Row {
  const all = [...services, { ...supervisor, processes: supervisor.cpu === null ? null : 1 }]
  // Where nothing can be read, as without /proc, nothing is not the sum.
  const sum = (key: 'cpu' | 'memory' | 'processes'): number | null => {
    const known = all.flatMap((row) => row[key] ?? [])
    return known.length === 0 ? null : known.reduce((total, value) => total + value, 0)
  }
  return { name: TOTAL, cpu: sum('cpu'), memory: sum('memory'), processes: sum('processes'), state: NOTHING }
}
