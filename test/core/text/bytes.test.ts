import t from 'tap'
import { formatBytes, utf8Length } from '../../../src/core/text/bytes.ts'

void t.test('a size has the unit in which it is at least one, and one digit after the point', (test) => {
  const table: readonly (readonly [number, string])[] = [
    [0, '0 B'],
    [1, '1 B'],
    [1_023, '1023 B'],
    [1_024, '1 KiB'],
    [1_536, '1.5 KiB'],
    [120 * 1024 ** 2, '120 MiB'],
    [1024 ** 3 - 1, '1 GiB'],
    [1.25 * 1024 ** 3, '1.3 GiB'],
    [2 * 1024 ** 4, '2 TiB'],
    [5000 * 1024 ** 4, '5000 TiB'],
  ]
  for (const [bytes, text] of table) test.equal(formatBytes(bytes), text, String(bytes))
  test.end()
})

void t.test('a text is as long as its bytes in UTF-8', (test) => {
  for (const text of ['', 'plain', 'é', '߿ࠀ', '€￿', '😀', 'a😀é€'])
    test.equal(utf8Length(text), Buffer.byteLength(text), text)
  test.end()
})
