import { setFlagsFromString } from 'node:v8'
import { array, assert, constantFrom, letrec, oneof, property, tuple } from 'fast-check'
import t from 'tap'
import { regexpRefusal } from '../../src/core/config/regexp-refusal.ts'
import { guardRegExps } from '../../src/system/regexp-guard.ts'

/** The longest line there is. */
const LINES: readonly string[] = [`${'a'.repeat(65_535)}!`, `${'ab'.repeat(32_767)}!`, `${'a'.repeat(65_534)}é一`]

/** These took minutes or years without the guard, or seconds with V8's own limit. */
const CARELESS = ['(a+)+$', '(a|a|aa)+$', '(?:a{1,8})+?$', 'a*$', '(?:.*)*=', 'a*a*a*a*a*b', String.raw`\S+\wb|$c`]

for (const source of CARELESS) {
  void t.test(`${source} is compared with the longest line in a moment`, async (test) => {
    if (!test.equal(regexpRefusal(source), null)) return
    // Compiled when it is first used: the guard comes after the file is read.
    const pattern = new RegExp(source)
    guardRegExps()
    const began = performance.now()
    for (const line of LINES) line.search(pattern)
    test.ok(performance.now() - began < 10_000)
  })
}

const ATOMS = ['a', 'b', '.', '[ab]', String.raw`[^\]b]`, String.raw`\w`, '^', '$', String.raw`\b`, '{', '[]']
const RISKY = ['(?=a)', '(?!a)', '(?<=a)', '(?<!a)', String.raw`\1`, String.raw`\k`, '(?i:a)', String.raw`\u`]
const QUANTIFIERS = ['', '', '*', '+', '?', '*?', '{2}', '{1,4}', '{2,}', '{16}', '{17}', '{0,16}', '{0}', '{,3}']

const { expression } = letrec<{ expression: string; part: string; group: string }>((tie) => ({
  expression: array(tie('part'), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')),
  part: tuple(
    oneof({ maxDepth: 4 }, constantFrom(...ATOMS, ...RISKY), tie('group')),
    constantFrom(...QUANTIFIERS),
    constantFrom('', '', '', '|'),
  ).map((words) => words.join('')),
  group: tuple(constantFrom('(', '(?:'), tie('expression')).map(([mark, inside]) => `${mark}${inside})`),
}))

void t.test("what is not refused, V8's linear engine can do", async () => {
  setFlagsFromString('--enable-experimental-regexp-engine')
  assert(
    property(expression, (source) => !isRegExp(source, '') || regexpRefusal(source) !== null || isRegExp(source, 'l')),
    { numRuns: 3000 },
  )
  setFlagsFromString('--no-enable-experimental-regexp-engine')
})

function isRegExp(source: string, flags: string): boolean {
  try {
    return new RegExp(source, flags).source !== ''
  } catch {
    return false
  }
}
