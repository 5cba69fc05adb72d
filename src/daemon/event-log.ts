import type { EventReply, News } from '../core/control/event-reply.ts'
import type { Cancel } from '../core/machine.ts'
import { newsOf } from '../core/supervisor/news.ts'
import type { Stepped } from '../core/supervisor/stepped.ts'

/** What has happened lately, and who is told of it. */
export interface EventLog {
  readonly note: (step: Stepped) => void
  /** What is remembered at the moment of the call, oldest first: the last so many, or for null all. */
  readonly past: (wanted: Wanted, last: number | null) => Iterable<EventReply>
  /** Each event from now on. */
  readonly follow: (wanted: Wanted, tell: (event: EventReply) => void) => Cancel
}

/** Names of the services whose events are meant; null: all there is. */
type Wanted = ReadonlySet<string> | null

/** Remembered at most: days of a calm container, and an hour of one in which a service crashes all the time. */
const MOST = 1000

/**
 * An empty log of events.
 *
 * @param dateOf When a monotonic instant was, ms since 1970.
 * @param redact Takes the secrets out of a text.
 */
export function createEventLog(dateOf: (instant: number) => number, redact: (text: string) => string): EventLog {
  const remembered: EventReply[] = []
  const followers = new Set<Follower>()

  /** When somebody asks: most of what happens nobody ever looks at. */
  const asTold = (event: EventReply): EventReply =>
    'reason' in event ? { ...event, reason: redact(event.reason) } : event

  const add = (event: EventReply): void => {
    remembered.push(event)
    if (remembered.length > MOST) remembered.shift()
    const told = [...followers].filter(({ wanted }) => isAbout(event, wanted))
    if (told.length === 0) return
    // One document for all of them: it is made into text once.
    const document = asTold(event)
    for (const { tell } of told) tell(document)
  }

  return {
    note: (step) => {
      const at = Math.round(dateOf(step.at))
      for (const news of newsOf(step)) add({ at, ...news })
    },
    past: (wanted, last) => {
      const matching = remembered.filter((event) => isAbout(event, wanted))
      return asTolds(last === 0 ? [] : matching.slice(-(last ?? MOST)), asTold)
    },
    follow: (wanted, tell) => {
      const follower = { wanted, tell }
      followers.add(follower)
      return () => void followers.delete(follower)
    },
  }
}

interface Follower {
  readonly wanted: Wanted
  readonly tell: (event: EventReply) => void
}

function isAbout(event: News | EventReply, wanted: Wanted): boolean {
  if (wanted === null) return true
  if ('service' in event) return wanted.has(event.service)
  return event.event === 'request' && event.services.some((name) => wanted.has(name))
}

function* asTolds(events: readonly EventReply[], asTold: (event: EventReply) => EventReply): Generator<EventReply> {
  for (const event of events) yield asTold(event)
}
