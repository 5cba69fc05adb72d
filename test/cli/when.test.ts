import t from 'tap'
import { parseWhen } from '../../src/cli/when.ts'

/** In no zone in particular: what is local is made by the same rules. */
const NOW = new Date(2026, 10, 21, 3, 0, 30).getTime()

const times: readonly (readonly [text: string, epochMs: number])[] = [
  ['10m', NOW - 600_000],
  ['1h30m', NOW - 5_400_000],
  ['0s', NOW],
  ['250us', NOW - 1],
  ['99999999h', 0],
  ['03:00', NOW - 30_000],
  ['03:00:30', NOW],
  ['03:00:31', new Date(2026, 10, 20, 3, 0, 31).getTime()],
  ['23:59', new Date(2026, 10, 20, 23, 59).getTime()],
  ['2026-11-21', new Date(2026, 10, 21).getTime()],
  ['2026-11-21 02:30', new Date(2026, 10, 21, 2, 30).getTime()],
  ['2026-11-21T02:30:15', new Date(2026, 10, 21, 2, 30, 15).getTime()],
  ['2026-11-21T03:00:00Z', Date.UTC(2026, 10, 21, 3)],
  ['2026-11-21t03:00:00.123z', Date.UTC(2026, 10, 21, 3, 0, 0, 123)],
  ['2026-11-21T03:00:00.123456789Z', Date.UTC(2026, 10, 21, 3, 0, 0, 123)],
  ['2026-11-21T03:00+01:00', Date.UTC(2026, 10, 21, 2)],
  ['2026-11-21 03:00:00-05:30', Date.UTC(2026, 10, 21, 8, 30)],
  ['2027-01-01', new Date(2027, 0, 1).getTime()],
]

for (const [text, epochMs] of times) {
  void t.test(`${text} is a time`, async (test) => void test.equal(parseWhen(text, NOW), epochMs))
}

const others = ['', '10', '10 m', '3:00', '24:00', '03:60', 'yesterday', '-10m', '1969-12-31', '2026-13-01']
const odd = ['2026-11-21T', '2026-11-21Z', '2026-11-21T03', '2026-11-21T25:00', '2026-11-21T03:00Z x', '1795243118']

for (const text of [...others, ...odd]) {
  void t.test(`${JSON.stringify(text)} is none`, async (test) => void test.equal(parseWhen(text, NOW), null))
}
