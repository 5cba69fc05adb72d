import type { ServiceStatus, StatusReply } from '../../core/protocol.ts'
import { badness } from './badness.ts'
import { footerLines, type Footer } from './footer.ts'
import { statusLines, type StatusView } from './status.ts'
import { summaryLines } from './summary.ts'

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
  const end = ['', ...summaryLines(reply, view), ...footerLines({ ...view.footer, ...view })]
  const room = view.rows - end.length
  const all = statusLines(reply.services, view)
  return [...(all.length <= room ? all : worst(reply.services, room, view)), ...end]
}

function worst(services: readonly ServiceStatus[], room: number, view: WatchView): readonly string[] {
  const worstFirst = services.toSorted((one, other) => badness(other) - badness(one))
  const linesOf = (count: number, isTight = false): readonly string[] => {
    const more = services.length - count
    const note = more === 0 ? [] : [view.paint('dim', `… and ${more} more`)]
    return [...statusLines(worstFirst.slice(0, count), { ...view, isTight }), ...note]
  }
  // A service takes at least a line; by halves, since there may be thousands.
  let fitting = 0
  let over = Math.min(services.length, Math.max(1, room)) + 1
  while (over - fitting > 1) {
    const middle = Math.floor((fitting + over) / 2)
    if (linesOf(middle).length <= room) fitting = middle
    else over = middle
  }
  if (fitting > 0) return linesOf(fitting)
  // Of one that is named more may be told than fits.
  return linesOf(1, true).slice(0, Math.max(0, room))
}
