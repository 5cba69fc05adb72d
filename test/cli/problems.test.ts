import { array, assert, integer, property, string } from 'fast-check'
import { test } from 'tap'
import { inColour, plain } from '../../src/cli/render/colour.ts'
import { drawExcerpt } from '../../src/cli/render/excerpt.ts'
import { countProblems, problemOnOneLine, renderProblems } from '../../src/cli/render/problems.ts'
import { cellWidth, escapeControls } from '../../src/cli/render/text.ts'
import type { Problem } from '../../src/core/config/problem.ts'
import type { Place } from '../../src/core/config/tree.ts'

function place(line: number, column: number, length: number): Place {
  return { file: 'services.yaml', line, column, length }
}

const UNKNOWN: Problem = {
  code: 'unknown-service',
  severity: 'error',
  place: place(3, 18, 3),
  path: 'services.web.depends_on',
  message: 'no service "dbb"; did you mean "db"?',
}
const UNSET: Problem = {
  code: 'unset-variable',
  severity: 'warning',
  place: place(12, 3, 4),
  path: '',
  message: 'the variable "X" is not set',
}
const SOURCES = new Map([['services.yaml', `services:\n  web:\n    depends_on: [dbb]\r\n${'\n'.repeat(8)}  \${X}`]])

void test('shows each problem with its line and a caret, and counts them', async (t) => {
  t.equal(
    renderProblems([UNKNOWN, UNSET], SOURCES, plain),
    `services.yaml:3:18: services.web.depends_on: no service "dbb"; did you mean "db"?
  3 |     depends_on: [dbb]
    |                  ^^^

services.yaml:12:3: warning: the variable "X" is not set
  12 |   \${X}
     |   ^^^^

1 error, 1 warning
`,
  )
})

void test('on one line a long message is cut as above its picture, and its notes stay', async (t) => {
  const long = { ...UNKNOWN, message: '\n'.repeat(2000), variables: ['A'] }
  const [head] = renderProblems([long], SOURCES, plain).split('\n')
  t.equal(problemOnOneLine(long), `${head}; this comes from the variable "A" of the environment`)
  t.equal(problemOnOneLine(UNSET), 'services.yaml:12:3: the variable "X" is not set')
})

void test('says whose value it is, and where else that is wrong', async (t) => {
  const variables = ['A', 'B', 'C', 'D', 'E']
  const also = ['services.db.user', 'services.app.user']
  t.equal(
    renderProblems(
      [
        { ...UNKNOWN, variables, also },
        { ...UNSET, variables: ['A\n'] },
      ],
      new Map(),
      plain,
    ),
    `services.yaml: services.web.depends_on: no service "dbb"; did you mean "db"?
    = this comes from the variables "A", "B", "C" and 2 others of the environment
    = the same goes for services.db.user and services.app.user

services.yaml: warning: the variable "X" is not set
     = this comes from the variable "A\\n" of the environment

1 error, 1 warning
`,
  )
})

void test('says nothing when there is nothing to say', async (t) => t.equal(renderProblems([], SOURCES, plain), ''))

void test('gives no position in a file without text', async (t) => {
  const problem: Problem = {
    ...UNKNOWN,
    code: 'file-unreadable',
    path: '',
    place: place(1, 1, 0),
    message: 'cannot read',
  }
  t.equal(renderProblems([problem], new Map([['services.yaml', '']]), plain), 'services.yaml: cannot read\n\n1 error\n')
})

void test('uses colours only when asked', async (t) => {
  t.equal(
    renderProblems([{ ...UNSET, place: place(2, 3, 3) }], SOURCES, inColour),
    '\u001b[1mservices.yaml:2:3:\u001b[0m \u001b[33mwarning:\u001b[0m the variable "X" is not set\n' +
      '  2 |   web:\n    | \u001b[33m  ^^^\u001b[0m\n\n1 warning\n',
  )
})

void test('lets nothing of the file act on the terminal', async (t) => {
  const problem: Problem = { ...UNKNOWN, place: place(1, 1, 1), path: 'a\u001b[2J', message: 'x\ny\u202ez\u0007' }
  const text = renderProblems([problem], new Map([['services.yaml', '\u001b]0;title\u0007\u009b31m']]), plain)
  t.equal(
    text,
    'services.yaml:1:1: a\\x1b[2J: x\\ny\\u202ez\\x07\n  1 | \\x1b]0;title\\x07\\x9b31m\n    | ^^^^\n\n1 error\n',
  )
})

void test('counts in words', async (t) => {
  t.strictSame([[], [UNKNOWN], [UNSET, UNSET], [UNSET, UNKNOWN, UNKNOWN]].map(countProblems), [
    '',
    '1 error',
    '2 warnings',
    '2 errors, 1 warning',
  ])
})

void test('puts the caret under the right characters', async (t) => {
  const cases: readonly (readonly [string, number, number, string, string])[] = [
    ['abc', 2, 1, 'abc', ' ^'],
    ['abc', 4, 0, 'abc', '   ^'],
    ['', 1, 0, '', '^'],
    ['\tab', 2, 2, '    ab', '    ^^'],
    ['日本語: x', 6, 1, '日本語: x', '        ^'],
    ['日本語: x', 2, 2, '日本語: x', '  ^^^^'],
    ['😀 x', 4, 1, '😀 x', '   ^'],
    ['e\u0301 x', 4, 1, 'e\u0301 x', '  ^'],
    ['a\u0000b', 3, 1, 'a\\x00b', '     ^'],
    ['\ud83d x', 3, 1, '\\ud83d x', '       ^'],
  ]
  for (const [line, column, length, text, carets] of cases)
    t.strictSame(drawExcerpt(line, place(1, column, length)), { text, carets }, JSON.stringify(line))
})

void test('cuts long lines around the caret', async (t) => {
  const line = `${'a'.repeat(500)}XYZ${'b'.repeat(500)}`
  t.strictSame(drawExcerpt(line, place(1, 501, 3)), {
    text: `…${'a'.repeat(40)}XYZ${'b'.repeat(57)}…`,
    carets: `${' '.repeat(41)}^^^`,
  })
  t.strictSame(drawExcerpt(line, place(1, 1, 1000)), { text: `${'a'.repeat(100)}…`, carets: '^'.repeat(100) })
  t.strictSame(drawExcerpt(line, place(1, 1004, 0)), {
    text: `…${'b'.repeat(100)}`,
    carets: `${' '.repeat(101)}^`,
  })
  const fitting = `${'a'.repeat(80)}X`
  t.strictSame(drawExcerpt(fitting, place(1, 81, 1)), { text: fitting, carets: `${' '.repeat(80)}^` })
})

void test('never shows more than fits, and always a caret', async () => {
  const line = array(string({ unit: 'binary', maxLength: 60 }), { maxLength: 6 }).map((parts) => parts.join(''))
  assert(
    property(line, integer({ min: 1, max: 400 }), integer({ min: 0, max: 400 }), (text, column, length) => {
      const start = Math.min(column, text.length + 1)
      const drawn = drawExcerpt(text, place(1, start, Math.min(length, text.length + 1 - start)))
      const width = cellWidth(drawn.text)
      if (width > 102) throw new Error(`${width} columns`)
      if (!/^ *\^+$/.test(drawn.carets) || drawn.carets.length > width + 1) throw new Error(`carets ${drawn.carets}`)
      if (escapeControls(drawn.text) !== drawn.text) throw new Error('unprintable')
    }),
    { numRuns: 2000 },
  )
})

void test('a hundred thousand problems on one long line take no time and no room', async (t) => {
  const source = 'a,'.repeat(500_000)
  const problems = Array.from({ length: 100_000 }, (_, n): Problem => ({ ...UNKNOWN, place: place(1, n + 1, 1) }))
  const before = performance.now()
  const text = renderProblems(
    [...problems, { ...UNKNOWN, message: 'x'.repeat(1_000_000) }],
    new Map([['services.yaml', source]]),
    plain,
  )
  t.ok(performance.now() - before < 10_000)
  t.ok(text.length < 1_000_000)
  t.match(text, /\n… and 99001 more\n\n100001 errors\n$/)
})

void test('an error is shown, and counted, after however many warnings', async (t) => {
  const warning: Problem = { ...UNKNOWN, severity: 'warning' }
  const text = renderProblems(
    [...Array.from({ length: 2000 }, () => warning), { ...UNKNOWN, message: 'last' }],
    new Map(),
    plain,
  )
  t.match(text, /: last\n\n… and 1001 more\n\n1 error, 2000 warnings\n$/)
})
