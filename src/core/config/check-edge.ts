import { quote } from '../text/quote.ts'
import type { Condition } from './model.ts'
import type { Section } from './shape/object.ts'
import { report } from './shape/shape.ts'
import type { DeclaredDependency } from './vocabulary/depends-on.ts'
import { canComeToAnEnd, canSucceedForGood } from './vocabulary/restart.ts'
import type { ServiceDocument } from './vocabulary/service.ts'

/** An edge as the file has it, and one of the services that it means. */
export interface Edge {
  readonly declared: DeclaredDependency
  readonly target: string
}

/** Reports a condition that can never hold of the service, or that cannot be lost. */
export function checkEdge({ declared }: Edge, condition: Condition, document: Section<ServiceDocument>): void {
  const { at, service, whenLost } = declared
  if (declared.condition !== null && isCompletion(declared.condition) && neverCompletes(document, declared.condition)) {
    const way = 'give it "type: oneshot", or another condition'
    report(at, 'bad-value', `${quote(service)} is always restarted and never completes; ${way}`, at.name)
  }
  if (condition === 'service_healthy' && hasNoHealthcheck(document)) {
    const way = 'give it one, or take "service_ready"'
    report(at, 'bad-value', `${quote(service)} has no "healthcheck" and is never healthy; ${way}`, at.name)
  }
  if (whenLost !== 'ignore' && isCompletion(condition) && !document.wrong.has('type')) {
    const why = `what "${condition}" waits for has ended and cannot be lost`
    const way = 'leave out "when_lost" and "restart", or name another condition'
    report(at, 'conflicting-keys', `${why}; ${way}`, at.name)
  }
}

function neverCompletes({ values, wrong }: Section<ServiceDocument>, condition: Condition): boolean {
  if (wrong.has('type') || wrong.has('restart')) return false
  const policy = values.restart.value.policy ?? 'always'
  if (condition === 'service_completed' && canComeToAnEnd(values.restart.value)) return false
  if (canSucceedForGood(values.restart.value, values.success_exit_codes)) return false
  return values.type === 'longrun' && (policy === 'always' || policy === 'unless-stopped')
}

function hasNoHealthcheck({ values, wrong }: Section<ServiceDocument>): boolean {
  return (values.healthcheck?.value ?? null) === null && !wrong.has('healthcheck')
}

function isCompletion(condition: Condition): boolean {
  return condition === 'service_completed' || condition === 'service_completed_successfully'
}
