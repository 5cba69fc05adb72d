import type { Health, ServiceStatus, StateName, StatusReply } from '../../core/protocol.ts'
import { formatShort } from '../../core/text/span.ts'
import type { Paint, Style } from './colour.ts'
import { detailLines } from './details.ts'
import { fewOf } from './few.ts'
import { renderTable, tableWidth, type Cell, type Column } from './table.ts'
import { cellWidth, cut, escapeControls, wrap } from './text.ts'
import { wayOut } from './way-out.ts'

/** Where a status is shown. */
export interface StatusView {
  /** Now, ms since 1970. */
  readonly today: number
  /** Columns of the terminal; null when there is none: then nothing is cut. */
  readonly width: number | null
  readonly paint: Paint
  /** `whole`: below the table, all that is known of each service. */
  readonly extent: 'table' | 'whole'
  /** Every reason on one line: there is no room for more. */
  readonly isTight?: boolean
}

/**
 * The status as a table, and below it, next to the prompt, what it comes to.
 *
 * A terminal that is too narrow for the reasons gets them below what they are about; then columns go, the least telling
 * first. The reason of what is not as wanted may take a few lines.
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

/** Of a terminal's lines, so many at most go to the sentence. */
const SUMMARY_LINES = 3

/** And so many to why a service is not as wanted. */
const REASON_LINES = 3

/** What somebody waits for has a row of its own, which tells the rest: two lines hold the way there. */
const WAITING_LINES = 2

/** Where more than these wait, mostly for the same, they would hide what they wait for. */
const FEW_WAITING = 6

const NONE: Cell = { text: '-', style: 'dim' }

const FIELDS: readonly Field[] = [
  { title: 'NAME', align: 'left', cell: ({ name }) => ({ text: escapeControls(name), style: 'bold' }) },
  { title: 'STATE', align: 'left', cell: ({ state }) => ({ text: state, style: STATE_STYLES[state] }) },
  {
    title: 'HEALTH',
    align: 'left',
    cell: ({ health }) => (health === 'none' ? NONE : { text: health, style: HEALTH_STYLES[health] }),
  },
  { title: 'PID', align: 'right', cell: ({ pid }) => number(pid, String) },
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
  { title: 'CPU', align: 'right', cell: ({ cpu }) => number(cpu, (percent) => `${percent.toFixed(1)}%`) },
  { title: 'MEMORY', align: 'right', cell: ({ memory }) => number(memory, formatBytes) },
]

const REASON: Column = { title: 'REASON', align: 'left' }

/** Which columns go first when it gets narrow. */
const DISPENSABLE = ['CPU', 'MEMORY', 'HEALTH', 'RESTARTS', 'PID']

/** Less than this of a reason beside the other columns says too little. */
const LEAST_REASON = 24

function tableLines(services: readonly ServiceStatus[], view: StatusView): readonly string[] {
  const { today, width, paint, isTight = false } = view
  const rows = services.map((service) => FIELDS.map(({ cell }) => cell(service, today)))
  const waiting = services.filter(({ state }) => state === 'waiting').length
  const reasonsWithin = (room: number): readonly (readonly string[])[] =>
    services.map((service) => wrap(reasonOf(service, today), room, isTight ? 1 : mostLines(service, waiting)))
  const room = width === null ? Infinity : width - tableWidth(FIELDS, rows) - 2
  if (room >= LEAST_REASON || services.every((service) => cellWidth(reasonOf(service, today)) <= room)) {
    const reasons = reasonsWithin(room)
    const withReasons = rows.flatMap((row, index) =>
      (reasons[index] ?? []).map((text, line) => (line === 0 ? row : BLANK).concat({ text, style: null })),
    )
    return renderTable([...FIELDS, REASON], withReasons, paint)
  }
  const columns = width ?? 0
  return narrowLines(rows, { reasons: reasonsWithin(columns - 2), width: columns, paint })
}

function mostLines({ well, state }: ServiceStatus, waiting: number): number {
  if (well) return 1
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

function narrowLines(rows: readonly (readonly Cell[])[], { reasons, width, paint }: Narrow): readonly string[] {
  const kept = keptFields(rows, width)
  const cells = rows.map((row) => kept.map((index) => row[index] ?? NONE))
  const columns = kept.flatMap((index) => FIELDS[index] ?? [])
  const others = tableWidth(columns, cells) - tableWidth(columns.slice(0, 1), cells)
  const nameRoom = Math.max(8, width - others)
  const fitting = cells.map((row) =>
    row.map(({ text, style }, index) => ({ text: index === 0 ? cut(text, nameRoom) : text, style })),
  )
  const [titles = '', ...lines] = renderTable(columns, fitting, paint)
  return [
    titles,
    ...lines.flatMap((line, index) => {
      const below = (reasons[index] ?? []).filter((reason) => reason !== '')
      return [line].concat(below.map((reason) => `  ${reason}`))
    }),
  ]
}

/** The indexes of the fields that stay. */
function keptFields(rows: readonly (readonly Cell[])[], width: number): readonly number[] {
  let kept = FIELDS.map((_, index) => index)
  for (const title of DISPENSABLE) {
    const columns = kept.flatMap((index) => FIELDS[index] ?? [])
    const cells = rows.map((row) => kept.map((index) => row[index] ?? NONE))
    if (tableWidth(columns, cells) <= width) return kept
    kept = kept.filter((index) => FIELDS[index]?.title !== title)
  }
  return kept
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

/** What the status comes to, in a sentence. */
export function summaryLines(reply: StatusReply, { paint, width }: StatusView): readonly string[] {
  const { name, state, services } = reply
  const room = width ?? Infinity
  const subject = `${escapeControls(name)}: ${state}`
  const count = services.length === 1 ? '1 service' : `${services.length} services`
  const inLines = (text: string, style: Style): readonly string[] =>
    wrap(text, room, SUMMARY_LINES).map((line) => paint(style, line))
  if (state === 'stopping') return inLines(`${subject}: ${whatIsLeft(reply, count)}`, 'yellow')
  const unwell = services.filter(({ well }) => !well)
  const down = stoppedOnRequest(services)
  if (unwell.length === 0) return inLines(`${subject}, ${count}, all as wanted${down}`, 'green')
  // Who only waits is seldom the cause.
  const causesFirst = unwell.toSorted((one, other) => rankOf(one) - rankOf(other))
  const names = causesFirst.map((service) => `${escapeControls(service.name)} (${condition(service)})`)
  const text = `${subject}, ${unwell.length} of ${count} not as wanted: ${fewOf(names, ', ')}${down}`
  return inLines(text, unwell.some(isUrgent) ? 'red' : 'yellow')
}

function whatIsLeft({ reason, services }: StatusReply, count: string): string {
  const left = services.filter((service) => isUp(service) || service.state === 'stopping')
  const names = left.map((service) => `${escapeControls(service.name)} (${condition(service)})`)
  return `${escapeControls(reason)}; ${left.length} of ${count} left${left.length === 0 ? '' : `: ${fewOf(names, ', ')}`}`
}

function stoppedOnRequest(services: readonly ServiceStatus[]): string {
  const names = services.filter(({ state, cause, well }) => well && state === 'stopped' && cause === 'requested')
  if (names.length === 0) return ''
  return `; ${names.length} stopped on request: ${fewOf(
    names.map(({ name }) => escapeControls(name)),
    ', ',
  )}`
}

function rankOf(service: ServiceStatus): number {
  if (isUrgent(service)) return 0
  return service.state === 'waiting' ? 2 : 1
}

function condition({ state, health }: ServiceStatus): string {
  return health === 'unhealthy' ? `${state}, unhealthy` : state
}

function isUrgent({ state, health }: ServiceStatus): boolean {
  return state === 'failed' || state === 'backoff' || health === 'unhealthy'
}

function number(value: number | null, format: (value: number) => string): Cell {
  return value === null ? NONE : { text: format(value), style: null }
}

/** `512 KiB`, `48.1 MiB`, `1.2 GiB`. */
export function formatBytes(bytes: number): string {
  const mib = bytes / 1024 ** 2
  if (mib < 1) return `${Math.round(bytes / 1024)} KiB`
  return mib < 1024 ? `${mib.toFixed(1)} MiB` : `${(mib / 1024).toFixed(1)} GiB`
}

/** How each state looks. */
export const STATE_STYLES: Readonly<Record<StateName, Style>> = {
  waiting: 'yellow',
  starting: 'yellow',
  running: 'green',
  stopping: 'yellow',
  stopped: 'dim',
  backoff: 'red',
  completed: 'green',
  failed: 'red',
  disabled: 'dim',
}

const HEALTH_STYLES: Readonly<Record<Exclude<Health, 'none'>, Style>> = {
  starting: 'yellow',
  healthy: 'green',
  unhealthy: 'red',
}
