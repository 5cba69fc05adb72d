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
  const found = new Map<string, readonly Root[]>()
  const rootsOf = (name: string): readonly Root[] => {
    if (!found.has(name)) findRoots(supervisor, name, found)
    return found.get(name) ?? []
  }
  return { supervisor, now, lastLineOf, rootsOf }
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

/** Finds those of one, and of all that it waits for and that wait themselves: each is looked at once, for all who ask. */
function findRoots({ members, graph }: Supervisor, name: string, found: Map<string, readonly Root[]>): void {
  const edges = new Map<string, readonly Dependency[]>()
  const waiting = new Set([name])
  // The set grows as it is walked.
  for (const next of waiting) {
    const member = members.get(next)
    if (member === undefined || !isWaiting(member) || found.has(next)) continue
    const open = [...openEdges(members, member.service.config)]
    edges.set(next, open)
    for (const { service } of open) waiting.add(service)
  }
  if (edges.size === 0) return
  for (const next of graph.order) {
    const open = edges.get(next)
    if (open !== undefined) found.set(next, rankedRoots(members, open, found))
  }
}

function rankedRoots(
  members: Supervisor['members'],
  open: readonly Dependency[],
  found: ReadonlyMap<string, readonly Root[]>,
): readonly Root[] {
  const nearest = new Map<string, Root>()
  for (const root of open.flatMap((edge) => rootsThrough(edge, found))) {
    const known = nearest.get(root.edge.service)
    if (known === undefined || root.distance < known.distance) nearest.set(root.edge.service, root)
  }
  const ranked = [...nearest.values()].map((root) => ({ root, rank: rankOf(members, root) }))
  ranked.sort((one, other) => one.rank - other.rank || one.root.distance - other.root.distance)
  return ranked.slice(0, MOST_ROOTS).map(({ root }) => root)
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
