import t from 'tap'
import { resolveNames, type Resolved } from '../../../src/core/control/names.ts'

const known = ['postgres', 'web-1', 'web-2', 'web-10', 'a*b', '__proto__']

const table: readonly (readonly [what: string, patterns: readonly string[], resolved: Resolved])[] = [
  ['no words mean every service', [], { names: known }],
  ['a name means itself', ['postgres'], { names: ['postgres'] }],
  ['names come in the order of the file, each once', ['web-2', 'postgres', 'web-2'], { names: ['postgres', 'web-2'] }],
  ['a star means any characters', ['web-*'], { names: ['web-1', 'web-2', 'web-10'] }],
  ['a star means no characters too', ['postgres*'], { names: ['postgres'] }],
  ['a lone star means all', ['*'], { names: known }],
  ['several stars are tried back and forth', ['*e*-*0'], { names: ['web-10'] }],
  ['a question mark means one character', ['web-?'], { names: ['web-1', 'web-2'] }],
  ['a name with a star in it is found as it stands', ['a*b'], { names: ['a*b'] }],
  ['other signs of regular expressions mean nothing', ['.*'], { unknown: '.*', suggestion: null }],
  ['a glob that names nothing is unknown', ['db-*'], { unknown: 'db-*', suggestion: null }],
  ['a misspelt name brings a suggestion', ['web-1', 'postgers'], { unknown: 'postgers', suggestion: 'postgres' }],
  ['a prototype’s name is a name like any other', ['__proto__'], { names: ['__proto__'] }],
  ['what objects inherit is no name', ['constructor'], { unknown: 'constructor', suggestion: null }],
]

for (const [what, patterns, resolved] of table) {
  void t.test(what, async (test) => test.strictSame(resolveNames(patterns, known), resolved))
}

void t.test('a glob made to be slow is not', { timeout: 2000 }, async (test) => {
  test.strictSame(resolveNames(['*a'.repeat(200)], ['a'.repeat(10_000) + 'b', 'a'.repeat(300)]), {
    names: ['a'.repeat(300)],
  })
})
