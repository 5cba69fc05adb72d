import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import t from 'tap'
import { createLineStream, createWorkbench, flushLine, prefixLines } from '../../../src/core/log/lines.ts'

const encode = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'))
const bench = createWorkbench()

/** What comes out for these chunks, everything flushed, as latin1: a character a byte. */
function lines(chunks: readonly Uint8Array[], { prefix = 'web | ', maxLineBytes = 65_536 } = {}): string {
  const stream = createLineStream(encode(prefix), maxLineBytes, bench)
  const out = chunks.map((chunk) => Buffer.from(prefixLines(stream, chunk)))
  out.push(Buffer.from(flushLine(stream)))
  return Buffer.concat(out).toString('latin1')
}

const table: readonly [string, readonly string[], string][] = [
  ['nothing stays nothing', [], ''],
  ['an empty chunk is nothing', [''], ''],
  ['a line gets the prefix', ['hello\n'], 'web | hello\n'],
  ['an empty line stays a line', ['\n\na\n'], 'web | \nweb | \nweb | a\n'],
  ['lines that come together are prefixed each', ['a\nb\nc\n'], 'web | a\nweb | b\nweb | c\n'],
  ['a line that comes in pieces is put together', ['he', '', 'll', 'o\nwor', 'ld\n'], 'web | hello\nweb | world\n'],
  ['a last line without newline comes at the end, with one', ['a\nlast'], 'web | a\nweb | last\n'],
  ['carriage returns stay where they are', ['a\r\nb\rc\r', '\n'], 'web | a\r\nweb | b\rc\r\n'],
  ['NUL stays', ['a\0b\0\n\0'], 'web | a\0b\0\nweb | \0\n'],
  ['bytes that are not UTF-8 stay', ['\xff\xfe\x80\n\xc3'], 'web | \xff\xfe\x80\nweb | \xc3\n'],
]
for (const [title, chunks, expected] of table) {
  void t.test(title, (test) => {
    test.equal(lines(chunks.map(encode)), expected)
    test.end()
  })
}

const long: readonly [string, string, string][] = [
  ['a line of exactly the limit is not split', 'abcdefgh\nx\n', '|abcdefgh\n|x\n'],
  ['a longer line is split, and the pieces that go on are marked', 'abcdefghi\n', '|abcdefgh\\\n|i\n'],
  [
    'a much longer line is split as often as it takes',
    'abcdefghijklmnopqrst\nx',
    '|abcdefgh\\\n|ijklmnop\\\n|qrst\n|x\n',
  ],
  ['a long line without an end is split too', 'abcdefghijklmnop', '|abcdefgh\\\n|ijklmnop\n'],
  ['no piece ends within a character', 'abcdefg\xe2\x82\xacx\n', '|abcdefg\\\n|\xe2\x82\xacx\n'],
  ['a character that ends at the limit stays whole', 'abcde\xe2\x82\xacx\n', '|abcde\xe2\x82\xac\\\n|x\n'],
  ['bytes that only look like UTF-8 are cut at the limit', '\x80'.repeat(9) + '\n', `|${'\x80'.repeat(8)}\\\n|\x80\n`],
]
for (const [title, input, expected] of long) {
  void t.test(title, (test) => {
    const options = { prefix: '|', maxLineBytes: 8 }
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

void t.test('the same bytes become the same lines, however they are cut', (test) => {
  fc.assert(
    fc.property(bytes, cuts, fc.integer({ min: 4, max: 80 }), fc.string({ maxLength: 5 }), (data, at, max, name) => {
      const input = Uint8Array.from(data)
      const options = { prefix: `${name.replaceAll('\n', '')}| `, maxLineBytes: max }
      assert.equal(lines(cut(input, at), options), lines([input], options))
    }),
    { numRuns: 500 },
  )
  test.end()
})

void t.test('nothing is lost, added, or longer than the limit', (test) => {
  fc.assert(
    fc.property(bytes, cuts, fc.integer({ min: 4, max: 80 }), (data, at, max) => {
      const input = Buffer.from(data)
      const out = lines(cut(input, at), { prefix: '> ', maxLineBytes: max })
      let back = ''
      for (const line of out.split('\n').slice(0, -1)) {
        if (!line.startsWith('> ')) throw new Error(`a line without prefix: ${JSON.stringify(line)}`)
        const text = line.slice(2)
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
  const stream = createLineStream(encode('web | '), 65_536, bench)
  const chunk = new Uint8Array(10_000).fill(97)
  let written = 0
  for (let count = 0; count < 100; count++) {
    written += prefixLines(stream, chunk).length
    if (stream.carry.length > 65_536) test.fail(`${stream.carry.length} bytes held`)
  }
  test.equal(stream.held + written, 1_000_000 + 15 * ('web | '.length + '\\\n'.length))
  test.end()
})

void t.test('a long line that comes byte by byte is not copied for each byte', (test) => {
  const stream = createLineStream(encode('web | '), 65_536, bench)
  let grown = 0
  for (let count = 0; count < 65_536; count++) {
    const { carry } = stream
    prefixLines(stream, Uint8Array.of(97))
    if (stream.carry !== carry) grown++
  }
  test.ok(grown < 12, `${grown} times`)
  test.equal(stream.held, 65_536)
  test.end()
})

void t.test('what has come out is not changed by what comes after', (test) => {
  const stream = createLineStream(encode('> '), 65_536, bench)
  const first = prefixLines(stream, encode('first\n'))
  prefixLines(stream, encode('second\n'))
  prefixLines(createLineStream(encode('# '), 65_536, bench), encode('third\n'))
  test.equal(Buffer.from(first).toString(), '> first\n')
  test.end()
})
