import * as fc from 'fast-check'
import type { Condition, Config, Dependency, Ready, ServiceConfig } from '../../../src/core/config/model.ts'
import { config, restart, serviceConfig } from '../support.ts'

/** Any file: 1 to 12 services of any kind, each on top of some earlier ones. */
export function configs(): fc.Arbitrary<Config> {
  const timeout = fc.constantFrom(null, 10_000)
  return fc.tuple(fc.array(drawnService(), { minLength: 1, maxLength: 12 }), timeout).map(setOf)
}

function setOf([drawn, shutdownTimeoutMs]: readonly [readonly Drawn[], number | null]): Config {
  return { ...config(...drawn.map((service, index) => named(service, index))), shutdownTimeoutMs }
}

interface Drawn {
  readonly keys: Partial<ServiceConfig>
  readonly edges: readonly { readonly back: number; readonly condition: Condition; readonly required: boolean }[]
}

/** A service depends only on earlier ones, and now and then on one that is not there. */
function named({ keys, edges }: Drawn, index: number): ServiceConfig {
  const targets = new Map<string, Dependency>()
  for (const { back, condition, required } of edges) {
    const service = back > index ? 'nobody' : `s${index - back}`
    if (back <= index || !required) targets.set(service, { service, condition, required, whenLost: 'ignore' })
  }
  return serviceConfig({ ...keys, name: `s${index}`, dependsOn: [...targets.values()] })
}

function mostly<T>(usual: T, seldom: T): fc.Arbitrary<T> {
  return fc.oneof({ weight: 5, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constant(seldom) })
}

function drawnService(): fc.Arbitrary<Drawn> {
  const edge = fc.record({
    back: fc.integer({ min: 1, max: 6 }),
    condition: fc.constantFrom<Condition>(
      'service_started',
      'service_ready',
      'service_healthy',
      'service_completed_successfully',
      'service_completed',
    ),
    required: mostly(true, false),
  })
  const policy = fc.record({
    policy: fc.constantFrom('always', 'always', 'on-failure', 'unless-stopped', 'no'),
    delayMs: mostly(100, 0),
    maxAttempts: fc.constantFrom(0, 1, 3),
  })
  const keys = fc.record({
    type: fc.constantFrom('longrun', 'longrun', 'oneshot'),
    ready: fc.constantFrom<(Ready | null)[]>(null, { kind: 'notify-systemd' }, { kind: 'delay', delayMs: 2_000 }),
    restart: policy.map((chosen) => restart(chosen)),
    startTimeoutMs: mostly<number | null>(60_000, null),
    creates: mostly<string | null>(null, '/data/there'),
    enabled: mostly(true, false),
    onFailure: mostly<'shutdown' | 'ignore'>('ignore', 'shutdown'),
    onSuccess: mostly<'shutdown' | 'ignore'>('ignore', 'shutdown'),
  })
  return fc.record({ keys, edges: fc.array(edge, { maxLength: 3 }) })
}
