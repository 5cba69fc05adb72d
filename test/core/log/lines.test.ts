import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import t from 'tap'
import { createLineStream, flushLine, takeLines, type LineStream } from '../../../src/core/log/lines.ts'
import { createRoom } from '../../../src/core/log/room.ts'

/** So small that lines are longer, and shorter. */
const room = createRoom(64)
const encode = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'))

interface Options {
  readonly maxLineBytes?: number
  readonly splits?: LineStream['splits']
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1')
}

/** What comes out for each of these chunks, and at the end, as latin1: a character a byte. */
function pieces(chunks: readonly Uint8Array[], { maxLineBytes = 65_536, splits = 'marked' }: Options = {}): string[] {
  const stream = createLineStream({ maxLineBytes, splits, room })
  return [...chunks.map((chunk) => textOf(takeLines(stream, chunk))), textOf(flushLine(stream))]
}

const lines = (chunks: readonly Uint8Array[], options?: Options) => pieces(chunks, options).join('')

const table: readonly [string, readonly string[], string][] = [
  ['nothing stays nothing', [], ''],
  ['an empty chunk is nothing', [''], ''],
  ['a line stays as it is', ['hello\n'], 'hello\n'],
  ['an empty line stays a line', ['\n\na\n'], '\n\na\n'],
  ['lines that come together stay together', ['a\nb\nc\n'], 'a\nb\nc\n'],
  ['a line that comes in pieces is put together', ['he', '', 'll', 'o\nwor', 'ld\n'], 'hello\nworld\n'],
  ['a last line without newline comes at the end, with one', ['a\nlast'], 'a\nlast\n'],
  ['carriage returns stay where they are', ['a\r\nb\rc\r', '\n'], 'a\r\nb\rc\r\n'],
  ['NUL stays', ['a\0b\0\n\0'], 'a\0b\0\n\0\n'],
  ['bytes that are not UTF-8 stay', ['\xff\xfe\x80\n\xc3'], '\xff\xfe\x80\n\xc3\n'],
]
for (const [title, chunks, expected] of table) {
  void t.test(title, (test) => {
    test.equal(lines(chunks.map(encode)), expected)
    test.end()
  })
}

const long: readonly [string, string, string][] = [
  ['a line of exactly the limit is not split', 'abcdefgh\nx\n', 'abcdefgh\nx\n'],
  ['a longer line is split, and the pieces that go on are marked', 'abcdefghi\n', 'abcdefgh\\\ni\n'],
  ['a much longer line is split as often as it takes', 'abcdefghijklmnopqrst\nx', 'abcdefgh\\\nijklmnop\\\nqrst\nx\n'],
  ['a long line without an end is split too', 'abcdefghijklmnop', 'abcdefgh\\\nijklmnop\n'],
  ['no piece ends within a character', 'abcdefg\xe2\x82\xacx\n', 'abcdefg\\\n\xe2\x82\xacx\n'],
  ['a character that ends at the limit stays whole', 'abcde\xe2\x82\xacx\n', 'abcde\xe2\x82\xac\\\nx\n'],
  ['nor within the longest', 'abcde\xf0\x9f\x98\x80x\n', 'abcde\\\n\xf0\x9f\x98\x80x\n'],
  ['bytes that only look like UTF-8 are cut at the limit', '\x80'.repeat(9) + '\n', `${'\x80'.repeat(8)}\\\n\x80\n`],
]
for (const [title, input, expected] of long) {
  void t.test(title, (test) => {
    const options = { maxLineBytes: 8 }
    test.equal(lines([encode(input)], options), expected)
    test.equal(lines(cut(encode(input), Array(input.length).fill(1)), options), expected, 'byte by byte')
    test.end()
  })
}

const bytes = fc.array(
  fc.oneof({ weight: 1, arbitrary: fc.constant(10) }, { weight: 4, arbitrary: fc.integer({ min: 0, max: 255 }) }),
  { maxLength: 400 },
)
const cuts = fc.array(fc.nat(60), { maxLength: 40 })

function cut(input: Uint8Array, lengths: readonly number[]): readonly Uint8Array[] {
  const chunks: Uint8Array[] = []
  let start = 0
  for (const length of lengths) {
    chunks.push(input.subarray(start, start + length))
    start += length
  }
  return [...chunks, input.subarray(Math.min(start, input.length))]
}

const limit = fc.integer({ min: 4, max: 80 })
const splits = fc.constantFrom('marked' as const, 'bare' as const)

void t.test('the same bytes become the same lines, however they are cut', (test) => {
  fc.assert(
    fc.property(bytes, cuts, limit, splits, (data, at, maxLineBytes, mark) => {
      const input = Uint8Array.from(data)
      const options = { maxLineBytes, splits: mark }
      assert.equal(lines(cut(input, at), options), lines([input], options))
    }),
    { numRuns: 500 },
  )
  test.end()
})

void t.test(
  'bare, no byte is added or lost, and what comes out ends with a line or is as long as one can be',
  (test) => {
    fc.assert(
      fc.property(bytes, cuts, limit, (data, at, max) => {
        const input = Buffer.from(data)
        const out = pieces(cut(input, at), { maxLineBytes: max, splits: 'bare' })
        assert.equal(out.join(''), input.toString('latin1'))
        for (const piece of out.slice(0, -1)) {
          if (!/(?:^|\n)$/.test(piece) && (/[^\n]*$/.exec(piece)?.[0].length ?? 0) < max - 3)
            throw new Error(`a line is torn: ${JSON.stringify(piece)}`)
        }
      }),
      { numRuns: 500 },
    )
    test.end()
  },
)

void t.test('marked, nothing is lost, added, or longer than the limit', (test) => {
  fc.assert(
    fc.property(bytes, cuts, limit, (data, at, max) => {
      const input = Buffer.from(data)
      const out = pieces(cut(input, at), { maxLineBytes: max })
      let back = ''
      for (const piece of out) assert.match(piece, /(?:^|\n)$/)
      for (const text of out.join('').split('\n').slice(0, -1)) {
        if (text.length > max + 1) throw new Error(`a line of ${text.length} bytes`)
        // A backslash marks a split only on a piece that is full but for the rest of a character, and always on one that
        // is longer than a piece can be.
        back +=
          text.endsWith('\\') && text.length - 1 > max - 4 && (text.length > max || isSplit(input, back, text))
            ? text.slice(0, -1)
            : text + '\n'
      }
      const whole = input.toString('latin1')
      if (back !== whole && back !== whole + '\n')
        throw new Error(`${JSON.stringify(whole)} became ${JSON.stringify(out)}`)
    }),
    { numRuns: 500 },
  )
  test.end()
})

/** Whether the input goes on after this piece without its backslash. */
function isSplit(input: Buffer, before: string, text: string): boolean {
  return !`${input.toString('latin1')}\n`.startsWith(`${text}\n`, before.length)
}

void t.test('a line without end takes no more memory than the limit', (test) => {
  const stream = createLineStream({ maxLineBytes: 65_536, splits: 'marked', room })
  const chunk = new Uint8Array(10_000).fill(97)
  let written = 0
  for (let count = 0; count < 100; count++) {
    written += takeLines(stream, chunk).length
    if (stream.carry.length > 65_536) test.fail(`${stream.carry.length} bytes held`)
  }
  test.equal(stream.held + written, 1_000_000 + 15 * '\\\n'.length)
  test.end()
})

void t.test('a long line that comes byte by byte is not copied for each byte', (test) => {
  const stream = createLineStream({ maxLineBytes: 65_536, splits: 'marked', room })
  let grown = 0
  for (let count = 0; count < 65_536; count++) {
    const { carry } = stream
    takeLines(stream, Uint8Array.of(97))
    if (stream.carry !== carry) grown++
  }
  test.ok(grown < 12, `${grown} times`)
  test.equal(stream.held, 65_536)
  test.end()
})

void t.test('what is held does not change with the memory of the chunk', async (test) => {
  const stream = createLineStream({ maxLineBytes: 8, splits: 'marked', room })
  const chunk = encode('first\nse')
  takeLines(stream, chunk)
  chunk.fill(120)
  test.equal(Buffer.from(takeLines(stream, encode('cond\n'))).toString(), 'second\n')
})
