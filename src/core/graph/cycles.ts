import { findComponents } from './components.ts'

/**
 * Finds what waits for itself.
 *
 * @param edges By name, in the order of the file, what it waits for; names that are no key have no edges.
 * @returns One path for each knot of services that wait for each other, the shortest through the one that is declared
 *   first, which it begins with; the way back to it is not written out. Takes linear time, but for sorting.
 */
export function findCycles(edges: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const positions = new Map([...edges.keys()].map((name, index) => [name, index]))
  const position = (name: string): number => positions.get(name) ?? positions.size
  return findComponents(edges)
    .filter(([only, ...others]) => others.length > 0 || (only !== undefined && edges.get(only)?.includes(only)))
    .map((members) => members.toSorted((a, b) => position(a) - position(b)))
    .toSorted(([a = ''], [b = '']) => position(a) - position(b))
    .map((members) => shortestCycle(edges, members))
}

/** Walks in breadth, within the knot, from its first member until it is back there. */
function shortestCycle(
  edges: ReadonlyMap<string, readonly string[]>,
  [start = '', ...others]: readonly string[],
): readonly string[] {
  const unseen = new Set(others)
  const cameFrom = new Map([[start, start]])
  for (const name of cameFrom.keys()) {
    for (const next of edges.get(name) ?? []) {
      if (next === start) return pathTo(cameFrom, name, start)
      if (unseen.delete(next)) cameFrom.set(next, name)
    }
  }
  throw new Error('internal error: no way back in a cycle')
}

function pathTo(cameFrom: ReadonlyMap<string, string>, end: string, start: string): readonly string[] {
  const path = [end]
  for (let name = end; name !== start;) {
    name = cameFrom.get(name) ?? start
    path.push(name)
  }
  return path.toReversed()
}
