/**
 * The strongly connected components: each set of names that all reach each other (Tarjan 1972).
 *
 * Without recursion, since a chain of dependencies may be longer than the stack is deep.
 */
export function findComponents(edges: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const search: Search = { edges, visits: new Map(), open: [], components: [] }
  for (const name of edges.keys()) if (!search.visits.has(name)) searchFrom(search, name)
  return search.components
}

interface Search {
  readonly edges: ReadonlyMap<string, readonly string[]>
  readonly visits: Map<string, Visit>
  /** Visited, and not yet in a component. */
  readonly open: Visit[]
  readonly components: (readonly string[])[]
}

interface Visit {
  readonly name: string
  readonly index: number
  /** The earliest visit that it is known to reach; infinite once its component is complete. */
  low: number
  /** How many of its edges were followed. */
  followed: number
}

function searchFrom(search: Search, root: string): void {
  const path = [visit(search, root)]
  for (let current = path.at(-1); current !== undefined; current = path.at(-1)) {
    const target = search.edges.get(current.name)?.[current.followed]
    if (target === undefined) {
      path.pop()
      const parent = path.at(-1)
      if (parent !== undefined) parent.low = Math.min(parent.low, current.low)
      if (current.low === current.index) close(search, current)
      continue
    }
    current.followed += 1
    const seen = search.visits.get(target)
    if (seen === undefined) path.push(visit(search, target))
    else current.low = Math.min(current.low, seen.low)
  }
}

function visit(search: Search, name: string): Visit {
  const index = search.visits.size
  const made = { name, index, low: index, followed: 0 }
  search.visits.set(name, made)
  search.open.push(made)
  return made
}

/** All that was opened since the visit is its component. */
function close(search: Search, first: Visit): void {
  const members = search.open.splice(search.open.lastIndexOf(first))
  for (const member of members) member.low = Infinity
  search.components.push(members.map((member) => member.name))
}
