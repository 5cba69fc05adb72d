import t from 'tap'
import { createLanes, createTurns, within } from '../../src/system/turns.ts'

/** Things to run, whose end the test decides. */
function createActs() {
  const begun: string[] = []
  const ends = new Map<string, { readonly end: () => void; readonly fail: () => void }>()
  const act = (name: string) => () =>
    new Promise<string>((resolve, reject) => {
      begun.push(name)
      ends.set(name, { end: () => resolve(name), fail: () => reject(new Error(name)) })
    })
  return { begun, act, end: (name: string) => ends.get(name)?.end(), fail: (name: string) => ends.get(name)?.fail() }
}

void t.test('turns run one after another, also behind one that failed', async (test) => {
  const { begun, act, end, fail } = createActs()
  const turns = createTurns()
  const [one, other] = [turns(act('one')), turns(act('other'))]
  await Promise.resolve()
  test.strictSame(begun, ['one'])
  fail('one')
  await test.rejects(one)
  test.strictSame(begun, ['one', 'other'])
  end('other')
  test.equal(await other, 'other')
})

void t.test('of what hangs in one lane the other knows nothing', async (test) => {
  const { begun, act, end, fail } = createActs()
  const lanes = createLanes(2)
  const all = ['hangs', 'one', 'other', 'last'].map((name) => lanes(act(name)))
  test.strictSame(begun, ['hangs', 'one'])
  end('one')
  await all[1]
  test.strictSame(begun, ['hangs', 'one', 'other'])
  fail('other')
  await test.rejects(Promise.all(all.slice(2, 3)))
  end('last')
  await all[3]
  end('hangs')
  await all[0]
  const next = [lanes(act('a')), lanes(act('b')), lanes(act('c'))]
  test.strictSame(begun.slice(4), ['a', 'b'], 'both are free again')
  for (const name of ['a', 'b']) end(name)
  await Promise.all(next.slice(0, 2))
  end('c')
  await next[2]
})

void t.test('what does not end is not waited for', async (test) => {
  await within(1, new Promise(() => {}))
  await within(100_000, Promise.resolve())
  await within(100_000, Promise.reject(new Error('no')))
  test.pass()
})
