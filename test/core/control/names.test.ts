import t from 'tap'
import { namesFor, resolveNames, type Nameable, type Resolved } from '../../../src/core/control/names.ts'

const known = ['postgres', 'web-1', 'web-2', 'web-10', 'a*b', '__proto__']

const THERE_ARE = 'there are "postgres", "web-1", "web-2", "web-10", "a*b", "__proto__"'

const table: readonly (readonly [what: string, patterns: readonly string[], resolved: Resolved])[] = [
  ['no words mean every service', [], { names: known, named: [] }],
  ['a name means itself', ['postgres'], { names: ['postgres'], named: ['postgres'] }],
  [
    'names come in the order of the file, each once',
    ['web-2', 'postgres', 'web-2'],
    { names: ['postgres', 'web-2'], named: ['postgres', 'web-2'] },
  ],
  ['a star means any characters', ['web-*'], { names: ['web-1', 'web-2', 'web-10'], named: [] }],
  ['a star means no characters too', ['postgres*'], { names: ['postgres'], named: [] }],
  ['a lone star means all', ['*'], { names: known, named: [] }],
  ['several stars are tried back and forth', ['*e*-*0'], { names: ['web-10'], named: [] }],
  ['a question mark means one character', ['web-?'], { names: ['web-1', 'web-2'], named: [] }],
  ['a name with a star in it is found as it stands', ['a*b'], { names: ['a*b'], named: ['a*b'] }],
  ['other signs of regular expressions mean nothing', ['.*'], { refusal: `no service ".*"; ${THERE_ARE}` }],
  ['a glob that names nothing is unknown', ['db-*'], { refusal: `no service "db-*"; ${THERE_ARE}` }],
  [
    'a misspelt name brings a suggestion',
    ['web-1', 'postgers'],
    { refusal: 'no service "postgers"; did you mean "postgres"?' },
  ],
  [
    'all words that mean nobody are told at once',
    ['postgers', 'web-1', 'nobody', 'db-*'],
    { refusal: `no services "postgers" (did you mean "postgres"?), "nobody" and "db-*"; ${THERE_ARE}` },
  ],
  [
    'of several misspelt names each has its hint',
    ['postgers', 'wbe-1'],
    { refusal: 'no services "postgers" (did you mean "postgres"?) and "wbe-1" (did you mean "web-1"?)' },
  ],
  ['a prototype’s name is a name like any other', ['__proto__'], { names: ['__proto__'], named: ['__proto__'] }],
  ['what objects inherit is no name', ['constructor'], { refusal: `no service "constructor"; ${THERE_ARE}` }],
]

for (const [what, patterns, resolved] of table) {
  void t.test(what, async (test) => test.strictSame(resolveNames(patterns, known.map(single)), resolved))
}

void t.test('the name of a scaled service means all its instances', async (test) => {
  const services = [instanceOf(1), single('web'), instanceOf(2)]
  const both = { names: ['api-1', 'api-2'], named: ['api-1', 'api-2'] }
  test.strictSame(resolveNames(['api'], services), both)
  test.strictSame(resolveNames(['api-2', 'api'], services), both)
  test.strictSame(resolveNames(['api-2'], services), { names: ['api-2'], named: ['api-2'] })
})

void t.test('a glob made to be slow is not', { timeout: 2000 }, async (test) => {
  test.strictSame(resolveNames(['*a'.repeat(200)], ['a'.repeat(10_000) + 'b', 'a'.repeat(300)].map(single)), {
    names: ['a'.repeat(300)],
    named: [],
  })
})

void t.test('neither are many globs, or many stars', { timeout: 2000 }, async (test) => {
  const many = Array.from({ length: 1000 }, (_, n) => `s${n}`)
  const stars = `*{a,b}[!x]${'*'.repeat(60_000)}`
  test.match(resolveNames([stars], many.map(single)), { refusal: /^no service "\*\{a,b\}\[!x\]\*/ })
  const globs = many.flatMap((name) => [`${name}*`, `*${name}`, `?*${name.slice(1)}`, name])
  test.strictSame(resolveNames(globs, many.map(single)), { names: many, named: many })
})

void t.test('a refusal lists no more than can be read', async (test) => {
  const many = Array.from({ length: 1000 }, (_, n) => `service-${n}`)
  const listed = many.slice(0, 20).map((name) => `"${name}"`)
  test.strictSame(resolveNames(['x'], many.map(single)), {
    refusal: `no service "x"; there are ${listed.join(', ')} and 980 more`,
  })
  const none = Array.from({ length: 12 }, (_, n) => `none-${n}*`)
  test.strictSame(resolveNames(none, [single('x')]), {
    refusal: `no services ${none
      .slice(0, 10)
      .map((name) => `"${name}"`)
      .join(', ')} and 2 others; there are "x"`,
  })
  test.strictSame(resolveNames(['x'], []), { refusal: 'no service "x"; there are none' })
})

void t.test('who cannot do what is asked is passed over, unless it was named', async (test) => {
  test.strictSame(meant('web-*'), ['web-1', 'web-10'])
  test.strictSame(meant('web-*', 'web-2'), ['web-1', 'web-2', 'web-10'])
  test.strictSame(meant(), ['postgres', 'web-1', 'web-10', 'a*b', '__proto__'])
})

function meant(...patterns: readonly string[]): readonly string[] {
  const resolved = resolveNames(patterns, known.map(single))
  return 'names' in resolved ? namesFor(resolved, (name) => name !== 'web-2') : []
}

function single(name: string): Nameable {
  return { name, instance: null }
}

function instanceOf(number: number): Nameable {
  return { name: `api-${number}`, instance: { service: 'api', number } }
}
