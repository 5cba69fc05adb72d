import * as fc from 'fast-check'
import t from 'tap'
import type { Config, ServiceConfig } from '../../../src/core/config/model.ts'
import { seeded } from '../../random.ts'
import { configs } from './draw.ts'
import { TimedWorld } from './timed-world.ts'

/** `BUDGETS=100000` takes more of them. */
const RUNS = Number(process.env['BUDGETS'] ?? 2_000)
const SEED = Number(process.env['BUDGET_SEED'] ?? 20_261_121)

const SIGTERM = { kind: 'shutdown-requested', by: 'SIGTERM', status: 0, insist: true } as const

interface Shutdown {
  readonly config: Config
  /** What chance is made of: behaviours, grace periods, times. */
  readonly seed: number
  /** When SIGTERM comes. */
  readonly at: number
  /** How much later it comes again; null: never. */
  readonly again: number | null
}

void t.test(`SIGTERM ends any set within the budget of its longest chain, in ${RUNS} runs of seed ${SEED}`, (test) => {
  const shutdowns = fc.record({
    config: configs(),
    seed: fc.nat(),
    at: fc.oneof(fc.nat(100), fc.nat(8_000)),
    again: fc.option(fc.nat(5_000), { freq: 2 }),
  })
  const played = fc.check(fc.property(shutdowns, shutDown), { numRuns: RUNS, seed: SEED })
  test.equal(played.failed, false, String(played.errorInstance))
  test.end()
})

function shutDown({ config, seed, at, again }: Shutdown): void {
  const chance = seeded(seed)
  const services = [...config.services.values()].map((service) => withTimes(service, chance))
  const set = { ...config, services: new Map(services.map((service) => [service.name, service])) }
  const world = new TimedWorld(set, chance)
  world.play(at)
  if (world.machine.endedAt !== null) return
  const beganAt = world.machine.now
  const budgetMs = Math.min(longestChainMs(world), limitOf(world))
  world.happen(SIGTERM)
  if (again !== null && again < budgetMs) {
    world.play(beganAt + again)
    if (world.machine.endedAt !== null) return
    const slowest = Math.max(...[...set.services.keys()].map((name) => world.machine.spawnMs(name)))
    world.happen(SIGTERM)
    world.play(beganAt + again + slowest)
    return world.demandEnd(beganAt + again + slowest, 'after the second SIGTERM')
  }
  world.play(beganAt + budgetMs)
  world.demandEnd(beganAt + budgetMs, 'after SIGTERM')
}

/** With times that are all different, hooks included. */
function withTimes(service: ServiceConfig, chance: () => number): ServiceConfig {
  const upTo = (ms: number): number => Math.floor(chance() * ms)
  const hooks = <T extends { readonly timeoutMs: number }>(all: readonly T[]): readonly T[] =>
    all.map((hook) => ({ ...hook, timeoutMs: 1 + upTo(2_000) }))
  const { startTimeoutMs, preStop, postStart } = service
  return {
    ...service,
    stopGracePeriodMs: upTo(4_000),
    startTimeoutMs: startTimeoutMs && 1 + upTo(3_000),
    preStop: hooks([...preStop, ...(chance() < 0.5 ? preStop : [])]),
    postStart: hooks(postStart),
  }
}

/** The longest sum of stop times along a chain: who is above is down before who is below is told. */
function longestChainMs({ supervisor: { members, graph }, machine }: TimedWorld): number {
  const known = new Map<string, number>()
  const from = (name: string): number => {
    const already = known.get(name)
    if (already !== undefined) return already
    const above = graph.dependents(name).map((edge) => from(edge.from))
    const config = members.get(name)?.service.config
    const own = config === undefined ? 0 : machine.spawnMs(name) + longestStopMs(config)
    const longest = own + Math.max(0, ...above)
    known.set(name, longest)
    return longest
  }
  return Math.max(0, ...[...members.keys()].map(from))
}

function longestStopMs({ preStop, stopGracePeriodMs }: ServiceConfig): number {
  return preStop.reduce((sum, { timeoutMs }) => sum + timeoutMs, stopGracePeriodMs)
}

/** `shutdown.timeout` ends it earlier; only what is being spawned has to be there first. */
function limitOf({ supervisor: { members, shutdownTimeoutMs }, machine }: TimedWorld): number {
  if (shutdownTimeoutMs === null) return Infinity
  return Math.max(shutdownTimeoutMs, ...[...members.keys()].map((name) => machine.spawnMs(name)))
}
