import type { ServiceStatus, StateName, StatusReply } from '../../core/protocol.ts'
import { formatShort } from '../../core/text/span.ts'
import { formatMemory, formatPercent, NONE, numberCell } from './cells.ts'
import type { Paint } from './colour.ts'
import { detailLines } from './details.ts'
import { HEALTH_STYLES, STATE_STYLES } from './state-styles.ts'
import { SUMMARY_LINES, summaryLines } from './summary.ts'
import { fitted, renderTable, tableWidth, type Cell, type Column } from './table.ts'
import { cellWidth, escapeControls, wrap } from './text.ts'
import { wayOut } from './way-out.ts'

/** Where a status is shown. */
export interface StatusView {
  /** Now, ms since 1970. */
  readonly today: number
  /** Columns of the terminal; null when there is none: then nothing is cut. */
  readonly width: number | null
  readonly paint: Paint
  /** `whole`: no reason is cut, and below the table stands all that is known of each service. */
  readonly extent: 'table' | 'whole'
  /** Every reason on one line: there is no room for more. */
  readonly isTight?: boolean
}

/**
 * The status as a table, and below it, next to the prompt, what it comes to.
 *
 * A terminal that is too narrow for the reasons gets them below what they are about; then names are cut, and columns go, the
 * least telling first. The reason of what is not as wanted may take a few lines.
 */
export function renderStatus(reply: StatusReply, view: StatusView): string {
  const { services, state } = reply
  const way = state === 'stopping' ? null : wayOut(services)
  const wayLines = way === null ? [] : wrap(way, view.width ?? Infinity, SUMMARY_LINES)
  return `${[...statusLines(services, view), '', ...summaryLines(reply, view), ...wayLines].join('\n')}\n`
}

/** The table of some services and, where it is whole, what else is known of each. */
export function statusLines(services: readonly ServiceStatus[], view: StatusView): readonly string[] {
  const details = view.extent === 'whole' ? services.flatMap((service) => detailLines(service, view)) : []
  return [...tableLines(services, view), ...details]
}

interface Field extends Column {
  readonly cell: (service: ServiceStatus, today: number) => Cell
}

/** So many lines go at most to why a service is not as wanted. */
const REASON_LINES = 3

/** What somebody waits for has a row of its own, which tells the rest: two lines hold the way there. */
const WAITING_LINES = 2

/** Where more than these wait, mostly for the same, they would hide what they wait for. */
const FEW_WAITING = 6

const FIELDS: readonly Field[] = [
  { title: 'NAME', align: 'left', cell: ({ name }) => ({ text: escapeControls(name), style: 'bold' }) },
  { title: 'STATE', align: 'left', cell: ({ state }) => ({ text: state, style: STATE_STYLES[state] }) },
  {
    title: 'HEALTH',
    align: 'left',
    cell: ({ health }) => (health === 'none' ? NONE : { text: health, style: HEALTH_STYLES[health] }),
  },
  { title: 'PID', align: 'right', cell: ({ pid }) => numberCell(pid, String) },
  {
    title: 'UPTIME',
    align: 'right',
    cell: (service, today) => (isUp(service) ? { text: formatShort(age(service, today)), style: null } : NONE),
  },
  {
    title: 'RESTARTS',
    align: 'right',
    cell: ({ restarts }) => ({ text: String(restarts), style: restarts === 0 ? 'dim' : 'yellow' }),
  },
  { title: 'CPU', align: 'right', cell: ({ cpu }) => numberCell(cpu, formatPercent) },
  { title: 'MEMORY', align: 'right', cell: ({ memory }) => numberCell(memory, formatMemory) },
]

const REASON: Column = { title: 'REASON', align: 'left' }

/** Which columns go first when it gets narrow. */
const DISPENSABLE = ['CPU', 'MEMORY', 'HEALTH', 'RESTARTS', 'PID', 'UPTIME']

/** Less than this of a reason beside the other columns says too little. */
const LEAST_REASON = 24

function tableLines(services: readonly ServiceStatus[], view: StatusView): readonly string[] {
  const { today, width, paint, extent } = view
  const rows = services.map((service) => FIELDS.map(({ cell }) => cell(service, today)))
  const waiting = services.filter(({ state }) => state === 'waiting').length
  const reasonsWithin = (room: number): readonly (readonly string[])[] =>
    services.map((service) => wrap(reasonOf(service, today), room, mostLines(service, waiting, view)))
  const room = width === null ? Infinity : width - tableWidth(FIELDS, rows) - 2
  if (
    (room >= LEAST_REASON && extent === 'table') ||
    services.every((service) => cellWidth(reasonOf(service, today)) <= room)
  ) {
    const reasons = reasonsWithin(room)
    const withReasons = rows.flatMap((row, index) =>
      (reasons[index] ?? []).map((text, line) => (line === 0 ? row : BLANK).concat({ text, style: null })),
    )
    return renderTable([...FIELDS, REASON], withReasons, paint)
  }
  const columns = width ?? 0
  return narrowLines(rows, { reasons: reasonsWithin(columns - 2), width: columns, paint })
}

function mostLines({ well, state }: ServiceStatus, waiting: number, { extent, isTight }: StatusView): number {
  if (extent === 'whole') return Infinity
  if (well || isTight === true) return 1
  if (state !== 'waiting') return REASON_LINES
  return waiting > FEW_WAITING ? 1 : WAITING_LINES
}

const BLANK: readonly Cell[] = FIELDS.map(() => ({ text: '', style: null }))

interface Narrow {
  /** Of each row, in lines. */
  readonly reasons: readonly (readonly string[])[]
  readonly width: number
  readonly paint: Paint
}

function narrowLines(rows: readonly (readonly Cell[])[], narrow: Narrow): readonly string[] {
  const { reasons, width, paint } = narrow
  const table = fitted({ columns: FIELDS, rows }, { width, names: 'NAME', dispensable: DISPENSABLE })
  const [titles = '', ...lines] = renderTable(table.columns, table.rows, paint)
  return [
    titles,
    ...lines.flatMap((line, index) => {
      const below = (reasons[index] ?? []).filter((reason) => reason !== '')
      return [line].concat(below.map((reason) => `  ${reason}`))
    }),
  ]
}

/** Since when it is so, where that is not the uptime, and why. */
function reasonOf(service: ServiceStatus, today: number): string {
  const reason = [escapeControls(service.reason), nextStart(service, today)].filter((part) => part !== '').join('; ')
  const span = formatShort(age(service, today))
  if (isUp(service) || service.state === 'disabled') return reason
  const since = ENDED.has(service.state) ? `${span} ago` : `for ${span}`
  return reason === '' ? since : `${since}: ${reason}`
}

/** The next time of a schedule; the end of a back-off stands in the reason. */
function nextStart({ state, next }: ServiceStatus, today: number): string {
  if (next === null || state === 'backoff') return ''
  return `next start in ${formatShort(Math.max(0, Date.parse(next) - today))}`
}

const ENDED: ReadonlySet<StateName> = new Set(['stopped', 'completed', 'failed'])

function isUp({ state }: ServiceStatus): boolean {
  return state === 'running' || state === 'starting'
}

function age({ since }: ServiceStatus, today: number): number {
  return today - Date.parse(since)
}
