import t from 'tap'
import { didYouMean, suggest } from '../../../src/core/text/suggest.ts'

const KNOWN = ['command', 'script', 'environment', 'env_file', 'db', 'depends_on']

const SUGGESTIONS: readonly (readonly [string, string | null])[] = [
  ['comand', 'command'],
  ['commnad', 'command'],
  ['Command', 'command'],
  ['commands', 'command'],
  ['enviroment', 'environment'],
  ['dbb', 'db'],
  ['bd', 'db'],
  ['depend_on', 'depends_on'],
  ['dependsOn', 'depends_on'],
  ['x', null],
  ['', null],
  ['image', null],
  ['restart', null],
  ['command'.repeat(10), null],
]

for (const [found, expected] of SUGGESTIONS) {
  void t.test(`suggests ${expected} for "${found.slice(0, 12)}"`, async (test) => {
    test.equal(suggest(found, KNOWN), expected)
  })
}

void t.test('prefers the nearest of several', async (test) => {
  test.equal(suggest('cart', ['cards', 'card', 'carts']), 'card')
  test.equal(suggest('worker-3', ['worker-1', 'worker-30']), 'worker-1')
})

void t.test('puts the suggestion at the end of a message, or nothing', async (test) => {
  test.equal(didYouMean('comand', KNOWN), '; did you mean "command"?')
  test.equal(didYouMean('zzz', KNOWN), '')
})
