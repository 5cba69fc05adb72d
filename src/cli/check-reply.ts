import type { Condition, Config, DroppedEdge, ServiceConfig } from '../core/config/model.ts'
import { buildGraph } from '../core/graph/graph.ts'
import { planStart } from '../core/graph/plan.ts'
import { createRedactor } from '../core/text/redact.ts'
import type { LoadedConfig } from '../daemon/load-config.ts'
import { describeAbsence } from './describe-absence.ts'
import { describeReady } from './describe-ready.ts'
import { describeSchedule } from './describe-schedule.ts'

/** What `supervisor check --json` prints; keys are only ever added. */
export interface CheckReply {
  /** The first of the files. */
  readonly file: string
  /** All of them; the later go over the earlier. */
  readonly files: readonly string[]
  /** Whether it can be used: no problem is an error. */
  readonly valid: boolean
  readonly problems: readonly ProblemReply[]
  /** Null when it is not valid. */
  readonly plan: PlanReply | null
}

/** A problem; `line` and `column` count from 1, the latter and `length` in UTF-16 units. */
interface ProblemReply {
  readonly code: string
  readonly severity: 'error' | 'warning'
  readonly file: string
  readonly line: number
  readonly column: number
  readonly length: number
  /** As in `services.app.depends_on`; empty for the whole file. */
  readonly path: string
  readonly message: string
  /** Variables of the environment that the value comes from. */
  readonly variables: readonly string[]
  /** Paths of further values that have the same problem for the same reason. */
  readonly also: readonly string[]
}

/** Who starts after whom. */
export interface PlanReply {
  readonly name: string
  /** In the order of start, disabled ones last. */
  readonly services: readonly ServicePlan[]
  /** What is in the file and holds nobody back, in its order. */
  readonly dropped: readonly DroppedPlan[]
}

/** An edge that nobody waits for. */
interface DroppedPlan {
  readonly service: string
  readonly dependency: string
  readonly because: DroppedEdge['because']
  /** The same in words, with the names of profiles. */
  readonly reason: string
}

/** One service of the plan. */
export interface ServicePlan {
  readonly name: string
  readonly type: 'longrun' | 'oneshot'
  readonly description: string | null
  /** From 1: one more than the latest of those that it waits for; null when it is disabled. */
  readonly stage: number | null
  readonly depends_on: readonly {
    readonly service: string
    readonly condition: Condition
    readonly required: boolean
  }[]
  /** When a oneshot runs, in words; null: once, with the others. */
  readonly schedule: string | null
  /** In words that complete "ready when". */
  readonly ready: string
  /** Why it does not start; null when it does. */
  readonly disabled: string | null
}

/** The reply about files that were loaded; there is at least one. */
export function replyTo(files: readonly string[], { config, problems }: LoadedConfig): CheckReply {
  return {
    file: files[0] ?? '',
    files,
    valid: config !== null,
    problems: problems.map(({ place, ...problem }) => ({
      code: problem.code,
      severity: problem.severity,
      ...place,
      path: problem.path,
      message: problem.message,
      variables: problem.variables ?? [],
      also: problem.also ?? [],
    })),
    plan: config === null ? null : planOf(config),
  }
}

function planOf(config: Config): PlanReply {
  const dropped = config.droppedEdges.map((edge) => ({ ...edge, reason: describeAbsence(config, edge.dependency) }))
  return { name: config.name, services: planServices(config), dropped }
}

function planServices(config: Config): readonly ServicePlan[] {
  const { services } = config
  const redact = createRedactor(config.secrets)
  const enabled = new Map([...services].filter(([, service]) => service.enabled))
  const disabled = [...services.values()].filter((service) => !service.enabled)
  const { stages } = planStart(buildGraph(enabled))
  const starting = stages.flatMap((names, index) =>
    names.flatMap((name) => {
      const service = enabled.get(name)
      return service === undefined ? [] : [planService(service, { stage: index + 1, disabled: null, redact })]
    }),
  )
  const absent = disabled.map((service) =>
    planService(service, { stage: null, disabled: describeAbsence(config, service.name), redact }),
  )
  return [...starting, ...absent]
}

interface PlanParts extends Pick<ServicePlan, 'stage' | 'disabled'> {
  readonly redact: (text: string) => string
}

function planService(service: ServiceConfig, { stage, disabled, redact }: PlanParts): ServicePlan {
  const { name, type, description, dependsOn, schedule } = service
  const edges = dependsOn.map((edge) => ({ service: edge.service, condition: edge.condition, required: edge.required }))
  const words = {
    description: description === null ? null : redact(description),
    schedule: schedule === null ? null : redact(describeSchedule(schedule)),
    ready: redact(describeReady(service)),
  }
  return { name, type, stage, depends_on: edges, disabled, ...words }
}
