import t from 'tap'
import { createHints, didYouMean } from '../../../src/core/text/suggest.ts'

const KNOWN = ['command', 'script', 'environment', 'env_file', 'db', 'depends_on', 'a_longer_name_of_the_service']

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
  ['a_much_longer_name_of_a_service_with_another_ending', null],
  ['a_longer_name_of_a_service', 'a_longer_name_of_the_service'],
  ['command'.repeat(10), null],
]

/** The word alone. */
function suggest(found: string, known: readonly string[]): string | null {
  return /"(.*)"/.exec(didYouMean(found, known))?.[1] ?? null
}

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

void t.test('looks no further than the nearest so far, wherever the letters differ', async (test) => {
  const swapped = ['ba', 'ab', 'abcdef', 'bacdef', 'abcdfe', 'abdcef', 'xabcdef', 'abcdefx', 'fabcde', 'bcdef']
  test.same(
    swapped.map((word) => suggest(word, ['abcdef', 'ab'])),
    ['ab', null, null, 'abcdef', 'abcdef', 'abcdef', 'abcdef', 'abcdef', 'abcdef', 'abcdef'],
  )
})

void t.test('gives hints to many words until enough was compared', async (test) => {
  const names = Array.from({ length: 1000 }, (_, index) => `service-${index}`)
  const hintFor = createHints(names)
  const hints = Array.from({ length: 200 }, () => hintFor('servce-7'))
  test.equal(hints[0], '; did you mean "service-7"?')
  test.equal(hints.filter((hint) => hint !== '').length, 50)
})
