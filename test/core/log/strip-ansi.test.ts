import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import t from 'tap'
import { stripAnsi as stripBytes } from '../../../src/core/log/strip-ansi.ts'

/** Bytes as latin1: a character a byte. */
const stripAnsi = (text: string): string =>
  Buffer.from(stripBytes(new Uint8Array(Buffer.from(text, 'latin1')))).toString('latin1')

const table: readonly [string, string, string][] = [
  ['text stays', 'a [1m b\n', 'a [1m b\n'],
  ['colours', '\x1b[31mred\x1b[0m \x1b[38;5;1mx\x1b[m \x1b[38:2::1:2:3my\n', 'red x y\n'],
  ['the cursor', 'a\x1b[2K\x1b[1Gb\x1b[?25l\x1b[ q\x1b[2@\x1b[3~\n', 'ab\n'],
  ['titles, ended either way', '\x1b]0;title\x07a\x1b]2;other\x1b\\b\n', 'ab\n'],
  ['links', '\x1b]8;;https://example.org/é\x1b\\text\x1b]8;;\x1b\\\n', 'text\n'],
  ['other strings', '\x1bPdevice\x1b\\a\x1b_app\x1b\\b\x1b^private\x1b\\c\x1bXstart\x1b\\\n', 'abc\n'],
  ['short ones', '\x1bca\x1b7b\x1b(Bc\x1b=d\x1b#8\n', 'abcd\n'],
  ['one that ends with its line', 'a\x1b[31\nb\x1b[\nc\x1b\nd\x1b(\n', 'a\nb\nc\nd\n'],
  ['one at the end of all', 'a\x1b', 'a'],
  ['a split within one leaves its mark', 'a\x1b[38;5\\\n;1mb\x1b\\\nc\n', 'a\\\n;1mb\\\nc\n'],
  ['a string that has no end is not lost', 'a\x1b]0;title\nb\x07\x1b]x\x1b[1my\n', 'a0;title\nb\x07xy\n'],
  ['one that is none', 'a\x1b[31\xc3\xa9\x1b\xc3\xa9\n', 'a\xc3\xa9\xc3\xa9\n'],
  ['bare carriage returns and other controls stay', 'a\rb\b\t\x07\n', 'a\rb\b\t\x07\n'],
]
for (const [title, text, expected] of table) {
  void t.test(title, async (test) => {
    test.equal(stripAnsi(text), expected)
  })
}

void t.test('no escape is left, no line is lost, and nothing is added', async (test) => {
  const part = fc.constantFrom(...'\x1b\x1b\x1b[]();10PX\\\x07mKa \n'.split(''))
  fc.assert(
    fc.property(fc.array(part, { maxLength: 60 }), (parts) => {
      const text = parts.join('')
      const stripped = stripAnsi(text)
      assert.ok(!stripped.includes('\x1b'))
      assert.equal(stripped.split('\n').length, text.split('\n').length)
      let at = 0
      for (const character of stripped) {
        at = text.indexOf(character, at) + 1
        assert.ok(at > 0, 'a character that did not stand there')
      }
    }),
    { numRuns: 1000 },
  )
  test.pass('no counterexample')
})

for (const unit of ['\x1b]', '\x1b[', '\x1b[1;', '\x1b(', '\x1b\x1b', '\x1b]0;']) {
  void t.test(`time grows with the length alone: ${JSON.stringify(unit)}`, async (test) => {
    const text = `${unit.repeat(1_000_000)}\n`
    const startedAt = performance.now()
    stripAnsi(text)
    test.ok(performance.now() - startedAt < 10_000)
  })
}
