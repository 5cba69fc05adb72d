import { seeded } from '../../random.ts'

/** A set of services to be stopped. */
export interface Graph {
  /** A `services.yaml`; JSON is YAML. */
  readonly file: string
  /** What the grace periods and hooks allow along its longest chain, ms. */
  readonly budgetMs: number
  /** When to ask for the end, ms after the first service was started. */
  readonly momentMs: number
}

type Choose = <T>(from: readonly [T, ...T[]]) => T

/** What a seed is drawn into: whole numbers up to, not including, a limit. */
type Below = (limit: number) => number

interface Drawn {
  readonly name: string
  readonly file: object
  readonly stopMs: number
  readonly dependsOn: readonly string[]
}

/** The same graph for the same seed, everywhere. */
export function drawGraph(seed: number): Graph {
  const below = numbersOf(seed)
  const services: Drawn[] = []
  const kind = { shape: below(4), isStubborn: below(4) === 0 }
  const count = 2 + below(11)
  for (let index = 0; index < count; index++) services.push(drawService(below, index, kind))
  const entries = services.map(({ name, file }) => [name, file] as const)
  return {
    file: JSON.stringify({ services: Object.fromEntries(entries) }),
    budgetMs: longestChainMs(services),
    momentMs: below(600),
  }
}

/** An ignored signal stays ignored over execve(2). */
const STUBBORN: readonly [string, ...string[]] = [
  "trap '' TERM; exec sleep 1000",
  "trap '' TERM; sleep 1000 & sleep 1000 & exec sleep 1000",
  "trap '' TERM; setsid -f sleep 1000; exec sleep 1000",
]

/** What a service does of its own, and when it is told to end. */
const SCRIPTS: readonly [string, ...string[]] = [
  'exec sleep 1000',
  'exec sleep 1000',
  'exec sleep 1000',
  ...STUBBORN,
  'sleep 1000 & (sleep 1000 & exec sleep 1000) & exec sleep 1000',
  'setsid -f sleep 1000; setsid -f sh -c "trap : TERM; sleep 1000; sleep 1000"; exec sleep 1000',
  "trap 'sleep 0.04; exit 0' TERM; sleep 1000 & wait",
  "trap 'setsid -f sleep 1000; exit 3' TERM; sleep 1000 & wait",
  'sleep 0.0$$(($$$$ % 10)); exit 3',
]

const ONESHOTS: readonly [string, ...string[]] = [
  'exit 0',
  'sleep 0.05',
  'setsid -f sleep 1000; sleep 0.02',
  "trap '' TERM; exec sleep 1000",
  'exec sleep 1000',
]

const READY: readonly [object, ...object[]] = [{ delay: '50ms' }, { exec: 'true' }, { exec: 'sleep 1000' }]

interface Kind {
  readonly shape: number
  /** Whether none of them obeys: then the budget is all used. */
  readonly isStubborn: boolean
}

function drawService(below: Below, index: number, { shape, isStubborn }: Kind): Drawn {
  const choose: Choose = (from) => from[below(from.length)] ?? from[0]
  const name = `s${index}`
  const graceMs = 30 + below(271)
  const hookMs = below(8) === 0 ? 20 + below(80) : 0
  // With oneshots alone it could end by itself.
  const isOneshot = index > 0 && !isStubborn && below(5) === 0
  const dependsOn = drawTargets(below, index, shape)
  const file = {
    type: isOneshot ? 'oneshot' : 'longrun',
    script: choose(isOneshot ? ONESHOTS : isStubborn ? STUBBORN : SCRIPTS),
    stop_grace_period: `${graceMs}ms`,
    kill_mode: below(4) === 0 ? 'group' : 'process',
    on_failure: 'ignore',
    ...(!isOneshot && { restart: { policy: 'always', delay: '30ms', max_delay: '60ms' } }),
    depends_on: Object.fromEntries(dependsOn.map((on) => [on, { condition: 'service_started' }])),
    ...(hookMs > 0 && { pre_stop: { command: ['sleep', choose(['0.01', '1000'])], timeout: `${hookMs}ms` } }),
    ...(!isOneshot && below(4) === 0 && { ready: choose(READY) }),
  }
  return { name, file, stopMs: graceMs + hookMs, dependsOn }
}

/** A chain, a diamond (all between the first and the last), a tree, or anything. */
function drawTargets(below: Below, index: number, shape: number): readonly string[] {
  if (index === 0) return []
  const all = Array.from({ length: index }, (_, earlier) => `s${earlier}`)
  switch (shape) {
    case 0:
      return all.slice(-1)
    case 1:
      return index % 4 === 3 ? all.slice(-3) : all.slice(index - (index % 4 || 1)).slice(0, 1)
    case 2:
      return [`s${(index - 1) >> 1}`]
    default:
      return all.filter(() => below(3) === 0)
  }
}

function longestChainMs(services: readonly Drawn[]): number {
  const below = new Map<string, number>()
  for (const { name, stopMs, dependsOn } of services) {
    below.set(name, stopMs + Math.max(0, ...dependsOn.map((on) => below.get(on) ?? 0)))
  }
  return Math.max(...below.values())
}

/** Seeds that are neighbours begin far from each other. */
function numbersOf(seed: number): Below {
  const random = seeded(Math.imul(seed, 0x9e3779b1))
  return (limit) => Math.floor(random() * limit)
}
