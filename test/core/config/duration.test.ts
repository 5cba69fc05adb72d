import { assert, nat, property } from 'fast-check'
import t from 'tap'
import { parseDuration } from '../../../src/core/config/duration.ts'

const DURATIONS: readonly (readonly [string, number | null])[] = [
  ['250ms', 250],
  ['10s', 10_000],
  ['1m30s', 90_000],
  ['1h', 3_600_000],
  ['1h30m5s', 5_405_000],
  ['2.5s', 2_500],
  ['100us', 0.1],
  ['0s', 0],
  ['1s1s', 2_000],
  ['10', null],
  ['0', null],
  ['', null],
  ['s', null],
  ['-1s', null],
  ['+1s', null],
  ['1 s', null],
  [' 1s', null],
  ['1s ', null],
  ['1S', null],
  ['1d', null],
  ['.5s', null],
  ['1.s', null],
  ['1m30', null],
  ['1s\n', null],
  [`${'9'.repeat(400)}h`, null],
]

for (const [text, expected] of DURATIONS) {
  void t.test(`reads ${JSON.stringify(text.slice(0, 20))} as ${expected}`, async (test) => {
    test.equal(parseDuration(text), expected)
  })
}

void t.test('reads back what hours, minutes, seconds and milliseconds add up to', async () => {
  const part = nat({ max: 999 })
  assert(
    property(part, part, part, part, (h, m, s, ms) => {
      return parseDuration(`${h}h${m}m${s}s${ms}ms`) === h * 3_600_000 + m * 60_000 + s * 1_000 + ms
    }),
  )
})
