import t from 'tap'
import { regexpRefusal } from '../../../src/core/config/regexp-refusal.ts'

const STALLS = 'one line could stop the supervisor for ever'

const GOOD: readonly string[] = [
  'ready',
  String.raw`[Ll]istening on port \d+`,
  '(a+)+$',
  '(a|aa)+$',
  String.raw`(?:\d{1,3}\.){3}\d{1,3}`,
  '(?<port>[0-9]{4,5})',
  'a{16}',
  '(?:a{4}){4}',
  '(?:a*)*',
  '{"msg":"ready"}',
  'a{,2}',
  'a{b',
  String.raw`\(?=a`,
  String.raw`\\(?:a)`,
  '[(?=a)]',
  String.raw`[\](?=a]`,
  String.raw`[\1]`,
  String.raw`[^\k<a>]`,
  '[]|[^]',
  String.raw`\0\x41A\cA`,
  String.raw`\{17}`,
  '[a{17}]',
  'a'.repeat(250),
  '(a)'.repeat(10),
]

for (const source of GOOD) {
  void t.test(`takes ${source.slice(0, 40)}`, async (test) => test.equal(regexpRefusal(source), null))
}

const around = (mark: string): string =>
  `cannot look ahead or behind with "${mark}": ${STALLS}; match that text too, as in ".*"`
const back = (mark: string): string =>
  `cannot refer back with "${mark}": ${STALLS}; write the pattern out a second time`
const flags = (mark: string): string =>
  `cannot change flags with "${mark}": ${STALLS}; write both cases, as in "[Rr]eady"`
const repeated = (mark: string, nested = ''): string =>
  `cannot repeat with "${mark}": at most 16 repetitions are possible${nested}, since ${STALLS}; use "*" or "+" alone, or repeat less`
const NESTED = ', those inside included'
const long = (size: number): string =>
  `cannot match so much: with its repetitions written out it is ${size} characters long, at most 250 are possible; compare with less of the line`

const REFUSED: readonly (readonly [source: string, why: string])[] = [
  ['(?<=x?)(a+)+$', around('(?<=')],
  ['a(?=b)', around('(?=')],
  ['a(?!b)', around('(?!')],
  ['(?<!a)b', around('(?<!')],
  ['((?=a)b)', around('(?=')],
  ['[a](?=b)', around('(?=')],
  [String.raw`\\(?=b)`, around('(?=')],
  [String.raw`(a)\1`, back(String.raw`\1`)],
  [String.raw`(?<k>a)\k<k>`, back(String.raw`\k`)],
  ['(?i:ready)', flags('(?i')],
  ['(?-i:ready)', flags('(?-')],
  ['a{17}', repeated('{17}')],
  ['a{0,17}?', repeated('{0,17}?')],
  ['a{17,}', repeated('{17,}')],
  ['a{16,}', repeated('{16,}')],
  [String.raw`\u{61}`, repeated('{61}')],
  ['(a{1,1000}){1,1000}', repeated('{1,1000}')],
  ['(a{5}){4}', repeated('{4}', NESTED)],
  ['((a{5}|b)c){4}', repeated('{4}', NESTED)],
  ['((((a+)+)+)+)+', repeated('+', NESTED)],
  ['(?:a+){16}', repeated('{16}', NESTED)],
  ['a'.repeat(251), long(251)],
  ['(?:[abcdefghijklmn]a){15}', long(270)],
  ['(a)'.repeat(11), 'cannot capture 11 groups: at most 10 are possible; write "(?:" instead of "("'],
]

for (const [source, why] of REFUSED) {
  void t.test(`refuses ${source.slice(0, 40)}`, async (test) => test.equal(regexpRefusal(source), why))
}
