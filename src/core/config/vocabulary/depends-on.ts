import { quote } from '../../text/quote.ts'
import type { Condition, WhenLost } from '../model.ts'
import { either, join, list, map } from '../shape/collection.ts'
import { object, type Section } from '../shape/object.ts'
import { BOOLEAN, choice, filled, NOTHING } from '../shape/scalar.ts'
import { convert, located, report, type At, type Located, type Shape } from '../shape/shape.ts'

/** An edge as the file has it; a condition of null is left to the type of the service that it names. */
export interface DeclaredDependency {
  readonly service: string
  readonly condition: Condition | null
  readonly required: boolean
  readonly whenLost: WhenLost
  readonly at: At
}

interface DependencyDocument {
  readonly condition: Condition | undefined
  readonly required: boolean
  readonly when_lost: WhenLost | undefined
  readonly restart: boolean | undefined
}

const CONDITION: Shape<Condition> = choice([
  'service_started',
  'service_ready',
  'service_healthy',
  'service_completed_successfully',
  'service_completed',
])

const EDGE = object<DependencyDocument>(
  { name: 'services.NAME.depends_on.NAME' },
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
    when_lost: {
      shape: choice(['ignore', 'restart', 'stop']),
      defaultNote: '`ignore`',
      description:
        'What happens to this service when the condition holds no longer while it runs, because the other one crashed, was stopped or is unhealthy: nothing; it is restarted once the condition holds again; or it is stopped at once and started again then.',
      example: 'when_lost: restart',
    },
    restart: {
      shape: BOOLEAN,
      description: "Compose's word: `true` is `when_lost: restart`, `false` is `when_lost: ignore`.",
      example: 'restart: true',
    },
  },
)

type Edge = Omit<DeclaredDependency, 'service'>

const LONG: Shape<Edge> = either<Edge>({
  mapping: convert(EDGE, toEdge),
  nothing: convert(NOTHING, (_, at) => ({ ...PLAIN, at })),
})

const PLAIN: Omit<Edge, 'at'> = { condition: null, required: true, whenLost: 'ignore' }

function toEdge({ values, entries, at }: Section<DependencyDocument>): Edge {
  const { condition = null, required, restart, when_lost: written } = values
  const whenLost: WhenLost = restart === true ? 'restart' : 'ignore'
  const entry = entries.get('restart')
  if (restart !== undefined && entry !== undefined && written !== undefined && written !== whenLost) {
    const message = `"restart: ${restart}" is "when_lost: ${whenLost}", and "when_lost: ${written}" is there too; keep one of them`
    report({ ...at, path: join(at.path, 'restart') }, 'conflicting-keys', message, entry.place)
  }
  return { condition, required, whenLost: written ?? whenLost, at }
}

/** What a service waits for, by name alone or with conditions. */
export const DEPENDS_ON: Shape<readonly DeclaredDependency[]> = either({
  list: convert(list(located(filled('the name of a service'))), toEdges),
  mapping: convert(map(LONG, null), (edges) => [...edges].map(([service, edge]) => named(service, edge))),
})

function named(service: string, edge: Edge): DeclaredDependency {
  return { service, ...edge }
}

function toEdges(names: readonly Located<string>[], { path }: At): readonly DeclaredDependency[] {
  const edges = new Map<string, DeclaredDependency>()
  for (const { value: service, at: item } of names) {
    const at = { ...item, path }
    if (edges.has(service)) report(at, 'duplicate-key', `${quote(service)} is listed twice`)
    else edges.set(service, { service, ...PLAIN, at })
  }
  return [...edges.values()]
}
