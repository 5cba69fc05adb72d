import t from 'tap'
import { profilesOf } from '../../../src/core/config/profiles-of.ts'
import { treeOf } from './tree-of.ts'

const TREE = treeOf(`
services:
  web: {scale: 3, profiles: [web, "\${NAME}"]}
  web-2x: {profiles: [other]}
  db: {profiles: [db]}
  db-1: {profiles: [one]}
  plain: {}
  wrong: {profiles: wrong}
  none:
`)

const CASES: readonly (readonly [readonly string[], readonly string[]])[] = [
  [[], []],
  [['web'], ['web', 'value']],
  [['web-2'], ['web', 'value']],
  [['web-02'], []],
  [
    ['web-2x', 'db'],
    ['other', 'db'],
  ],
  [['db-1'], ['one']],
  [['db-2'], []],
  [['d*', '*'], []],
  [['plain', 'wrong', 'none', 'nobody', 'constructor'], []],
]

void t.test('a service that is named brings its profiles', async (test) => {
  for (const [names, profiles] of CASES) {
    test.strictSame([...profilesOf(TREE, names, new Map([['NAME', 'value']]))], profiles, names.join(' '))
  }
  test.strictSame([...profilesOf(treeOf('[]'), ['web'], new Map())], [])
})
