import { array, assert, integer, property } from 'fast-check'
import { test } from 'tap'
import type { Dependency, WhenLost } from '../../../src/core/config/model.ts'
import { buildGraph, type Graph } from '../../../src/core/graph/graph.ts'
import { planStart } from '../../../src/core/graph/plan.ts'

/** A graph from lines such as `a: b c`; all edges wait for `service_ready`. */
function graph(...lines: readonly string[]): Graph {
  return buildGraph(
    new Map(
      lines.map((line) => {
        const [name = '', targets = ''] = line.split(':')
        const services = targets
          .trim()
          .split(' ')
          .filter((target) => target !== '')
        return [
          name,
          {
            dependsOn: services.map((service) => ({
              service,
              condition: 'service_ready',
              required: true,
              whenLost: 'ignore',
            })),
          },
        ]
      }),
    ),
  )
}

const SHOP = graph('app: migrate redis', 'migrate: postgres', 'redis:', 'postgres: init', 'init:')

void test('knows the edges of a service in both directions', async (t) => {
  const built = buildGraph(
    new Map([
      ['a', { dependsOn: [{ service: 'b', condition: 'service_healthy', required: false, whenLost: 'ignore' }] }],
      ['b', { dependsOn: [] }],
    ]),
  )
  const edge = { from: 'a', to: 'b', condition: 'service_healthy', required: false, whenLost: 'ignore' }
  t.strictSame([built.dependencies('a'), built.dependents('a')], [[edge], []])
  t.strictSame([built.dependencies('b'), built.dependents('b')], [[], [edge]])
  t.strictSame([built.dependencies('c'), built.dependents('c')], [[], []])
})

function losing(service: string, whenLost: WhenLost): Dependency {
  return { service, condition: 'service_ready', required: true, whenLost }
}

void test('knows who follows a loss', async (t) => {
  const built = buildGraph(
    new Map([
      ['a', { dependsOn: [losing('b', 'stop'), losing('c', 'ignore')] }],
      ['b', { dependsOn: [losing('c', 'restart')] }],
      ['c', { dependsOn: [] }],
    ]),
  )
  t.strictSame(
    ['a', 'b', 'c'].map((name) => built.followers(name).map(({ from }) => from)),
    [[], ['a'], ['b']],
  )
})

void test('orders services after all that they wait for', async (t) => {
  t.strictSame(SHOP.order, ['init', 'postgres', 'migrate', 'redis', 'app'])
  const chain = Array.from({ length: 20_000 }, (_, n) => (n === 0 ? '0:' : `${n}: ${n - 1}`))
  t.strictSame(
    graph(...chain.toReversed()).order,
    Array.from({ length: 20_000 }, (_, n) => String(n)),
  )
})

void test('keeps edges in the order of the file', async (t) => {
  const built = graph('a: z b', 'z: b', 'b:')
  t.strictSame(
    [built.dependencies('a').map((edge) => edge.to), built.dependents('b').map((edge) => edge.from)],
    [
      ['z', 'b'],
      ['a', 'z'],
    ],
  )
})

void test('leaves out edges to services that are not there', async (t) => {
  t.strictSame(graph('a: b').dependencies('a'), [])
})

void test('gives some services and all that they need, in the order of the file', async (t) => {
  t.strictSame(SHOP.requirements(['migrate']), ['migrate', 'postgres', 'init'])
  t.strictSame(SHOP.requirements(['redis', 'postgres']), ['redis', 'postgres', 'init'])
  t.strictSame(SHOP.requirements(['app']), SHOP.names)
  t.strictSame(SHOP.requirements([]), [])
  t.strictSame(SHOP.requirements(['nobody']), [])
  t.strictSame(graph('a: b', 'b: a').requirements(['b']), ['a', 'b'])
})

void test('plans what starts after what', async (t) => {
  t.strictSame(planStart(SHOP), {
    order: ['redis', 'init', 'postgres', 'migrate', 'app'],
    stages: [['redis', 'init'], ['postgres'], ['migrate'], ['app']],
  })
  t.strictSame(planStart(graph()), { order: [], stages: [] })
  t.strictSame(planStart(graph('c: a a', 'b:', 'a:')).stages, [['b', 'a'], ['c']])
})

void test('refuses to plan a cycle', async (t) => {
  t.throws(() => planStart(graph('a: b', 'b: a', 'c:')), { message: 'internal error: the graph to plan has a cycle' })
})

void test('plans a chain of thousands', async (t) => {
  const chain = Array.from({ length: 20_000 }, (_, n) => (n === 0 ? '0:' : `${n}: ${n - 1}`))
  t.equal(planStart(graph(...chain)).stages.length, 20_000)
})

void test('on random graphs every service stands one stage after its latest dependency', async () => {
  // Edges lead to earlier services only, so that there is no cycle; the file has them in another order.
  const services = array(array(integer({ min: 1, max: 5 }), { maxLength: 3 }), { maxLength: 12 })
  assert(
    property(services, (steps) => {
      const lines = steps.map(
        (back, n) =>
          `${n}: ${back
            .map((step) => n - step)
            .filter((target) => target >= 0)
            .join(' ')}`,
      )
      const built = graph(...lines.toReversed())
      const { order, stages } = planStart(built)
      const stageOf = new Map(stages.flatMap((stage, index) => stage.map((name) => [name, index])))
      if (order.toSorted().join() !== built.names.toSorted().join()) throw new Error('not every service once')
      for (const name of built.names) {
        if (built.dependencies(name).some((edge) => built.order.indexOf(edge.to) > built.order.indexOf(name)))
          throw new Error(`"${name}" stands before what it waits for`)
        const latest = Math.max(-1, ...built.dependencies(name).map((edge) => stageOf.get(edge.to) ?? Infinity))
        if (stageOf.get(name) !== latest + 1) throw new Error(`"${name}" in the wrong stage`)
      }
      for (const stage of stages)
        if (built.names.filter((name) => stage.includes(name)).join() !== stage.join())
          throw new Error('not in file order')
    }),
  )
})
