import { describeRequester } from '../../core/control/requester.ts'
import type { EventReply, ExitedNews } from '../../core/control/event-reply.ts'
import { OWN_NAME } from '../../core/log/label.ts'
import type { Missed } from '../../core/protocol.ts'
import type { Paint, Style } from './colour.ts'
import { fewOf } from './few.ts'
import { exitWords } from './exit-words.ts'
import { HEALTH_STYLES, STATE_STYLES } from './state-styles.ts'
import { cellWidth, escapeControls, wrap } from './text.ts'

/** Where events are shown. */
export interface EventView {
  readonly paint: Paint
  /** Columns of the terminal; null when there is none. */
  readonly width: number | null
}

/** As wide as `completed → completed`. */
const WHAT_WIDTH = 21
const GAP = '  '
/** As wide as a time. */
const NO_TIME = ' '.repeat(24)

/**
 * Makes what turns events into lines: when, whose, what, and why. Names stand in one column, which gets wider with the
 * first name that does not fit. A reason for which there is no room beside that stands whole on lines of its own.
 */
export function createEventText({ paint, width }: EventView): (event: EventReply | Missed) => string {
  let nameWidth = OWN_NAME.length
  return (event) => {
    const { name, what, why, style } = partsOf(event)
    const when = 'at' in event ? new Date(event.at).toISOString() : NO_TIME
    const shown = escapeControls(name)
    nameWidth = Math.max(nameWidth, cellWidth(shown))
    const gap = ' '.repeat(nameWidth - cellWidth(shown) + GAP.length)
    const start = `${paint('dim', when)}${GAP}${paint('bold', shown)}${gap}`
    const whatShown = style === null ? what : paint(style, what)
    if (why === '') return start + whatShown
    const whatWidth = Math.max(WHAT_WIDTH, cellWidth(what))
    const left = when.length + nameWidth + whatWidth + 3 * GAP.length
    const whyShown = escapeControls(why)
    if (width !== null && cellWidth(whyShown) > width - left) {
      return [start + whatShown, ...below(whyShown, width)].join('\n')
    }
    const padding = ' '.repeat(whatWidth - cellWidth(what))
    return `${start}${whatShown}${padding}${GAP}${whyShown}`
  }
}

/** Under the name, where that leaves as much room as it takes. */
function below(why: string, width: number): readonly string[] {
  const margin = NO_TIME + GAP
  const indent = width >= 2 * margin.length ? margin : GAP
  return wrap(why, width - indent.length).map((line) => indent + line)
}

interface Parts {
  readonly name: string
  readonly what: string
  readonly why: string
  readonly style: Style | null
}

function partsOf(event: EventReply | Missed): Parts {
  if ('missed' in event) {
    const why = `${event.missed} events are left out: they were not read in time`
    return { name: OWN_NAME, what: 'missed', why, style: 'yellow' }
  }
  switch (event.event) {
    case 'state':
      return {
        name: event.service,
        what: `${event.from} → ${event.to}`,
        why: event.reason,
        style: STATE_STYLES[event.to],
      }
    case 'health':
      return {
        name: event.service,
        what: event.to,
        why: event.reason,
        style: event.to === 'none' ? null : HEALTH_STYLES[event.to],
      }
    case 'spawned':
      return { name: event.service, what: 'spawned', why: processOf(event), style: null }
    case 'killed':
      return { name: event.service, what: 'sent SIGKILL', why: processOf(event), style: 'red' }
    case 'exited':
      return {
        name: event.service,
        what: event.exit === null ? 'ended' : exitWords(event.exit),
        why: processOf(event),
        style: null,
      }
    case 'request': {
      const action = event.signal === null ? event.action : `${event.action} ${event.signal}`
      const why = `${action} ${fewOf(event.services, ', ')}`.trimEnd()
      return { name: OWN_NAME, what: `asked by ${describeRequester(event.by)}`, why, style: null }
    }
    case 'supervisor':
      return { name: OWN_NAME, what: event.state, why: event.reason, style: SET_STYLES.get(event.state) ?? null }
  }
}

function processOf({ run, pid }: Pick<ExitedNews, 'run' | 'pid'>): string {
  return `run ${run}, pid ${pid}`
}

/** Of the set as a whole. */
const SET_STYLES: ReadonlyMap<string, Style> = new Map([
  ['running', 'green'],
  ['degraded', 'yellow'],
])
