import { quote } from '../../text/quote.ts'
import type { Condition } from '../model.ts'
import { either, list, map } from '../shape/collection.ts'
import { object, type Section } from '../shape/object.ts'
import { BOOLEAN, choice, filled, NOTHING } from '../shape/scalar.ts'
import { convert, located, report, type At, type Located, type Shape } from '../shape/shape.ts'

/** An edge as the file has it; a condition of null is left to the type of the service that it names. */
export interface DeclaredDependency {
  readonly service: string
  readonly condition: Condition | null
  readonly required: boolean
  readonly at: At
}

interface DependencyDocument {
  readonly condition: Condition | undefined
  readonly required: boolean
}

const CONDITION: Shape<Condition> = choice([
  'service_started',
  'service_ready',
  'service_healthy',
  'service_completed_successfully',
  'service_completed',
])

const EDGE = object<DependencyDocument>(
  {
    name: 'services.NAME.depends_on.NAME',
    advice: new Map([['restart', 'a dependent is not restarted together with what it depends on; leave it out']]),
  },
  {
    condition: {
      shape: CONDITION,
      defaultNote: '`service_ready` for a longrun, `service_completed_successfully` for a oneshot',
      description: 'What must hold of the other service before this one starts.',
      example: 'condition: service_started',
    },
    required: {
      shape: BOOLEAN,
      default: true,
      description: 'With `false`, a dependency that failed or is not in the file does not hold this service back.',
      example: 'required: false',
    },
  },
)

type Edge = Pick<DeclaredDependency, 'condition' | 'required' | 'at'>

const LONG: Shape<Edge> = either<Edge>({
  mapping: convert(EDGE, ({ values, at }: Section<DependencyDocument>) => ({
    condition: values.condition ?? null,
    required: values.required,
    at,
  })),
  nothing: convert(NOTHING, (_, at) => ({ condition: null, required: true, at })),
})

/** What a service waits for, by name alone or with conditions. */
export const DEPENDS_ON: Shape<readonly DeclaredDependency[]> = either({
  list: convert(list(located(filled('the name of a service'))), toEdges),
  mapping: convert(map(LONG, null), (edges) => [...edges].map(([service, edge]) => named(service, edge))),
})

function named(service: string, { condition, required, at }: Edge): DeclaredDependency {
  return { service, condition, required, at }
}

function toEdges(names: readonly Located<string>[], { path }: At): readonly DeclaredDependency[] {
  const edges = new Map<string, DeclaredDependency>()
  for (const { value: service, at: item } of names) {
    const at = { ...item, path }
    if (edges.has(service)) report(at, 'duplicate-key', `${quote(service)} is listed twice`)
    else edges.set(service, { service, condition: null, required: true, at })
  }
  return [...edges.values()]
}
