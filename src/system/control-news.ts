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
  // Lines that come together go out together: each write costs as much as a hundred lines.
  let gathered = ''

  const gather = (text: string): void => {
    if (gathered === '') queueMicrotask(send)
    gathered += text
    allowance.spend(text.length)
  }
  const send = (): void => {
    if (isHeld || isOver(response)) return
    if (gathered !== '') response.write(gathered)
    gathered = ''
    if (isLast) response.end()
    else catchUp()
  }
  // Who has missed one misses all until he has read what waits for him: he is told once of all of them.
  const catchUp = (): void => {
    if (missed === 0 || isHeld || isOver(response) || response.writableNeedDrain) return
    clearTimeout(timer)
    if (allowance.isLow()) timer = setTimeout(catchUp, PAUSE_MS)
    else tellMissed()
  }
  const tellMissed = (): void => {
    if (missed > 0) gather(`${JSON.stringify({ missed } satisfies Missed)}\n`)
    missed = 0
  }
  // `writableLength` of the response, not of its socket: Node 26 gathers a turn's writes before the socket has them.
  const backlog = (): number => response.writableLength + gathered.length
  const hasRoom = (): boolean => backlog() <= maxBacklog && !allowance.isUsedUp()

  response.on('drain', catchUp)
  response.once('close', () => {
    isLast = true
    clearTimeout(timer)
    allowance.close()
  })
  return {
    take(lines, text) {
      if (isLast || isOver(response)) return false
      if (missed === 0 && (maxBacklog === Infinity || hasRoom())) {
        gather(text())
        return true
      }
      if (missed === 0) queueMicrotask(send)
      missed += lines
      return true
    },
    limit: () => void (maxBacklog = backlog() + MAX_BACKLOG_BYTES),
    hold: () => void (isHeld = true),
    flow() {
      isHeld = false
      send()
    },
    end() {
      isLast = true
      tellMissed()
      send()
      return !isHeld
    },
  }
}
