import type { Graph } from './graph.ts'

/** In which order services start. */
export interface Plan {
  /** A service after all that it waits for; services of one stage in the order of the file. */
  readonly order: readonly string[]
  /**
   * The first stage waits for nothing, each other one for something in the stage before it.
   *
   * For people only: a service starts as soon as its own conditions hold, not when a stage is complete.
   */
  readonly stages: readonly (readonly string[])[]
}

/** Plans the start of a graph without cycles. */
export function planStart(graph: Graph): Plan {
  const open = new Map(graph.names.map((name) => [name, graph.dependencies(name).length]))
  const positions = new Map(graph.names.map((name, index) => [name, index]))
  const stages: (readonly string[])[] = []
  let stage = graph.names.filter((name) => open.get(name) === 0)
  while (stage.length > 0) {
    stages.push(stage)
    const next = stage.flatMap((name) => settle(graph, name, open))
    stage = next.toSorted((a, b) => (positions.get(a) ?? 0) - (positions.get(b) ?? 0))
  }
  const order = stages.flat()
  if (order.length < graph.names.length) throw new Error('internal error: the graph to plan has a cycle')
  return { order, stages }
}

/** Counts one dependency down in each dependent, and gives those that now wait for nothing. */
function settle(graph: Graph, name: string, open: Map<string, number>): readonly string[] {
  return graph.dependents(name).flatMap(({ from }) => {
    const left = (open.get(from) ?? 0) - 1
    open.set(from, left)
    return left === 0 ? [from] : []
  })
}
