import {
  answerLimits,
  createTail,
  linesOf,
  type Decode,
  type LineChunk,
  type Tail,
  type TailLimits,
} from '../core/log/tail.ts'
import type { Cancel } from '../core/machine.ts'
import type { LogLine } from '../core/protocol.ts'

/** What is remembered of every service's output, and who is told of it. */
export interface LogMemory {
  /** The lines that `tail` gives, of the moment of the call; each is made when it is asked for. */
  readonly past: (services: readonly string[], last: number | null) => Iterable<LogLine>
  /** Each whole line of the services from now on. */
  readonly follow: (services: readonly string[], tell: (line: LogLine) => void) => Cancel
  /** Notes whole lines of a service. */
  readonly add: (service: string, chunk: LineChunk) => void
}

/**
 * An empty memory.
 *
 * @param limits Of each service.
 * @param dateOf When a monotonic instant was, ms since 1970.
 */
export function createLogMemory(decode: Decode, limits: TailLimits, dateOf: (instant: number) => number): LogMemory {
  const dated = (instant: number): number => Math.round(dateOf(instant))
  const tails = new Map<string, Tail>()
  const followers = new Set<Follower>()

  return {
    add(service, chunk) {
      const tail = tails.get(service) ?? createTail(limits)
      tails.set(service, tail)
      tail.push(chunk)
      const told = [...followers].filter(({ services }) => services.has(service))
      if (told.length === 0) return
      for (const text of linesOf(chunk, decode)) {
        const line = { at: dated(chunk.at), service, stream: chunk.stream, text }
        for (const { tell } of told) tell(line)
      }
    },
    past(services, last) {
      const most = answerLimits(services.length)
      const wanted = { ...most, maxLines: Math.min(most.maxLines, last ?? Infinity) }
      const chunks = services.flatMap((service) => {
        const remembered = tails.get(service)?.last(wanted) ?? []
        return remembered.map((chunk) => ({ service, chunk }))
      })
      return linesIn(
        chunks.toSorted((one, other) => one.chunk.at - other.chunk.at),
        (chunk) => linesOf(chunk, decode).map((text) => ({ at: dated(chunk.at), stream: chunk.stream, text })),
      )
    },
    follow(services, tell) {
      const follower = { services: new Set(services), tell }
      followers.add(follower)
      return () => void followers.delete(follower)
    },
  }
}

interface Follower {
  readonly services: ReadonlySet<string>
  readonly tell: (line: LogLine) => void
}

function* linesIn(
  chunks: readonly { readonly service: string; readonly chunk: LineChunk }[],
  split: (chunk: LineChunk) => readonly Omit<LogLine, 'service'>[],
): Generator<LogLine> {
  for (const { service, chunk } of chunks) {
    for (const line of split(chunk)) yield { ...line, service }
  }
}
