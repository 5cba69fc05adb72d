import { array, assert, property, string } from 'fast-check'
import t from 'tap'
import { createRedactor } from '../../../src/core/text/redact.ts'

const CASES: readonly (readonly [what: string, secrets: readonly string[], text: string, told: string])[] = [
  ['nothing', [], 'all is told', 'all is told'],
  ['a long value inside of a word', ['longsecret'], 'xlongsecrety longsecret', 'x***y ***'],
  [
    'a short value as a word only',
    ['abcd'],
    'abcd xabcd abcdx abcd_ é"abcd" (abcd) éabcd',
    '*** xabcd abcdx abcd_ é"***" (***) éabcd',
  ],
  ['a short value of signs', ['#!#!'], 'x#!#! #!#!', 'x#!#! ***'],
  ['a short value that begins with a hyphen', ['-ab-'], '-ab-', '***'],
  ['values that one holds the other', ['longsecret', 'longsecret2'], 'longsecret2 longsecret', '*** ***'],
  ['signs of expressions', ['a.b*c+(d)[e]{f}|^$\\/-'], 'x a.b*c+(d)[e]{f}|^$\\/- y', 'x *** y'],
  ['a value in JSON', ['two\nlines "x"'], JSON.stringify({ a: 'two\nlines "x"' }), '{"a":"***"}'],
  ['a value on one line', ['two\tparts "x"'], String.raw`two\tparts "x"`, '***'],
  ['dollar signs', ['pa$&$$word'], 'pa$&$$word', '***'],
  ['no word that says yes or no', ['true', 'FALSE', '    ', ''], 'true FALSE     x', 'true FALSE     x'],
  ['no value that may be any word', ['a', 'or', 'the', 'no ', '7', '80'], 'no 7 or the a', 'no 7 or the a'],
  [
    'the lines of a value of several',
    ['-----BEGIN KEY-----\nMIIEvQIBADAN\nshort\n-----END KEY-----\n'],
    'it says: MIIEvQIBADAN; a short one',
    'it says: ***; a short one',
  ],
  ['a value that was cut', ['longsecret'], '"x longsec…": "longs..." lon... longs', '"x ***…": "***..." lon... longs'],
  ['the longest beginning', ['ababababc', 'abababxyz'], 'xababab…', 'x***…'],
  ['a cut that comes after another', ['longsecret'], 'longs...longs...', '***...***...'],
  ['numbers of several digits', ['7777'], '7777 17777', '*** 17777'],
]

for (const [what, secrets, text, told] of CASES) {
  void t.test(`hides ${what}`, async (test) => {
    test.equal(createRedactor(secrets)(text), told)
  })
}

void t.test('puts in place what it is given', async (test) => {
  test.equal(createRedactor(['longsecret'], (value) => '*'.repeat(value.length))('a longsecret b'), 'a ********** b')
})

void t.test('no long value is left in any text', async () => {
  const secret = string({ unit: 'binary', minLength: 8 }).filter((value) => value.trim() !== '' && !value.includes('*'))
  assert(
    property(array(secret, { minLength: 1, maxLength: 5 }), array(string({ unit: 'binary' })), (secrets, parts) => {
      const redact = createRedactor(secrets)
      const text = parts.flatMap((part, index) => [part, secrets[index % secrets.length] ?? '']).join('*')
      return secrets.every((value) => !redact(text).includes(value))
    }),
  )
})

void t.test('a great text and many values take little time', async (test) => {
  const secrets = Array.from({ length: 200 }, (_, index) => `secret-value-${index * 7919}`)
  const text = `GET /api/users/12345 200 secret-value-7919 34ms\n`.repeat(100_000)
  const redact = createRedactor(secrets)
  redact('x')
  const before = performance.now()
  test.notOk(redact(text).includes('secret-value-7919'))
  test.ok(performance.now() - before < 10_000)
})

void t.test('tens of thousands of values are hidden too', async (test) => {
  const secrets = Array.from({ length: 50_000 }, (_, index) => `value${index}!`)
  test.equal(createRedactor(secrets)('value1! value49999! value'), '*** *** value')
})

void t.test('values that are as large as an environment may be are hidden', async (test) => {
  const certificate = 'abc-'.repeat(25_000)
  const others = Array.from({ length: 300 }, (_, index) => `${index}-`.padEnd(1_000, 'x'))
  test.equal(createRedactor([certificate, ...others])(`a ${certificate} ${others[299]} b`), 'a *** *** b')
})
