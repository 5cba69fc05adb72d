import * as fc from 'fast-check'
import { withCommand } from '../../../src/core/supervisor/command.ts'
import type {
  CommandStart,
  Condition,
  Config,
  Dependency,
  Healthcheck,
  Probe,
  Ready,
  ServiceConfig,
  WhenLost,
} from '../../../src/core/config/model.ts'
import { config, restart, serviceConfig } from '../support.ts'

/** Any file: 1 to 12 services of any kind, each on top of some earlier ones, and now and then a command in front. */
export function configs(): fc.Arbitrary<Config> {
  const timeout = fc.constantFrom(null, 10_000)
  const command = fc.record({ waitFor: fc.constantFrom('ready', 'started', 'nothing'), timeoutMs: timeout })
  const services = fc.array(drawnService(), { minLength: 1, maxLength: 12, size: 'max' })
  return fc.tuple(services, timeout, fc.option(command, { freq: 2 })).map(setOf)
}

function setOf([drawn, shutdownTimeoutMs, command]: DrawnSet): Config {
  const set = { ...config(...drawn.map((service, index) => named(service, index, drawn))), shutdownTimeoutMs }
  return command === null ? set : withCommand({ ...set, command }, ['sh'])
}

type DrawnSet = readonly [readonly Drawn[], number | null, CommandStart | null]

interface Drawn {
  readonly keys: Partial<ServiceConfig>
  readonly edges: readonly DrawnEdge[]
}

interface DrawnEdge {
  readonly back: number
  readonly condition: Condition
  readonly required: boolean
  readonly whenLost: WhenLost
}

const PROBE: Probe = { kind: 'tcp', host: '127.0.0.1', port: 80 }

/** A service depends only on earlier ones, and now and then on one that is not there. */
function named({ keys, edges }: Drawn, index: number, all: readonly Drawn[]): ServiceConfig {
  const targets = new Map<string, Dependency>()
  for (const { back, required, whenLost, ...edge } of edges) {
    const service = back > index ? 'nobody' : `s${index - back}`
    const target = all[index - back]?.keys
    // Nobody is known to be healthy who is not asked: such a file is refused.
    const isAsked = target?.type === 'oneshot' || (target?.healthcheck ?? null) !== null
    const condition = edge.condition === 'service_healthy' && !isAsked ? 'service_ready' : edge.condition
    if (back <= index || !required) targets.set(service, { service, condition, required, whenLost })
  }
  return serviceConfig({ ...fitting(keys), name: `s${index}`, dependsOn: [...targets.values()] })
}

/** What a file with these keys is read as. */
function fitting(keys: Partial<ServiceConfig>): Partial<ServiceConfig> {
  const isOneshot = keys.type === 'oneshot'
  const healthcheck = isOneshot ? null : (keys.healthcheck ?? null)
  const ready: Ready = { kind: 'poll', probe: PROBE, intervalMs: 250, timeoutMs: 1_000 }
  return {
    ...keys,
    healthcheck,
    ...(healthcheck?.isReadiness === true ? { ready } : {}),
    schedule: isOneshot ? (keys.schedule ?? null) : null,
  }
}

const HOOK = { argv: ['true'], timeoutMs: 10_000 }

function drawnCheck(): fc.Arbitrary<Healthcheck> {
  return fc.record({
    probe: fc.constant(PROBE),
    intervalMs: fc.constant(30_000),
    timeoutMs: fc.constant(30_000),
    retries: fc.constantFrom(1, 2),
    startPeriodMs: fc.constant(0),
    startIntervalMs: fc.constant(5_000),
    onUnhealthy: fc.constantFrom('restart', 'restart', 'ignore', 'ignore', 'shutdown'),
    isReadiness: fc.boolean(),
  })
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
      'service_ready',
      'service_ready',
      'service_healthy',
      'service_completed_successfully',
      'service_completed',
    ),
    required: mostly(true, false),
    whenLost: fc.constantFrom<WhenLost>('ignore', 'ignore', 'restart', 'restart', 'stop'),
  })
  const policy = fc.record({
    policy: fc.constantFrom('always', 'always', 'on-failure', 'unless-stopped', 'no'),
    delayMs: mostly(100, 0),
    maxAttempts: fc.constantFrom(0, 1, 3),
    preventExitCodes: mostly<readonly number[]>([], [1]),
  })
  const keys = fc.record({
    type: fc.constantFrom('longrun', 'longrun', 'longrun', 'oneshot'),
    ready: fc.constantFrom<(Ready | null)[]>(
      null,
      { kind: 'notify-systemd' },
      { kind: 'delay', delayMs: 2_000 },
      { kind: 'poll', probe: PROBE, intervalMs: 250, timeoutMs: 1_000 },
    ),
    healthcheck: fc.option(drawnCheck(), { freq: 2 }),
    schedule: fc.constantFrom<ServiceConfig['schedule'][]>(null, null, { kind: 'every', everyMs: 60_000 }),
    postStart: mostly<ServiceConfig['postStart']>([], [HOOK]),
    preStop: mostly<ServiceConfig['preStop']>([], [HOOK]),
    stopCommand: mostly<ServiceConfig['stopCommand']>(null, HOOK),
    watchdogMs: mostly<number | null>(null, 20_000),
    maxMemoryBytes: mostly<number | null>(null, 1_000),
    restart: policy.map((chosen) => restart(chosen)),
    startTimeoutMs: mostly<number | null>(60_000, null),
    creates: mostly<string | null>(null, '/data/there'),
    enabled: mostly(true, false),
    onFailure: mostly<'shutdown' | 'ignore'>('ignore', 'shutdown'),
    onSuccess: mostly<'shutdown' | 'ignore'>('ignore', 'shutdown'),
  })
  return fc.record({ keys, edges: fc.array(edge, { maxLength: 3, size: 'max' }) })
}
