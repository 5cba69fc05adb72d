import type { Condition, Dependency, WhenLost } from '../config/model.ts'
import { findComponents } from './components.ts'

/** `from` waits until the condition holds of `to`. */
export interface Edge {
  readonly from: string
  readonly to: string
  readonly condition: Condition
  readonly required: boolean
  readonly whenLost: WhenLost
}

/** A service, as far as the graph knows one. */
export interface Node {
  readonly dependsOn: readonly Dependency[]
}

/** Who waits for whom. Names that are not in it have no edges. */
export interface Graph {
  /** Every service, in the order of the file. */
  readonly names: readonly string[]
  /** What this one waits for, in the order of the file. */
  readonly dependencies: (name: string) => readonly Edge[]
  /** What waits for this one, in the order of the file. */
  readonly dependents: (name: string) => readonly Edge[]
  /** Those of `dependents` that do something when this one is lost. */
  readonly followers: (name: string) => readonly Edge[]
  /** Every service after all that it waits for. */
  readonly order: readonly string[]
  /** Those that wait for a service that is not among these, and cannot go without it. */
  readonly dangling: readonly string[]
  /** These and all that they need, directly or not, in the order of the file. */
  readonly requirements: (names: Iterable<string>) => readonly string[]
}

/** The graph of some services; edges to services that are not among them are left out. */
export function buildGraph(services: ReadonlyMap<string, Node>): Graph {
  const names = [...services.keys()]
  const edges = [...services].flatMap(([from, { dependsOn }]) =>
    dependsOn
      .filter(({ service }) => services.has(service))
      .map(({ service, condition, required, whenLost }): Edge => ({
        from,
        to: service,
        condition,
        required,
        whenLost,
      })),
  )
  const outgoing = groupEdges(edges, 'from')
  const incoming = groupEdges(edges, 'to')
  const following = groupEdges(
    edges.filter((edge) => edge.whenLost !== 'ignore'),
    'to',
  )
  const dependencies: Graph['dependencies'] = (name) => outgoing.get(name) ?? []
  return {
    names,
    dependencies,
    dependents: (name) => incoming.get(name) ?? [],
    followers: (name) => following.get(name) ?? [],
    // A component is complete only when all that it leads to are.
    order: findComponents(new Map(names.map((name) => [name, dependencies(name).map(({ to }) => to)]))).flat(),
    dangling: names.filter((name) => hasDanglingEdge(services, name)),
    requirements: (wanted) => {
      const reached = reach(dependencies, wanted)
      return names.filter((name) => reached.has(name))
    },
  }
}

function hasDanglingEdge(services: ReadonlyMap<string, Node>, name: string): boolean {
  return services.get(name)?.dependsOn.some(({ service, required }) => required && !services.has(service)) ?? false
}

/** Edges by the name at one of their ends. Node 20 has no Map.groupBy. */
export function groupEdges(edges: readonly Edge[], end: 'from' | 'to'): ReadonlyMap<string, readonly Edge[]> {
  const groups = new Map<string, Edge[]>()
  for (const edge of edges) {
    const group = groups.get(edge[end])
    if (group === undefined) groups.set(edge[end], [edge])
    else group.push(edge)
  }
  return groups
}

function reach(dependencies: Graph['dependencies'], names: Iterable<string>): ReadonlySet<string> {
  // A set walks over what is added to it on the way.
  const reached = new Set(names)
  for (const name of reached) for (const edge of dependencies(name)) reached.add(edge.to)
  return reached
}
