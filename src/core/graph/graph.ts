import type { Dependency, ServiceConfig } from '../config/model.ts'

/** Who depends on whom, in both directions. */
export interface Graph {
  /** What each service waits for. */
  readonly dependencies: ReadonlyMap<string, readonly Dependency[]>
  /** Who waits for each service; services that are not declared may stand here too. */
  readonly dependents: ReadonlyMap<string, readonly string[]>
}

/** The graph of some services. */
export function buildGraph(services: ReadonlyMap<string, Pick<ServiceConfig, 'dependsOn'>>): Graph {
  const dependents = new Map<string, string[]>()
  for (const [name, { dependsOn }] of services) {
    for (const { service } of dependsOn) {
      const known = dependents.get(service)
      if (known === undefined) dependents.set(service, [name])
      else known.push(name)
    }
  }
  return { dependencies: new Map([...services].map(([name, { dependsOn }]) => [name, dependsOn])), dependents }
}

/** The services themselves and all that they require, directly or not; what they need stands before them. */
export function requirements(graph: Graph, names: Iterable<string>): ReadonlySet<string> {
  const seen = new Set<string>()
  const found = new Set<string>()
  const stack = [...names].toReversed()
  while (true) {
    const name = stack.at(-1)
    if (name === undefined) return found
    if (seen.has(name)) {
      found.add(name)
      stack.pop()
      continue
    }
    seen.add(name)
    const required = (graph.dependencies.get(name) ?? []).filter((edge) => edge.required && !seen.has(edge.service))
    stack.push(...required.map((edge) => edge.service).toReversed())
  }
}
