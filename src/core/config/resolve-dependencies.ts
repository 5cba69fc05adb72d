import { findCycles } from '../graph/cycles.ts'
import { createHints } from '../text/suggest.ts'
import { quote } from '../text/quote.ts'
import type { Condition, Dependency } from './model.ts'
import type { Section } from './shape/object.ts'
import { report } from './shape/shape.ts'
import type { DeclaredDependency } from './vocabulary/depends-on.ts'
import type { ServiceDocument } from './vocabulary/service.ts'

type Documents = ReadonlyMap<string, Section<ServiceDocument>>
type Edges = ReadonlyMap<string, readonly DeclaredDependency[]>

/**
 * The edges of every enabled service, with their conditions; those to disabled services are dropped.
 *
 * Edges to nothing and cycles are reported.
 *
 * @param names All names under `services`, of services that could not be read too.
 */
export function resolveDependencies(
  documents: Documents,
  names: ReadonlySet<string>,
): ReadonlyMap<string, readonly Dependency[]> {
  const edges = new Map<string, readonly DeclaredDependency[]>()
  const known: Known = { names, hintFor: createHints(names) }
  for (const [name, { values }] of documents) {
    const live = values.depends_on.filter((edge) => leadsSomewhere(edge, name, known))
    if (values.enabled)
      edges.set(
        name,
        live.filter((edge) => documents.get(edge.service)?.values.enabled === true),
      )
  }
  reportCycles(edges)
  return new Map([...edges].map(([name, declared]) => [name, declared.map((edge) => resolveEdge(edge, documents))]))
}

interface Known {
  readonly names: ReadonlySet<string>
  readonly hintFor: (name: string) => string
}

function leadsSomewhere(edge: DeclaredDependency, name: string, { names, hintFor }: Known): boolean {
  const { at, service, required } = edge
  if (service === name) {
    report(at, 'dependency-cycle', `${quote(service)} depends on itself`, at.name)
    return false
  }
  if (names.has(service)) return true
  const hint = hintFor(service)
  const message = `no service ${quote(service)}${hint}`
  if (required) report(at, 'unknown-service', message, at.name)
  else if (hint !== '') {
    at.problems.push({ code: 'unknown-service', severity: 'warning', place: at.name, path: at.path, message })
  }
  return false
}

function reportCycles(edges: Edges): void {
  const graph = new Map([...edges].map(([name, declared]) => [name, declared.map((edge) => edge.service)]))
  for (const cycle of findCycles(graph)) {
    const [first = '', second = first] = cycle
    const edge = edges.get(first)?.find((candidate) => candidate.service === second)
    if (edge === undefined) continue
    const path = [...cycle, first].join(' -> ')
    report(edge.at, 'dependency-cycle', `each waits for the next: ${path}; take one of these edges out`, edge.at.name)
  }
}

function resolveEdge({ service, required, condition, at }: DeclaredDependency, documents: Documents): Dependency {
  const document = documents.get(service)
  const byType: Condition = document?.values.type === 'oneshot' ? 'service_completed_successfully' : 'service_ready'
  if (document !== undefined && condition === 'service_completed_successfully' && neverCompletes(document)) {
    const way = 'give it "type: oneshot", or another condition'
    report(at, 'bad-value', `${quote(service)} is always restarted and never completes; ${way}`, at.name)
  }
  return { service, required, condition: condition ?? byType, whenLost: 'ignore' }
}

function neverCompletes({ values, wrong }: Section<ServiceDocument>): boolean {
  if (wrong.has('type') || wrong.has('restart')) return false
  const policy = values.restart.value.policy ?? 'always'
  return values.type === 'longrun' && (policy === 'always' || policy === 'unless-stopped')
}
