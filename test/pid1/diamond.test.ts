import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import { makeFolder, startContainer, type Container } from './support/container.ts'
import { childrenOf, environmentOf, readProcess, signalIfThere } from './support/processes.ts'
import { UNLESS_PID_1 } from './support/requirements.ts'
import { until } from './support/until.ts'

/** `PIDONE_DIAMOND_MS` makes it longer or shorter, `PIDONE_DIAMOND_SEED` repeats one. */
const KILLING_MS = Number(process.env['PIDONE_DIAMOND_MS'] ?? 60_000)
const SEED = Number(process.env['PIDONE_DIAMOND_SEED'] ?? 20_261_121)

/** One at the bottom, one at the top, and what is between. */
const LAYERS = [1, 12, 12, 12, 12, 1]
const WHEN_LOST = ['ignore', 'restart', 'stop'] as const

interface Drawn {
  readonly name: string
  readonly needs: ReadonlyMap<string, (typeof WHEN_LOST)[number]>
}

/**
 * Holds a lock for as long as it lives, so that a second one of its kind would be seen; leaves a process in a session of
 * its own, which has to be gone before the next run; and is ready when it says so.
 */
const SERVICE = `
exec 9> locks/$NAME
flock -n 9 || echo twice $NAME >> faults
setsid sleep 1000 9>&- 3>&- &
echo >&3
exec 3>&-
exec sleep 1000
`

void t.test(
  `a diamond of 50 services whose processes are killed at random is whole again at rest (seed ${SEED})`,
  { skip: UNLESS_PID_1, timeout: KILLING_MS + 120_000 },
  async (test) => {
    const chance = createChance(SEED)
    const drawn = draw(chance)
    test.equal(drawn.length, 50)
    const folder = makeFolder(test)
    mkdirSync(join(folder, 'locks'))
    const container = await startContainer(test, { folder, file: fileOf(drawn) })
    await container.line(new RegExp(`${drawn.at(-1)?.name ?? ''}: ready`), { withinMs: 60_000 })

    const kills = await killAtRandom(container, chance)
    test.comment(`${kills} processes were killed`)
    await until('all to be running', async () => (await container.status()).state === 'running', 60_000)

    const { services } = await container.status()
    test.strictSame(new Set(services.map(({ state }) => state)), new Set(['running']))
    test.notOk(existsSync(join(folder, 'faults')), 'none was there twice at once')
    test.strictSame(startsTooEarly(container, drawn), [])
    const runs = new Map(services.map(({ name, run }) => [name, run]))
    let left: readonly string[] | null = null
    const isClean = (): boolean => (left = leftOvers(container, runs)).length === 0
    await until('nothing to be left', isClean).catch(() => {})
    test.strictSame(left, [], 'nothing is left of any earlier run')
    test.ok(services.some(({ run }) => run > 1))
    container.signal('SIGTERM')
    test.equal((await container.end(60_000)).status, 0)
  },
)

/** Each needs some of the layer below it. */
function draw(chance: () => number): readonly Drawn[] {
  const layers: (readonly string[])[] = []
  return LAYERS.flatMap((size, layer) => {
    const below = layers.at(-1) ?? []
    const names = Array.from({ length: size }, (_, index) => `s${layer}-${index}`)
    layers.push(names)
    return names.map((name) => {
      const wanted = layer === LAYERS.length - 1 ? below : below.filter(() => chance() < 0.25)
      const needed = wanted.length > 0 ? wanted : below.slice(0, 1)
      return { name, needs: new Map(needed.map((other) => [other, WHEN_LOST[Math.floor(chance() * 3)] ?? 'ignore'])) }
    })
  })
}

function fileOf(drawn: readonly Drawn[]): string {
  const services = drawn.map(({ name, needs }) => {
    const edges = [...needs].map(([other, whenLost]) => [other, { when_lost: whenLost }])
    return [
      name,
      {
        script: SERVICE,
        environment: { NAME: name },
        ready: { notify: 'fd:3' },
        depends_on: Object.fromEntries(edges),
        restart: { delay: '10ms', max_delay: '100ms' },
      },
    ]
  })
  return JSON.stringify({ name: 'diamond', services: Object.fromEntries(services) })
}

/** Kills one process after another, first ones and others, for as long as the test is to take. */
async function killAtRandom(container: Container, chance: () => number): Promise<number> {
  const deadline = performance.now() + KILLING_MS
  let kills = 0
  let last = -1
  while (performance.now() < deadline) {
    // The first processes, and what was left to PID 1.
    const children = childrenOf(container.pid)
    const victim = children[Math.floor(chance() * children.length)]
    if (victim !== undefined && signalIfThere(victim, 'SIGKILL')) {
      kills += 1
      last = victim
    }
    await pause(chance() * 120)
  }
  // Before its end is heard of, all looks well.
  await until('the last one to be gone', () => readProcess(last) === null)
  return kills
}

/** Lines that tell of a start while something that the service needs was not ready, by the lines before. */
function startsTooEarly({ output }: Container, drawn: readonly Drawn[]): readonly string[] {
  const needs = new Map(drawn.map((service) => [service.name, [...service.needs.keys()]]))
  const ready = new Set<string>()
  return output.lines.flatMap(({ text }) => {
    const [, name = '', what = ''] = /^supervisor \| (?:warning: )?(s\d-\d+): (\S+)/.exec(text) ?? []
    if (what === 'ready') ready.add(name)
    else if (what !== 'lost' && what !== 'restarting:') ready.delete(name)
    const isTooEarly = what === 'starting' && (needs.get(name) ?? []).some((other) => !ready.has(other))
    return isTooEarly ? [text] : []
  })
}

/** Processes that carry the mark of another run than the service's present one, or none. */
function leftOvers(container: Container, runs: ReadonlyMap<string, number>): readonly string[] {
  return container.processes().flatMap(({ pid, name }) => {
    if (pid === container.pid) return []
    const environment = environmentOf(pid) ?? ''
    const [, service = '', run = ''] = /\0PIDONE_RUN=[^.\0]+\.([^.\0]+)\.(\d+)\0/.exec(`\0${environment}`) ?? []
    return runs.get(service) === Number(run) ? [] : [`${name} of run ${run} of "${service}"`]
  })
}

/** Numbers from 0 up to 1, the same ones for the same seed: a linear congruential generator, its high bits. */
function createChance(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state >>> 8) / 2 ** 24
  }
}
