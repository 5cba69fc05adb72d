import t from 'tap'
import type { Config, WhenLost } from '../../../src/core/config/model.ts'
import type { SupervisorEvent } from '../../../src/core/supervisor/event.ts'
import { config, needs, serviceConfig, TOLD } from '../support.ts'
import { faultsAtRest } from './invariants.ts'
import { comeToRest, Walker } from './walker.ts'
import { aboveOf } from './world.ts'

/** One database, three layers of sixteen on top of it, and one app on top of all: 50 services. */
const WIDTH = 16
const LAYERS = 3

/** Every bit is set. */
const ALL = -1

function diamond(whenLost: WhenLost): Config {
  const service = (name: string, below: readonly string[]): ReturnType<typeof serviceConfig> =>
    serviceConfig({ name, ready: TOLD, dependsOn: below.map((on) => needs(on, { whenLost })) })
  const layers = Array.from({ length: LAYERS }, (_, layer) =>
    Array.from({ length: WIDTH }, (__, column) =>
      service(nameOf(layer, column), layer === 0 ? ['db'] : [nameOf(layer - 1, column), nameOf(layer - 1, column + 1)]),
    ),
  )
  // The app has ways of every length down to the database.
  const ways = ['db', nameOf(0, 0), nameOf(1, 5), ...Array.from({ length: WIDTH }, (_, column) => nameOf(2, column))]
  return config(service('db', []), ...layers.flat(), service('app', ways))
}

function nameOf(layer: number, column: number): string {
  return `l${layer}-${column % WIDTH}`
}

/** All of it up. */
function diamondUp(whenLost: WhenLost): Walker {
  const walker = new Walker({ config: diamond(whenLost), wanted: ALL, choices: [] })
  comeToRest(walker)
  return walker
}

function runs({ world }: Walker): ReadonlyMap<string, number> {
  return new Map([...world.supervisor.members].map(([name, { service }]) => [name, service.history.run]))
}

function kill(walker: Walker, name: string): SupervisorEvent | undefined {
  return walker
    .possible()
    .find((event) => event.kind === 'service' && event.service === name && event.event.kind === 'exited')
}

for (const whenLost of ['restart', 'stop'] as const) {
  void t.test(`whoever is killed in a diamond, all above it run once more, and nobody else (${whenLost})`, (test) => {
    const walker = diamondUp(whenLost)
    for (const name of walker.names()) {
      const before = runs(walker)
      const killed = kill(walker, name)
      if (killed === undefined) throw new Error(`${name} cannot be killed`)
      walker.happen(killed, 0.5)
      comeToRest(walker)
      const reached = new Set([name, ...aboveOf(walker.world.supervisor, name)])
      const more = [...runs(walker)].map(([one, run]) => [one, run - (before.get(one) ?? 0)])
      const wanted = walker.names().map((one) => [one, reached.has(one) ? 1 : 0])
      test.same(more, wanted, name)
    }
    test.end()
  })
}

void t.test('under random kills a diamond stays sound, and at rest all of it runs', (test) => {
  const random = numbers(50)
  for (const whenLost of ['restart', 'stop'] as const) {
    const walker = diamondUp(whenLost)
    for (let step = 0; step < 3_000; step++) {
      const kind = random(10)
      const victim = kind === 0 ? kill(walker, walker.names()[random(50)] ?? '') : undefined
      const next = walker.possible().filter((possible) => isOrderly(walker, possible))
      const event = victim ?? next[random(next.length)]
      if (event === undefined) continue
      walker.happen(event, random(1_000) / 1_000)
    }
    comeToRest(walker)
    const states = [...walker.world.supervisor.members.values()].map(({ service }) => service.state.kind)
    test.same(new Set(states), new Set(['running']), `when lost: ${whenLost}`)
    test.same([...faultsAtRest(walker.world), ...walker.ledger.faultsAtRest(walker.world)], [])
  }
  test.end()
})

/** What comes of what was asked for; ends that nobody asked for come from the kills. */
function isOrderly({ machine }: Walker, event: SupervisorEvent): boolean {
  if (event.kind !== 'service') return false
  const { event: happening, service } = event
  if (happening.kind === 'exited') return machine.slots.get(service)?.isSignalled === true
  if (happening.kind === 'timer-expired') return happening.timer === 'restart-delay'
  return happening.kind === 'spawned' || happening.kind === 'became-ready' || happening.kind === 'cleared'
}

/** A fixed sequence of whole numbers below a limit (a linear congruential generator, Numerical Recipes' constants). */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return below === 0 ? 0 : Math.floor((state / 2 ** 32) * below)
  }
}
