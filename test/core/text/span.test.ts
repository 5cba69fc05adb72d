import t from 'tap'
import { formatMs, formatShort } from '../../../src/core/text/span.ts'

void t.test('a span of time reads as people say it', (test) => {
  const table: readonly (readonly [number, string])[] = [
    [0, '0 ms'],
    [0.04, '0 ms'],
    [0.4, '0.4 ms'],
    [0.96, '1 ms'],
    [1, '1 ms'],
    [31.6, '32 ms'],
    [999.4, '999 ms'],
    [999.6, '1 s'],
    [1_000, '1 s'],
    [1_040, '1 s'],
    [1_500, '1.5 s'],
    [59_940, '59.9 s'],
    [59_960, '1 min'],
    [60_000, '1 min'],
    [119_600, '2 min'],
    [250_000, '4 min 10 s'],
    [3_599_400, '59 min 59 s'],
    [3_599_600, '1 h'],
    [11_100_000, '3 h 5 min'],
    [86_400_000, '24 h'],
  ]
  for (const [ms, text] of table) test.equal(formatMs(ms), text)
  test.end()
})

const spans: readonly (readonly [number, string])[] = [
  [-5, '0s'],
  [0, '0s'],
  [999, '0s'],
  [1000, '1s'],
  [59_999, '59s'],
  [60_000, '1m'],
  [61_000, '1m 1s'],
  [3_600_000, '1h'],
  [3_659_000, '1h'],
  [3_660_000, '1h 1m'],
  [86_400_000, '1d'],
  [90_000_000, '1d 1h'],
  [86_460_000, '1d'],
  [400 * 86_400_000, '400d'],
]

for (const [ms, text] of spans) {
  void t.test(`${ms} ms are ${text} in a table`, async (test) => test.equal(formatShort(ms), text))
}
