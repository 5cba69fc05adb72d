import t from 'tap'
import { parseSize } from '../../../src/core/config/size.ts'

const KIB = 1024
const MIB = KIB * KIB

const SIZES: readonly (readonly [string, number | null])[] = [
  ['0', 0],
  ['4096', 4096],
  ['1b', 1],
  ['512k', 512 * KIB],
  ['512kb', 512 * KIB],
  ['64m', 64 * MIB],
  ['64M', 64 * MIB],
  ['64MiB', 64 * MIB],
  ['64 mb', 64 * MIB],
  ['1g', KIB * MIB],
  ['1.5g', 1.5 * KIB * MIB],
  ['0.3k', 307],
  ['2t', 2 * MIB * MIB],
  ['7p', 7 * MIB * MIB * KIB],
  ['8p', null],
  ['', null],
  ['m', null],
  ['-1', null],
  ['1mi', null],
  ['1x', null],
  ['1  m', null],
  ['1e3', null],
  ['1.m', null],
  [`${'9'.repeat(400)}k`, null],
]

for (const [text, bytes] of SIZES) {
  void t.test(`reads ${JSON.stringify(text.slice(0, 10))} as ${String(bytes)}`, async (test) => {
    test.equal(parseSize(text), bytes)
  })
}
