import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Container, Scope } from '../pid1/support/container.ts'
import { makeStack } from '../pid1/support/stack.ts'
import { until } from '../pid1/support/until.ts'
import { createChurn } from './churn.ts'
import { makeHeap } from './heap.ts'
import { createFigures, filesIn, type Figures } from './figures.ts'
import { seeded } from '../random.ts'
import { CHURNING, FLAPPER } from './services.ts'

/** How long, and with which chances. */
export interface SoakOptions {
  readonly minutes: number
  readonly seed: number
  /** Told of each round. */
  readonly told: (round: Round) => void
}

/** What was seen after a round. */
export interface Round extends Figures {
  readonly minute: number
  readonly restarts: number
  readonly actions: number
  /** What is alive of V8's heap and of buffers. */
  readonly heapMiB: number
}

/** All rounds, and how it ended. */
export interface Soaked {
  readonly rounds: readonly Round[]
  readonly counts: ReadonlyMap<string, number>
  readonly status: number
  /** What of its run-time files was still there when it had ended. */
  readonly left: readonly string[]
}

/** At least so many rounds, the first of which warms up. */
const ROUNDS = 4
const ROUND_MS = 60_000
/** What was dying is dead, and what was kept for a while after a question (system/usage.ts) is closed. */
const SETTLE_MS = 2_500
/** PostgreSQL repairs its files after each SIGKILL. */
const QUIET_MS = 60_000

/** Runs the example with much going on around it, and takes figures whenever all is quiet. */
export async function soak(scope: Scope, { minutes, seed, told }: SoakOptions): Promise<Soaked> {
  const random = seeded(seed)
  const stack = await makeStack(scope)
  const override = join(stack.folder, 'churning.yaml')
  writeFileSync(override, CHURNING)
  const heap = makeHeap(scope)
  const container = await stack.start({ override, binFolder: heap.binFolder })
  await quieten(container)
  const figures = createFigures(container)
  const churn = createChurn(container, random)
  const rounds: Round[] = []
  const totalMs = minutes * ROUND_MS
  const count = Math.max(ROUNDS, Math.round(minutes))
  const began = performance.now()
  for (let done = 1; done <= count; done += 1) {
    await container.ask('POST', '/v1/start', { services: [FLAPPER], wait: false })
    await churn.run(began + (totalMs * done) / count - performance.now())
    await quieten(container)
    container.output.forget()
    const actions = [...churn.counts.values()].reduce((sum, times) => sum + times, 0)
    const restarts = await restartsOf(container)
    const round = {
      minute: (performance.now() - began) / 60_000,
      restarts,
      actions,
      heapMiB: await heap.ask(),
      ...(await figures()),
    }
    rounds.push(round)
    told(round)
  }
  container.signal('SIGTERM')
  const { status } = await container.end(60_000)
  return { rounds, counts: churn.counts, status, left: filesIn(container.runtimeDir) }
}

/** Waits until all that is wanted is well, and nothing is going on any more. */
async function quieten(container: Container): Promise<void> {
  await container.ask('POST', '/v1/stop', { services: [FLAPPER] })
  await until('all to be well', async () => (await container.status()).state === 'running', QUIET_MS)
  await pause(SETTLE_MS)
}

async function restartsOf(container: Container): Promise<number> {
  const { services } = await container.status()
  return services.reduce((sum, { restarts }) => sum + restarts, 0)
}
