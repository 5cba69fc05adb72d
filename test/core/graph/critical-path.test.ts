import { array, assert, integer, property, record } from 'fast-check'
import t from 'tap'
import { criticalPath, type Release } from '../../../src/core/graph/critical-path.ts'

void t.test('the way leads back over whom each had waited for last', async (test) => {
  const releases = new Map<string, readonly Release[]>([
    ['init', [{ at: 0, after: null }]],
    ['db', [{ at: 30, after: 'init' }]],
    ['cache', [{ at: 0, after: null }]],
    ['app', [{ at: 90, after: 'db' }]],
  ])
  test.same(criticalPath(releases, { name: 'app', at: 100 }), [
    { name: 'init', from: 0, to: 30 },
    { name: 'db', from: 30, to: 90 },
    { name: 'app', from: 90, to: 100 },
  ])
  test.same(criticalPath(releases, { name: 'cache', at: 20 }), [{ name: 'cache', from: 0, to: 20 }])
})

void t.test('of several releases that one counts which came before its end', async (test) => {
  const releases = new Map<string, readonly Release[]>([
    [
      'db',
      [
        { at: 5, after: null },
        { at: 70, after: 'disk' },
      ],
    ],
    ['disk', [{ at: 0, after: null }]],
    ['early', [{ at: 20, after: 'db' }]],
    ['late', [{ at: 90, after: 'db' }]],
  ])
  test.same(criticalPath(releases, { name: 'early', at: 30 }), [
    { name: 'db', from: 5, to: 20 },
    { name: 'early', from: 20, to: 30 },
  ])
  test.same(criticalPath(releases, { name: 'late', at: 95 }), [
    { name: 'disk', from: 0, to: 70 },
    { name: 'db', from: 70, to: 90 },
    { name: 'late', from: 90, to: 95 },
  ])
})

void t.test('who was never let go has no way, and a circle has an end', async (test) => {
  test.same(criticalPath(new Map([['web', []]]), { name: 'web', at: 10 }), [])
  test.same(criticalPath(new Map(), { name: 'web', at: 10 }), [])
  const circle = new Map<string, readonly Release[]>([
    ['a', [{ at: 3, after: 'b' }]],
    ['b', [{ at: 2, after: 'a' }]],
  ])
  test.same(criticalPath(circle, { name: 'a', at: 4 }), [
    { name: 'b', from: 2, to: 3 },
    { name: 'a', from: 3, to: 4 },
  ])
})

/** A start of services that each wait for earlier ones until those are ready. */
function play(steps: readonly { readonly back: readonly number[]; readonly ms: number }[]): {
  readonly needs: ReadonlyMap<string, readonly string[]>
  readonly ends: ReadonlyMap<string, number>
  readonly releases: ReadonlyMap<string, readonly Release[]>
} {
  const needs = new Map<string, readonly string[]>()
  const ends = new Map<string, number>()
  const releases = new Map<string, readonly Release[]>()
  for (const [index, { back, ms }] of steps.entries()) {
    const targets = [...new Set(back.map((by) => index - by))].filter((target) => target >= 0).map(String)
    const last = targets.toSorted((one, other) => (ends.get(other) ?? 0) - (ends.get(one) ?? 0))[0] ?? null
    const at = last === null ? 0 : (ends.get(last) ?? 0)
    needs.set(String(index), targets)
    releases.set(String(index), [{ at, after: last }])
    ends.set(String(index), at + ms)
  }
  return { needs, ends, releases }
}

void t.test('of random starts it is as long as the start, and each part of it waited for the one before', async () => {
  const services = array(
    record({ back: array(integer({ min: 1, max: 6 }), { maxLength: 4 }), ms: integer({ min: 1, max: 50 }) }),
    {
      minLength: 1,
      maxLength: 30,
    },
  )
  assert(
    property(services, (steps) => {
      const { needs, ends, releases } = play(steps)
      const [name, at] = [...ends].toSorted(([, one], [, other]) => other - one)[0] ?? ['', 0]
      const path = criticalPath(releases, { name, at })
      const length = path.reduce((sum, { from, to }) => sum + to - from, 0)
      if (length !== at) throw new Error(`${length} ms, not ${at}`)
      if (path[0]?.from !== 0 || path.at(-1)?.name !== name) throw new Error('not from the start to the last')
      for (const [index, link] of path.entries()) {
        const before = path[index - 1]
        if (before === undefined) continue
        if (before.to !== link.from) throw new Error('there is a gap')
        if (needs.get(link.name)?.includes(before.name) !== true) throw new Error('that is no dependency')
      }
    }),
  )
})
