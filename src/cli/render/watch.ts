import type { ServiceStatus, StatusReply } from '../../core/protocol.ts'
import { badness } from './badness.ts'
import { footerLines, type Footer } from './footer.ts'
import { statusLines, type StatusView } from './status.ts'
import { summaryLines, summaryRoom } from './summary.ts'

/** Where a status is watched. */
export interface WatchView extends StatusView {
  readonly width: number
  readonly rows: number
  readonly footer: Pick<Footer, 'keys' | 'notes' | 'trouble'>
}

/**
 * The lines of a status on a whole terminal, what it comes to at the end. When there are too many services for it, the
 * worst come first and the rest is counted.
 */
export function watchLines(reply: StatusReply, view: WatchView): readonly string[] {
  const end = [
    '',
    ...summaryLines(reply, { ...view, most: summaryRoom(view.rows) }),
    ...footerLines({ ...view.footer, ...view }),
  ]
  const room = view.rows - end.length
  const all = statusLines(reply.services, view)
  return [...(all.length <= room ? all : worst(reply.services, room, view)), ...end]
}

function worst(services: readonly ServiceStatus[], room: number, view: WatchView): readonly string[] {
  const worstFirst = services.toSorted((one, other) => badness(other) - badness(one))
  const noteOf = (count: number): readonly string[] => {
    const more = services.length - count
    return more === 0 ? [] : [view.paint('dim', `… and ${more} more`)]
  }
  const linesOf = (count: number): readonly string[] => [
    ...statusLines(worstFirst.slice(0, count), view),
    ...noteOf(count),
  ]
  // A service takes at least a line; by halves, since there may be thousands.
  let fitting = 0
  let over = Math.min(services.length, Math.max(1, room)) + 1
  while (over - fitting > 1) {
    const middle = Math.floor((fitting + over) / 2)
    if (linesOf(middle).length <= room) fitting = middle
    else over = middle
  }
  if (fitting > 0) return linesOf(fitting)
  // Of one more may be told than fits; how many others there are is told all the same.
  const note = noteOf(1)
  const told = statusLines(worstFirst.slice(0, 1), { ...view, isTight: true })
  return [...told.slice(0, Math.max(0, room - note.length)), ...note].slice(0, Math.max(0, room))
}
