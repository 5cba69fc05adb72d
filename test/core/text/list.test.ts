import t from 'tap'
import { listed, listedUpTo } from '../../../src/core/text/list.ts'

void t.test('words are listed as one says them', (test) => {
  test.strictSame([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(listed), ['', 'a', 'a and b', 'a, b and c'])
  test.end()
})

void t.test('of many the first are named and the others counted, but never a single one', (test) => {
  const words = ['a', 'b', 'c', 'd', 'e']
  test.strictSame(
    [2, 3, 4, 5].map((most) => listedUpTo(most, words)),
    ['a, b and 3 others', 'a, b, c and 2 others', 'a, b, c, d and e', 'a, b, c, d and e'],
  )
  test.end()
})
