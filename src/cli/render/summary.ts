import type { ServiceStatus, StateName, StatusReply } from '../../core/protocol.ts'
import { badness, isUrgent } from './badness.ts'
import type { Paint, Style } from './colour.ts'
import { fewOf } from './few.ts'
import { escapeControls, wrap } from './text.ts'

/** Where it is shown. */
interface SummaryView {
  /** Columns of the terminal; null when there is none: then nothing is wrapped. */
  readonly width: number | null
  readonly paint: Paint
  /** Lines at most; SUMMARY_LINES when not given. */
  readonly most?: number
}

/** Of a terminal's lines, so many at most go to the sentence. */
export const SUMMARY_LINES = 3

/** The same on a whole terminal of so many lines: a small one is there for the services, too. */
export function summaryRoom(rows: number): number {
  return Math.min(SUMMARY_LINES, Math.max(1, Math.floor(rows / 4)))
}

/** What the status comes to, in a sentence. */
export function summaryLines(
  reply: StatusReply,
  { paint, width, most = SUMMARY_LINES }: SummaryView,
): readonly string[] {
  const { name, state, services } = reply
  const room = width ?? Infinity
  const subject = `${escapeControls(name)}: ${state}`
  const count = services.length === 1 ? '1 service' : `${services.length} services`
  const inLines = (text: string, style: Style): readonly string[] =>
    wrap(text, room, most).map((line) => paint(style, line))
  if (state === 'stopping') return inLines(`${subject}: ${whatIsLeft(reply, count)}`, 'yellow')
  const unwell = services.filter(({ well }) => !well)
  const down = stoppedOnRequest(services)
  if (unwell.length === 0) {
    // Where only some were asked for, the trouble is another's.
    const elsewhere = state === 'degraded' ? ', but not here:' : ','
    return inLines(`${subject}${elsewhere} ${count}, all as wanted${down}`, elsewhere === ',' ? 'green' : 'yellow')
  }
  const worstFirst = unwell.toSorted((one, other) => badness(other) - badness(one))
  const names = worstFirst.map((service) => `${escapeControls(service.name)} (${standing(service)})`)
  const text = `${subject}, ${unwell.length} of ${count} not as wanted: ${fewOf(names, ', ')}${down}`
  return inLines(text, unwell.some(isUrgent) ? 'red' : 'yellow')
}

function whatIsLeft({ reason, services }: StatusReply, count: string): string {
  const left = services.filter(({ state }) => ALIVE.has(state))
  const names = left.map((service) => `${escapeControls(service.name)} (${standing(service)})`)
  return `${escapeControls(reason)}; ${left.length} of ${count} left${left.length === 0 ? '' : `: ${fewOf(names, ', ')}`}`
}

const ALIVE: ReadonlySet<StateName> = new Set(['starting', 'running', 'stopping'])

function stoppedOnRequest(services: readonly ServiceStatus[]): string {
  const names = services.filter(({ state, cause, well }) => well && state === 'stopped' && cause === 'requested')
  if (names.length === 0) return ''
  return `; ${names.length} stopped on request: ${fewOf(
    names.map(({ name }) => escapeControls(name)),
    ', ',
  )}`
}

function standing({ state, health }: ServiceStatus): string {
  return health === 'unhealthy' ? `${state}, unhealthy` : state
}
