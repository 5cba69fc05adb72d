import type { ServerResponse } from 'node:http'
import type { Missed } from '../core/protocol.ts'
import { openAllowance } from './control-allowance.ts'

/** What may wait in memory for a client that reads a stream slowly, beside what was there when it began. */
const MAX_BACKLOG_BYTES = 1024 * 1024
/** How long one waits who has used up what he is allowed. */
const PAUSE_MS = 100

/** What comes of a stream, on its way to a client. */
export interface News {
  /**
   * Takes some lines, which are made only if there is room for them: who does not keep up is told how many he has missed.
   *
   * @returns False when nothing is taken any more.
   */
  readonly take: (lines: number, text: () => string) => boolean
  /** From now on there are limits to what waits. */
  readonly limit: () => void
  /** What is taken waits, until `flow`. */
  readonly hold: () => void
  readonly flow: () => void
  /** @returns Whether all of it is on its way. */
  readonly end: () => boolean
}

/** Whether nothing can be added any more: its client has gone, or somebody has ended it, as at the supervisor's end. */
export function isOver(response: ServerResponse): boolean {
  return response.destroyed || response.writableEnded
}

/** News for the client of a response. */
export function createNews(response: ServerResponse): News {
  const allowance = openAllowance(() => performance.now())
  let maxBacklog = Infinity
  let isHeld = false
  let isLast = false
  let missed = 0
  let timer: NodeJS.Timeout | undefined
  // Who has missed one misses all until he has read what waits for him: he is told once of all of them.
  const send = (): void => {
    if (isHeld || isOver(response)) return
    outbox.empty()
    if (isLast) return void response.end()
    if (missed === 0 || response.writableNeedDrain) return
    clearTimeout(timer)
    if (allowance.isLow()) timer = setTimeout(send, PAUSE_MS)
    else tellMissed()
  }
  const outbox = createOutbox(response, send)
  const tellMissed = (): void => {
    if (missed > 0) outbox.add(`${JSON.stringify({ missed } satisfies Missed)}\n`)
    missed = 0
  }
  const take = (lines: number, text: () => string): boolean => {
    if (isLast || isOver(response)) return false
    const isFull = outbox.backlog() > maxBacklog || (maxBacklog < Infinity && allowance.isUsedUp())
    if (missed === 0 && isFull) queueMicrotask(send)
    if (missed > 0 || isFull) missed += lines
    else allowance.spend(outbox.add(text()))
    return true
  }
  response.on('drain', send)
  response.once('close', () => {
    clearTimeout(timer)
    allowance.close()
  })
  return {
    take,
    limit: () => void (maxBacklog = outbox.backlog() + MAX_BACKLOG_BYTES),
    hold: () => void (isHeld = true),
    flow: () => {
      isHeld = false
      send()
    },
    end: () => {
      isLast = true
      tellMissed()
      send()
      return !isHeld
    },
  }
}

interface Outbox {
  /** @returns How much that was. */
  readonly add: (text: string) => number
  readonly empty: () => void
  /** How much waits to be read. */
  readonly backlog: () => number
}

/**
 * Lines that come together go out together: each write costs as much as a hundred lines.
 *
 * @param send Called soon after something is added: all that comes until then can go.
 */
function createOutbox(response: ServerResponse, send: () => void): Outbox {
  let gathered = ''
  return {
    add: (text) => {
      if (gathered === '') queueMicrotask(send)
      gathered += text
      return text.length
    },
    empty: () => {
      if (gathered !== '') response.write(gathered)
      gathered = ''
    },
    // `writableLength` of the response, not of its socket: Node 26 gathers a turn's writes before the socket has them.
    backlog: () => response.writableLength + gathered.length,
  }
}
