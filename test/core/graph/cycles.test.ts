import { array, assert, integer, property, tuple } from 'fast-check'
import { test } from 'tap'
import { findCycles } from '../../../src/core/graph/cycles.ts'

/** Edges from lines such as `a: b c`. */
function edges(...lines: readonly string[]): ReadonlyMap<string, readonly string[]> {
  return new Map(
    lines.map((line) => {
      const [name = '', targets = ''] = line.split(':')
      return [
        name,
        targets
          .trim()
          .split(' ')
          .filter((target) => target !== ''),
      ]
    }),
  )
}

const CASES: readonly (readonly [string, readonly string[], readonly (readonly string[])[]])[] = [
  ['nothing', [], []],
  ['a chain', ['a: b', 'b: c', 'c:'], []],
  ['a diamond', ['a: b c', 'b: d', 'c: d', 'd:'], []],
  ['one that waits for itself', ['a: a'], [['a']]],
  ['two that wait for each other', ['a: b', 'b: a'], [['a', 'b']]],
  ['a ring, from its first declared member', ['z: b', 'b: a', 'a: z'], [['z', 'b', 'a']]],
  ['a ring with a way in and a way out', ['in: a', 'a: b', 'b: a out', 'out:'], [['a', 'b']]],
  [
    'several rings, in the order of the file',
    ['d: c', 'a: b', 'b: a', 'c: d'],
    [
      ['d', 'c'],
      ['a', 'b'],
    ],
  ],
  [
    'one ring that leads to another',
    ['a: b c', 'b: a', 'c: d', 'd: c'],
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  ['a knot, by its shortest path', ['a: b', 'b: c', 'c: a d', 'd: b'], [['a', 'b', 'c']]],
  ['the same edge twice', ['a: b b', 'b: a a'], [['a', 'b']]],
  ['names without edges', ['a: nobody', 'b: constructor __proto__'], []],
  ['names of JavaScript', ['__proto__: constructor', 'constructor: __proto__'], [['__proto__', 'constructor']]],
]

for (const [what, lines, expected] of CASES)
  void test(`finds the cycles of ${what}`, async (t) => t.strictSame(findCycles(edges(...lines)), expected))

void test('takes a ring and a full graph of thousands in its stride', async (t) => {
  const ring = Array.from({ length: 50_000 }, (_, n) => `${n}: ${(n + 1) % 50_000}`)
  const rings = Array.from({ length: 50_000 }, (_, n) => `${n}: ${n} ${n + 1}`)
  const full = Array.from({ length: 700 }, (_, n) => `${n}: ${Array.from({ length: 700 }, (__, m) => m).join(' ')}`)
  const before = performance.now()
  t.strictSame(
    findCycles(edges(...ring)).map((path) => path.length),
    [50_000],
  )
  t.equal(findCycles(edges(...rings)).length, 50_000)
  t.strictSame(findCycles(edges(...full)), [['0']])
  t.ok(performance.now() - before < 10_000)
})

void test('agrees with the definition on random graphs', async () => {
  const names = integer({ min: 0, max: 7 }).map(String)
  assert(
    property(array(tuple(names, array(names, { maxLength: 3 })), { maxLength: 8 }), (pairs) => {
      const graph = new Map(pairs)
      const cycles = findCycles(graph)
      const knots = new Set(
        [...graph.keys()].filter((name) => reaches(graph, name, name)).map((name) => knotOf(graph, name)),
      )
      if (cycles.length !== knots.size) throw new Error('not one path for each knot')
      for (const path of cycles) checkPath(graph, path)
    }),
    { numRuns: 2000 },
  )
})

function reaches(graph: ReadonlyMap<string, readonly string[]>, from: string, to: string): boolean {
  const seen = new Set(graph.get(from))
  for (const name of seen) for (const next of graph.get(name) ?? []) seen.add(next)
  return seen.has(to)
}

/** Names the set of those that reach the name and are reached by it. */
function knotOf(graph: ReadonlyMap<string, readonly string[]>, name: string): string {
  return [...graph.keys()].filter((other) => reaches(graph, name, other) && reaches(graph, other, name)).join(' ')
}

function checkPath(graph: ReadonlyMap<string, readonly string[]>, path: readonly string[]): void {
  const isClosed = path.every((name, index) => graph.get(name)?.includes(path[(index + 1) % path.length] ?? ''))
  const declared = [...graph.keys()]
  const knot = knotOf(graph, path[0] ?? '').split(' ')
  if (!isClosed || new Set(path).size < path.length) throw new Error(`no cycle: ${path.join(' ')}`)
  if (declared.find((name) => knot.includes(name)) !== path[0]) throw new Error(`not from the first: ${path.join(' ')}`)
}
