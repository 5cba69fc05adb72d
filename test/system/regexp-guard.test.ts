import { setFlagsFromString } from 'node:v8'
import { array, assert, constantFrom, letrec, oneof, property, tuple } from 'fast-check'
import t from 'tap'
import type { Ready } from '../../src/core/config/model.ts'
import { readConfig } from '../../src/core/config/read-config.ts'
import { regexpRefusal } from '../../src/core/config/regexp-refusal.ts'
import { guardRegExps } from '../../src/system/regexp-guard.ts'
import { treeOf } from '../core/config/tree-of.ts'
import { worldOf } from '../core/config/world-of.ts'

/** The longest line there is. */
const LINES: readonly string[] = [`${'a'.repeat(65_535)}!`, `${'ab'.repeat(32_767)}!`, `${'a'.repeat(65_534)}é一`]

/** These took minutes or years without the guard, or seconds with V8's own limit. */
const CARELESS = ['(a+)+$', '(a|a|aa)+$', '(?:a{1,8})+?$', 'a*$', '(?:.*)*=', 'a*a*a*a*a*b', String.raw`\S+\wb|$c`]

for (const source of CARELESS) {
  void t.test(`${source} is compared with the longest line in a moment`, async (test) => {
    // In the order in which a file is read and a service is started.
    const ready = readReady(source)
    if (!test.match(ready, { kind: 'log', source })) return
    guardRegExps()
    const pattern = new RegExp(source)
    const began = performance.now()
    for (const line of LINES) line.search(pattern)
    test.ok(performance.now() - began < 10_000)
  })
}

function readReady(source: string): Ready | null | undefined {
  const file = JSON.stringify({ services: { web: { command: 'web', ready: { log: source } } } })
  return readConfig(treeOf(file), worldOf()).config?.services.get('web')?.ready
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
