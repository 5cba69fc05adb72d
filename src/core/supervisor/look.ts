import type { Dependency } from '../config/model.ts'
import { isHopeless, openEdges } from './conditions.ts'
import { isUnhealthy } from './health.ts'
import type { Member, Supervisor } from './state.ts'

/** The last line of a run's output that says something; null when there is none. */
export type LastLineOf = (service: string, run: number) => string | null

/** A set as it is seen at a moment, to say why it is as it is. */
export interface Look {
  readonly supervisor: Supervisor
  /** A monotonic instant. */
  readonly now: number
  readonly lastLineOf: LastLineOf
  /** Where the wait of a service hangs, the worst first, and at most four of all; none for one that does not wait. */
  readonly rootsOf: (name: string) => readonly Root[]
}

/** What a wait hangs on: a service that waits for nobody itself. */
export interface Root {
  /** What has to hold of it, as somebody on the way there wants it. */
  readonly edge: Dependency
  /** The first on the shortest way there; the root itself where that is next. */
  readonly via: string
  /** Services on that way, the root included. */
  readonly distance: number
}

/** However many things are wrong below a service, nobody reads more of them in one sentence. */
const MOST_ROOTS = 4

/** Looks at a set. */
export function lookAt(supervisor: Supervisor, now: number, lastLineOf: LastLineOf = () => null): Look {
  // Found out in one pass for all, since each waits for what the others wait for, and only when somebody asks.
  let roots: ReadonlyMap<string, readonly Root[]> | null = null
  return { supervisor, now, lastLineOf, rootsOf: (name) => (roots ??= findRoots(supervisor)).get(name) ?? [] }
}

/** The services on the way from one that waits to what its wait hangs on, in order. */
export function wayTo(look: Look, { via, edge }: Root): readonly string[] {
  const way = [via]
  for (let next = via; next !== edge.service;) {
    const root = look.rootsOf(next).find((other) => other.edge.service === edge.service)
    if (root === undefined) break
    next = root.via
    way.push(next)
  }
  return way
}

function findRoots({ members, graph }: Supervisor): ReadonlyMap<string, readonly Root[]> {
  const found = new Map<string, readonly Root[]>()
  for (const name of graph.order) {
    const member = members.get(name)
    if (member === undefined || !isWaiting(member)) continue
    const nearest = new Map<string, Root>()
    for (const edge of openEdges(members, member.service.config)) {
      for (const root of rootsThrough(edge, found)) {
        const known = nearest.get(root.edge.service)
        if (known === undefined || root.distance < known.distance) nearest.set(root.edge.service, root)
      }
    }
    const ranked = [...nearest.values()].map((root) => ({ root, rank: rankOf(members, root) }))
    ranked.sort((one, other) => one.rank - other.rank || one.root.distance - other.root.distance)
    found.set(
      name,
      ranked.slice(0, MOST_ROOTS).map(({ root }) => root),
    )
  }
  return found
}

function rootsThrough(edge: Dependency, found: ReadonlyMap<string, readonly Root[]>): readonly Root[] {
  const via = edge.service
  const further = found.get(via) ?? []
  if (further.length === 0) return [{ edge, via, distance: 1 }]
  return further.map((root) => ({ edge: root.edge, via, distance: root.distance + 1 }))
}

function isWaiting({ service: { state }, wish }: Member): boolean {
  return wish === 'up' && state.kind === 'waiting' && state.for === 'dependencies'
}

/** What nothing will move comes before what is in trouble, that before what is on its way, and that before what has time. */
function rankOf(members: Supervisor['members'], { edge }: Root): number {
  const target = members.get(edge.service)
  if (target === undefined || isHopeless(members, edge)) return 0
  const { state } = target.service
  if (state.kind === 'backoff' || isUnhealthy(state)) return 1
  return state.kind === 'waiting' ? 3 : 2
}
