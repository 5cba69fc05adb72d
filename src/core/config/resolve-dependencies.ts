import { findCycles } from '../graph/cycles.ts'
import { createHints } from '../text/suggest.ts'
import { quote } from '../text/quote.ts'
import type { Documents } from './absence.ts'
import { checkEdge, type Edge } from './check-edge.ts'
import type { Declared } from './declared.ts'
import type { Absence, Condition, Dependency, DroppedEdge } from './model.ts'
import { report, warn, type At } from './shape/shape.ts'
import type { DeclaredDependency } from './vocabulary/depends-on.ts'

/** Edges of all services together, at most: a thousand instances that wait for a thousand others have a million. */
const MAX_EDGES = 100_000

/** What is known of the services of a file. */
export interface Services {
  readonly documents: Documents
  readonly declared: Declared
  readonly absences: ReadonlyMap<string, Absence>
}

/** The edges of a file. */
export interface ResolvedEdges {
  /** Those of every enabled service, with their conditions; an edge to a scaled service is one to each instance. */
  readonly edges: ReadonlyMap<string, readonly Dependency[]>
  /** Those of enabled services to such that are not there. */
  readonly dropped: readonly DroppedEdge[]
}

/** The edges of every enabled service; those to nothing, cycles and conditions that cannot hold are reported. */
export function resolveDependencies(services: Services): ResolvedEdges {
  const dropped: DroppedEdge[] = []
  const { names, groups } = services.declared
  const resolving: Resolving = {
    ...services,
    dropped,
    left: MAX_EDGES,
    hintFor: createHints([...names, ...groups.keys()]),
  }
  const edges = new Map<string, readonly Edge[]>()
  for (const [name, { values }] of services.documents) {
    const found = values.depends_on.flatMap((declared) => edgesOf(declared, name, resolving))
    if (!services.absences.has(name)) edges.set(name, withoutAbsent(found, name, resolving))
  }
  reportCycles(edges)
  return {
    edges: new Map([...edges].map(([name, own]) => [name, own.map((edge) => toDependency(edge, services))])),
    dropped,
  }
}

interface Resolving extends Services {
  readonly dropped: DroppedEdge[]
  readonly hintFor: (name: string) => string
  /** How many edges there may still be; below zero once that was told. */
  left: number
}

/** An edge for each service that the file means by it. */
function edgesOf(declared: DeclaredDependency, name: string, resolving: Resolving): readonly Edge[] {
  const { service, required, at } = declared
  const { names, instances, groups } = resolving.declared
  if (service === name || service === instances.get(name)?.service) {
    return report(at, 'dependency-cycle', `${quote(service)} depends on itself`, at.name) ?? []
  }
  const targets = groups.get(service) ?? (names.has(service) ? [service] : scaledToNone(service, resolving))
  if (targets.length === 0) {
    reportUnknown(declared, resolving.hintFor(service))
    const isThere = required || resolving.absences.has(name)
    if (!isThere) resolving.dropped.push({ service: name, dependency: service, because: 'not-in-the-file' })
    return []
  }
  if (resolving.left < 0) return []
  resolving.left -= targets.length
  if (resolving.left >= 0) return targets.map((target) => ({ declared, target }))
  return report(at, 'yaml-too-large', `too many dependencies: at most ${MAX_EDGES} are read in all`, at.name) ?? []
}

/** Of a service with `scale: 0`, each instance that could be named is as absent as itself. */
function scaledToNone(service: string, { absences }: Resolving): readonly string[] {
  const whole = /^(.+)-[1-9]\d*$/.exec(service)?.[1]
  return whole !== undefined && absences.get(whole) === 'scale' ? [whole] : []
}

function reportUnknown({ service, required, at }: DeclaredDependency, hint: string): void {
  const message = `no service ${quote(service)}${hint}`
  if (required) report(at, 'unknown-service', message, at.name)
  else if (hint !== '') warn(at, 'unknown-service', message, at.name)
}

function withoutAbsent(
  edges: readonly Edge[],
  name: string,
  { documents, absences, dropped }: Resolving,
): readonly Edge[] {
  const targets = new Set<string>()
  return edges.filter(({ target, declared }) => {
    const absence = absences.get(target)
    if (targets.has(target)) {
      report(declared.at, 'duplicate-key', `${quote(target)} is listed twice`, declared.at.name)
      return false
    }
    targets.add(target)
    if (absence === undefined) return documents.has(target)
    if (absence === 'profiles' && declared.required)
      reportHidden(declared, documents.get(target)?.values.profiles ?? [])
    else dropped.push({ service: name, dependency: target, because: absence })
    return false
  })
}

function reportHidden({ service, at }: DeclaredDependency, profiles: readonly string[]): void {
  const [first = ''] = profiles
  const which = profiles.length === 1 ? `the profile ${quote(first)}` : `a profile such as ${quote(first)}`
  const way = `choose it with "--profile ${first}" or "PIDONE_PROFILES=${first}", or add "required: false"`
  report(at, 'missing-profile', `${quote(service)} is only there with ${which}; ${way}`, at.name)
}

function reportCycles(edges: ReadonlyMap<string, readonly Edge[]>): void {
  const graph = new Map([...edges].map(([name, own]) => [name, own.map((edge) => edge.target)]))
  for (const cycle of findCycles(graph)) {
    const [first = '', second = first] = cycle
    const at: At | undefined = edges.get(first)?.find((candidate) => candidate.target === second)?.declared.at
    if (at === undefined) continue
    const path = [...cycle, first].join(' -> ')
    report(at, 'dependency-cycle', `each waits for the next: ${path}; take one of these edges out`, at.name)
  }
}

function toDependency(edge: Edge, { documents }: Services): Dependency {
  const { target, declared } = edge
  const document = documents.get(target)
  const byType: Condition = document?.values.type === 'oneshot' ? 'service_completed_successfully' : 'service_ready'
  const condition = declared.condition ?? byType
  if (document !== undefined) checkEdge(edge, condition, document)
  return { service: target, required: declared.required, condition, whenLost: declared.whenLost }
}
