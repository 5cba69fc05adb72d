import type { Condition, Config, ServiceConfig } from '../core/config/model.ts'
import type { Problem } from '../core/config/problem.ts'
import { buildGraph } from '../core/graph/graph.ts'
import { planStart } from '../core/graph/plan.ts'
import { createRedactor } from '../core/text/redact.ts'
import { describeReady } from './describe-ready.ts'

/** What `supervisor check --json` prints; keys are only ever added. */
export interface CheckReply {
  readonly file: string
  /** Whether the file can be used: no problem is an error. */
  readonly valid: boolean
  readonly problems: readonly ProblemReply[]
  /** Null when the file is not valid. */
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
}

/** Who starts after whom. */
export interface PlanReply {
  readonly name: string
  /** In the order of start, disabled ones last. */
  readonly services: readonly ServicePlan[]
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
  /** In words that complete "ready when". */
  readonly ready: string
  /** Why it does not start; null when it does. */
  readonly disabled: string | null
}

/** The reply about a file that was loaded. */
export function replyTo(file: string, config: Config | null, problems: readonly Problem[]): CheckReply {
  return {
    file,
    valid: config !== null,
    problems: problems.map(({ place, ...problem }) => ({
      code: problem.code,
      severity: problem.severity,
      ...place,
      path: problem.path,
      message: problem.message,
    })),
    plan: config === null ? null : { name: config.name, services: planServices(config) },
  }
}

function planServices({ services, secrets }: Config): readonly ServicePlan[] {
  const redact = createRedactor(secrets)
  const plan = (service: ServiceConfig, stage: number | null): ServicePlan => planService(service, stage, redact)
  const enabled = new Map([...services].filter(([, service]) => service.enabled))
  const disabled = [...services.values()].filter((service) => !service.enabled)
  const { stages } = planStart(buildGraph(enabled))
  const starting = stages.flatMap((names, index) =>
    names.flatMap((name) => {
      const service = enabled.get(name)
      return service === undefined ? [] : [plan(service, index + 1)]
    }),
  )
  return [...starting, ...disabled.map((service) => plan(service, null))]
}

function planService(service: ServiceConfig, stage: number | null, redact: (text: string) => string): ServicePlan {
  const { name, type, description, dependsOn } = service
  const edges = dependsOn.map((edge) => ({ service: edge.service, condition: edge.condition, required: edge.required }))
  const disabled = service.enabled ? null : 'enabled is false'
  return { name, type, description, stage, depends_on: edges, ready: redact(describeReady(service)), disabled }
}
