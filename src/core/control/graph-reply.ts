import type { Condition, DroppedEdge, ServiceConfig, WhenLost } from '../config/model.ts'
import { buildGraph, type Edge } from '../graph/graph.ts'
import type { Health, StateName } from '../protocol.ts'

/** What `GET /v1/graph` answers: who waits for whom, and where everybody stands. */
export interface GraphReply {
  readonly name: string
  /** In the order of the file. */
  readonly services: readonly GraphService[]
  /** By who waits, in the order of the file. */
  readonly edges: readonly GraphEdge[]
}

/** One service. */
export interface GraphService {
  readonly name: string
  readonly type: 'longrun' | 'oneshot'
  /** Which of several instances it is; null for a service without `scale`. */
  readonly instance: { readonly service: string; readonly number: number } | null
  readonly enabled: boolean
  /** Null where no supervisor runs. */
  readonly state: StateName | null
  readonly health: Health
}

/** `from` waits until the condition holds of `to`. */
export interface GraphEdge {
  readonly from: string
  readonly to: string
  readonly condition: Condition
  readonly required: boolean
  readonly when_lost: WhenLost
  /** Why nobody waits for it; null when it counts. What such an edge asks for is not known: it has the short form's words. */
  readonly dropped: DroppedEdge['because'] | null
}

/** What a graph is made of. */
export interface GraphParts {
  readonly name: string
  /** Every service there is. */
  readonly services: ReadonlyMap<string, ServiceConfig>
  readonly droppedEdges: readonly DroppedEdge[]
  /** The services to show, with all that they need. */
  readonly names: readonly string[]
  /** Where a service stands. */
  readonly standing: (name: string) => Pick<GraphService, 'state' | 'health'>
}

/** The graph of some services and all that they need. */
export function graphReply({ name, services, droppedEdges, names, standing }: GraphParts): GraphReply {
  const graph = buildGraph(services)
  const shown = new Set(graph.requirements(names))
  // What is switched off is shown beside who would need it.
  const dropped = droppedEdges.filter((edge) => shown.has(edge.service) && services.has(edge.dependency))
  for (const { dependency } of dropped) shown.add(dependency)
  const members = [...services.values()].filter((service) => shown.has(service.name))
  return {
    name,
    services: members.map((service) => serviceOf(service, standing(service.name))),
    edges: members.flatMap((service) => {
      const off = dropped.filter((edge) => edge.service === service.name)
      return graph
        .dependencies(service.name)
        .map(edgeOf)
        .concat(off.map((edge) => droppedEdge(edge, services)))
    }),
  }
}

function serviceOf(
  { name, type, instance, enabled }: ServiceConfig,
  { state, health }: Pick<GraphService, 'state' | 'health'>,
): GraphService {
  return { name, type, instance, enabled, state, health }
}

function edgeOf({ from, to, condition, required, whenLost }: Edge): GraphEdge {
  return { from, to, condition, required, when_lost: whenLost, dropped: null }
}

function droppedEdge({ service, dependency, because }: DroppedEdge, services: GraphParts['services']): GraphEdge {
  const condition = services.get(dependency)?.type === 'oneshot' ? 'service_completed_successfully' : 'service_ready'
  return { from: service, to: dependency, condition, required: false, when_lost: 'ignore', dropped: because }
}
