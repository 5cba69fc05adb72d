import t from 'tap'
import { inTurns } from '../../src/system/in-turns.ts'

/** A question that the test answers itself. */
function questions(): {
  readonly put: string[][]
  readonly ask: (keys: readonly string[]) => Promise<ReadonlyMap<string, string>>
  readonly answer: () => void
} {
  const put: string[][] = []
  const answers: (() => void)[] = []
  return {
    put,
    ask: (keys) => {
      put.push([...keys])
      return new Promise((resolve) => answers.push(() => resolve(new Map(keys.map((key) => [key, key.toUpperCase()])))))
    },
    answer: () => answers.shift()?.(),
  }
}

void t.test('those who ask meanwhile are answered together, each for his own', async (test) => {
  const { put, ask, answer } = questions()
  const turns = inTurns(ask, 10_000)
  const first = turns(['a'])
  await Promise.resolve()
  const others = Promise.all([turns(['b', 'c']), turns(['c'])])
  test.strictSame(put, [['a']])
  answer()
  test.strictSame(await first, new Map([['a', 'A']]))
  answer()
  test.strictSame(await others, [
    new Map([
      ['b', 'B'],
      ['c', 'C'],
    ]),
    new Map([['c', 'C']]),
  ])
  test.strictSame(put, [['a'], ['b', 'c']])
})

void t.test('one that hangs is given up, and none is put until it is over', async (test) => {
  const { put, ask, answer } = questions()
  const turns = inTurns(ask, 20)
  test.strictSame(await turns(['a']), new Map())
  test.strictSame(await turns(['b']), new Map())
  test.strictSame(put, [['a']])
  answer()
  await new Promise(setImmediate)
  const next = turns(['c'])
  await Promise.resolve()
  answer()
  test.strictSame(await next, new Map([['c', 'C']]))
})

void t.test('one that fails, fails for those who asked, and the next one is put', async (test) => {
  let isFirst = true
  const turns = inTurns(async (keys: readonly string[]) => {
    if (!isFirst) return new Map(keys.map((key) => [key, key]))
    isFirst = false
    throw new Error('no')
  }, 10_000)
  await test.rejects(turns(['a']), { message: 'no' })
  test.strictSame(await turns(['b']), new Map([['b', 'b']]))
})
