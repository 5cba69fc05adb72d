import t from 'tap'
import { parseRawEnvFile } from '../../../src/core/config/raw-env-file.ts'

void t.test('takes values as they are', async (test) => {
  const text = `\uFEFF# head\r\n  A="a b" # c\nB='$X'\r\n\n\t#x\nC= c \nD=\nE\nF=x=y\nG\\n=\\n`
  const { entries, problems } = parseRawEnvFile(text)
  test.same(
    entries.map(({ name, value, line }) => [line, name, value]),
    [
      [2, 'A', '"a b" # c'],
      [3, 'B', "'$X'"],
      [6, 'C', ' c '],
      [7, 'D', ''],
      [8, 'E', null],
      [9, 'F', 'x=y'],
      [10, String.raw`G\n`, String.raw`\n`],
    ],
  )
  test.same(problems, [])
  test.ok(entries.every(({ quotes }) => quotes === 'raw'))
})

void t.test('tells every problem with its line', async (test) => {
  test.same(parseRawEnvFile('=1\nexport A=1\nA=1\nB =2\nC=\0').problems, [
    { line: 1, why: 'expected NAME=value' },
    { line: 2, why: 'the name contains a blank' },
    { line: 4, why: 'the name contains a blank' },
    { line: 5, why: 'the value of "C" contains a NUL character' },
  ])
})
