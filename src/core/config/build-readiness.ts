import { LONGEST_MS } from './duration.ts'
import type { Healthcheck, Ready, ServiceConfig } from './model.ts'
import type { Section } from './shape/object.ts'
import type { Located } from './shape/shape.ts'
import type { HealthcheckRules } from './vocabulary/healthcheck.ts'
import type { ServiceDocument } from './vocabulary/service.ts'

/** How a service tells that it is ready, and that it is well: without `ready`, the healthcheck tells both. */
export function buildReadiness(
  section: Section<ServiceDocument>,
): Pick<ServiceConfig, 'ready' | 'healthcheck' | 'startTimeoutMs'> {
  const { values } = section
  const rules = values.healthcheck?.value ?? null
  const isReadiness = values.ready === undefined
  const healthcheck: Healthcheck | null = rules === null ? null : { ...rules, isReadiness }
  return {
    ready: readinessOf(values)?.value ?? null,
    healthcheck,
    startTimeoutMs: values.type === 'oneshot' ? null : startTimeout(section, isReadiness ? rules : null),
  }
}

/** How a service tells that it is ready, by `ready` or else by its healthcheck; null: it does not. */
export function readinessOf({ ready, healthcheck }: ServiceDocument): Located<Ready> | null {
  if (ready !== undefined) return ready
  const rules = healthcheck?.value ?? null
  if (healthcheck === undefined || rules === null) return null
  const { probe, intervalMs, startIntervalMs, timeoutMs } = rules
  const value: Ready = { kind: 'poll', probe, intervalMs: Math.min(startIntervalMs, intervalMs), timeoutMs }
  return { value, at: healthcheck.at }
}

/** A first check may take as long as it would take to find the service unhealthy. */
function startTimeout({ values, entries }: Section<ServiceDocument>, rules: HealthcheckRules | null): number {
  if (rules === null || entries.has('start_timeout')) return values.start_timeout
  const untilUnhealthyMs = rules.startPeriodMs + rules.retries * (rules.intervalMs + rules.timeoutMs)
  return Math.min(Math.max(values.start_timeout, untilUnhealthyMs), LONGEST_MS)
}
