import type { Batch } from '../core/control/exchange.ts'
import {
  answerLimits,
  countLines,
  createTail,
  linesOf,
  type Decode,
  type LineChunk,
  type MarkAt,
  type Tail,
  type TailLimits,
} from '../core/log/tail.ts'
import type { Cancel } from '../core/machine.ts'
import type { LogEntry, LogRange } from '../core/protocol.ts'

/** What is remembered of every service's output, and who is told of it. */
export interface LogMemory {
  /** What `tail` gives, by time, of the moment of the call; each is made when it is asked for. */
  readonly past: (services: readonly string[], range: LogRange) => Iterable<LogEntry>
  /** What the services write, and where their runs begin and end, from now on: `LogEntry`s. */
  readonly follow: (services: readonly string[], tell: (entries: Batch) => void) => Cancel
  /** Notes what came of a service: whole lines, or where a run of it begins or ends. */
  readonly add: (service: string, entry: LineChunk | MarkAt) => void
}

/**
 * An empty memory.
 *
 * @param limitsOf Of each service.
 * @param dateOf When a monotonic instant was, ms since 1970.
 */
export function createLogMemory(
  decode: Decode,
  limitsOf: (service: string) => TailLimits,
  dateOf: (instant: number) => number,
): LogMemory {
  const tails = new Map<string, Tail>()
  const followers = new Set<Follower>()

  const stamped = ({ service, entry }: OfService): Stamped => {
    return { origin: { at: Math.round(dateOf(entry.at)), service, run: entry.run }, entry }
  }

  return {
    add(service, entry) {
      const tail = tails.get(service) ?? createTail(limitsOf(service))
      tails.set(service, tail)
      tail.push(entry)
      if (followers.size === 0) return
      const told = [...followers].filter(({ services }) => services.has(service))
      if (told.length === 0) return
      const count = 'mark' in entry ? 1 : countLines(entry)
      const batch = { count, text: () => asText(stamped({ service, entry }), decode) }
      for (const { tell } of told) tell(batch)
    },
    past(services, { last, since, until }) {
      const most = answerLimits(services.length)
      // A time is told in whole ms: what has the time 1000 came from 999.5 on.
      const epoch = dateOf(0)
      const wanted = {
        maxLines: Math.min(most.maxLines, last ?? Infinity),
        maxBytes: most.maxBytes,
        from: (since ?? -Infinity) - 0.5 - epoch,
        to: (until ?? Infinity) + 0.5 - epoch,
      }
      const entries = services.flatMap((service) => {
        const remembered = tails.get(service)?.last(wanted) ?? []
        return remembered.map((entry) => ({ service, entry }))
      })
      // Each service's are in order already, and the sort finds that out: it only merges.
      const inOrder = entries.toSorted((one, other) => one.entry.at - other.entry.at)
      return oneByOne(inOrder, (entry) => asTold(stamped(entry), decode))
    },
    follow(services, tell) {
      const follower = { services: new Set(services), tell }
      followers.add(follower)
      return () => void followers.delete(follower)
    },
  }
}

interface OfService {
  readonly service: string
  readonly entry: LineChunk | MarkAt
}

interface Follower {
  readonly services: ReadonlySet<string>
  readonly tell: (entries: Batch) => void
}

/** With what all that it becomes has in common. */
interface Stamped extends Pick<OfService, 'entry'> {
  readonly origin: Pick<LogEntry, 'at' | 'service' | 'run'>
}

function asTold({ origin, entry }: Stamped, decode: Decode): readonly LogEntry[] {
  if ('mark' in entry) return [{ ...origin, ...entry.mark }]
  const { at, service, run } = origin
  const { stream } = entry
  return linesOf(entry, decode).map((text) => ({ at, service, run, stream, text }))
}

/** The same as JSON, for those who follow a flood: an object for each line takes twice as long. */
function asText({ origin, entry }: Stamped, decode: Decode): string {
  if ('mark' in entry) return `${JSON.stringify({ ...origin, ...entry.mark })}\n`
  const head = JSON.stringify({ ...origin, stream: entry.stream }).slice(0, -1)
  let text = ''
  for (const line of linesOf(entry, decode)) text += `${head},"text":${JSON.stringify(line)}}\n`
  return text
}

function* oneByOne(
  entries: readonly OfService[],
  split: (entry: OfService) => readonly LogEntry[],
): Generator<LogEntry> {
  for (const entry of entries) yield* split(entry)
}
