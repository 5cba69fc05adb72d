import { describeRequester } from '../control/requester.ts'
import { listedUpTo } from '../text/list.ts'
import type { ForServices } from './event.ts'
import { info, type Message } from './words.ts'

/** Services that are named in one message, at most. */
const MOST = 10

/** Tells who has asked for something on the control socket; null where it was asked for in another way. */
export function describeRequest(request: ForServices): Message | null {
  const { requester, services } = request
  if (requester === undefined || services.length === 0) return null
  return info(`asked by ${describeRequester(requester)}: ${verbOf(request)} ${listedUpTo(MOST, services)}`)
}

function verbOf(request: ForServices): string {
  switch (request.kind) {
    case 'start-requested':
      return 'start'
    case 'stop-requested':
      return 'stop'
    case 'restart-requested':
      return 'restart'
    case 'reload-requested':
      return 'reload'
    case 'signal-requested':
      return `send ${request.signal} to`
  }
}
