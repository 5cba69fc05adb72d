import { array, assert, constantFrom, oneof, property, string } from 'fast-check'
import t from 'tap'
import { parseEnvFile } from '../../../src/core/config/env-file.ts'

const VALUES: readonly (readonly [string, string])[] = [
  ['A=b', 'b'],
  ['A=', ''],
  ['A=  b  ', 'b'],
  ['A = b', 'b'],
  ['export A=b', 'b'],
  ['A=b c', 'b c'],
  ['A=b # c', 'b'],
  ['A=b# c', 'b# c'],
  ['A= # c', ''],
  ['A=#b', '#b'],
  ['A=b=c', 'b=c'],
  ['A: b', 'b'],
  ['A:b=c:d', 'b=c:d'],
  ['A: "b"', 'b'],
  ["A='b # c' # d", 'b # c'],
  ['A="b # c" # d', 'b # c'],
  [String.raw`A='b\n\'c\''`, String.raw`b\n'c'`],
  [String.raw`A="b\n\t\"c\"\\d\e"`, 'b\n\t"c"\\d\\e'],
  [String.raw`A="\a\b\f\v\0101\012\09"`, '\u0007\b\f\vA\\012\\09'],
  ['A="b\nc"', 'b\nc'],
  ["A='b\nc'", 'b\nc'],
  ['A=b\r', 'b'],
  ['A="b"\r', 'b'],
  ['\uFEFFA=b', 'b'],
  ['A={"b": "c"}', '{"b": "c"}'],
  ["A=it's", "it's"],
  ['A=a${B}$$c', 'a${B}$$c'],
  [String.raw`A=\$b`, '$$b'],
  [String.raw`A="\$b"`, '$$b'],
  [String.raw`A='\$b'`, String.raw`\$b`],
]

for (const [text, value] of VALUES) {
  void t.test(`reads ${JSON.stringify(text)}`, async (test) => {
    const { entries, problems } = parseEnvFile(`${text}\n`)
    test.same(
      entries.map((entry) => [entry.name, entry.value]),
      [['A', value]],
    )
    test.same(problems, [])
  })
}

void t.test('keeps the order, the lines and the way of quoting', async (test) => {
  const text = '# head\n\nA=1\n  # indented\nB="2\n3"\nC=\'4\'\nD\nA=5'
  test.same(parseEnvFile(text), {
    entries: [
      { name: 'A', value: '1', quotes: 'none', line: 3 },
      { name: 'B', value: '2\n3', quotes: 'double', line: 5 },
      { name: 'C', value: '4', quotes: 'single', line: 7 },
      { name: 'D', value: null, quotes: 'none', line: 8 },
      { name: 'A', value: '5', quotes: 'none', line: 9 },
    ],
    problems: [],
  })
})

void t.test('tells every problem with its line and reads the rest', async (test) => {
  const text = 'A=1\n=2\nB C\nD="x" y\nE=5\n"F"=6\nG=a\0b\nK="\\0000"\nH="open\nI=9'
  test.same(parseEnvFile(text), {
    entries: [
      { name: 'A', value: '1', quotes: 'none', line: 1 },
      { name: 'E', value: '5', quotes: 'none', line: 5 },
      { name: 'I', value: '9', quotes: 'none', line: 10 },
    ],
    problems: [
      { line: 2, why: 'expected NAME=value' },
      { line: 3, why: 'expected NAME=value, found several words' },
      { line: 4, why: 'expected the end of the line after the closing quote of "D"' },
      { line: 6, why: 'expected NAME=value' },
      { line: 7, why: 'the value of "G" contains a NUL character' },
      { line: 8, why: 'the value of "K" contains a NUL character' },
      { line: 9, why: 'the quote " after "H=" is not closed' },
    ],
  })
})

void t.test('reads any text to its end without throwing', async () => {
  const piece = oneof(constantFrom('A', '=', '"', "'", '\\', '\n', ' ', '#', 'export '), string())
  assert(
    property(array(piece), (pieces) => {
      const { entries, problems } = parseEnvFile(pieces.join(''))
      return [...entries, ...problems].every(({ line }) => line >= 1)
    }),
  )
})

void t.test('reads a value of ten million characters', async (test) => {
  const long = 'x'.repeat(10_000_000)
  test.equal(parseEnvFile(`A="${long}"`).entries[0]?.value, long)
  test.same(parseEnvFile(`A="${long}`).problems, [{ line: 1, why: 'the quote " after "A=" is not closed' }])
})
