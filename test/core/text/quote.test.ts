import t from 'tap'
import { onOneLine, quote } from '../../../src/core/text/quote.ts'

const table: readonly (readonly [what: string, text: string, quoted: string])[] = [
  ['a word', 'web', '"web"'],
  ['nothing', '', '""'],
  ['quotes and backslashes', String.raw`a"b\c`, String.raw`"a\"b\\c"`],
  ['line ends and escapes', '\n\r\t\u001b[2J\0', String.raw`"\n\r\t\u001b[2J\u0000"`],
  ['C1 controls', '\u007f\u0080\u009b', String.raw`"\u007f\u0080\u009b"`],
  ['other line ends', '\u2028\u2029', String.raw`"\u2028\u2029"`],
  ['marks of direction', '\u202eabc\u2066\u200f', String.raw`"\u202eabc\u2066\u200f"`],
  ['half a character', '\ud83d', String.raw`"\ud83d"`],
  ['letters of other languages', 'größe 日本 🚀', '"größe 日本 🚀"'],
  ['sixty letters', 'a'.repeat(60), `"${'a'.repeat(60)}"`],
  ['more than sixty, cut', 'a'.repeat(61), `"${'a'.repeat(57)}..."`],
]

for (const [what, text, quoted] of table) {
  void t.test(`quotes ${what}`, async (test) => test.equal(quote(text), quoted))
}

void t.test('keeps a whole message on one line, and what is escaped already as it is', async (test) => {
  const message = `cannot read ${quote('\u001b"')}: no\nsuch\u009bfile\u202e`
  test.equal(onOneLine(message), String.raw`cannot read "\u001b\"": no\nsuch\u009bfile\u202e`)
  test.equal(onOneLine(onOneLine(message)), onOneLine(message))
})
