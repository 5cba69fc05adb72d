import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import t from 'tap'
import { bytesOf, textOf } from '../../src/system/raw-text.ts'

/** Bytes as they may come: whole characters, torn ones, and any at all. */
const piece = fc.oneof(
  fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes)),
  fc
    .constantFrom(
      [0xed, 0xa0, 0x80],
      [0xed, 0xb2, 0x80],
      [0xed, 0xbf],
      [0xf4, 0x90, 0x80, 0x80],
      [0xc0, 0x80],
      [0xef, 0xbb, 0xbf],
      [0xf0, 0x9f, 0x98],
    )
    .map((bytes) => Buffer.from(bytes)),
)

void t.test('whatever the bytes, they come back from their text', (test) => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
      const bytes = Buffer.concat(pieces)
      assert.deepEqual(bytesOf(textOf(bytes)), bytes)
      // Also when the parts were read apart: a character may have been torn between them.
      assert.deepEqual(bytesOf(pieces.map(textOf).join('')), bytes)
    }),
    { numRuns: 2000 },
  )
  test.end()
})

void t.test('any text of whole characters is UTF-8', (test) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.deepEqual(bytesOf(text), Buffer.from(text))
      assert.equal(textOf(Buffer.from(text)), text)
    }),
  )
  test.end()
})

void t.test('what is no UTF-8 is escaped byte by byte, and the rest stays readable', (test) => {
  test.equal(textOf(Buffer.from([0x61, 0xe9, 0x62])), 'a\udce9b')
  test.equal(textOf(Buffer.from('caf\u00e9 \xff', 'latin1')), 'caf\udce9 \udcff')
  test.equal(textOf(Buffer.from([0xed, 0xb2, 0x80])), '\udced\udcb2\udc80')
  test.same(bytesOf('\ud83d\ude00\udcff\ud800.'), Buffer.from('\u{1f600}|\ufffd.').fill(0xff, 4, 5))
  test.end()
})
