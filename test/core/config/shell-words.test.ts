import { execFileSync } from 'node:child_process'
import { array, constantFrom, sample } from 'fast-check'
import t from 'tap'
import { splitShellWords } from '../../../src/core/config/shell-words.ts'

const WORDS: readonly (readonly [string, readonly string[]])[] = [
  ['node server.js', ['node', 'server.js']],
  ['  a\t b\n  c \n', ['a', 'b', 'c']],
  [`sh -c 'a | b && c > d; e'`, ['sh', '-c', 'a | b && c > d; e']],
  [`a "b c" d`, ['a', 'b c', 'd']],
  [`a ""  '' b`, ['a', '', '', 'b']],
  [`a'b'"c"d`, ['abcd']],
  [`a\\ b \\'c\\"`, ['a b', `'c"`]],
  [`"a\\"b\\\\c\\nd\\$e\\\`"`, ['a"b\\c\\nd$e`']],
  [`'a\\b'`, ['a\\b']],
  ['a\\\nb "c\\\nd"', ['ab', 'cd']],
  ['a\\|b "|" c', ['a|b', '|', 'c']],
  ['redis-server --bind * -::*', ['redis-server', '--bind', '*', '-::*']],
  ['echo $HOME "$HOME" ~ {a,b} !x', ['echo', '$HOME', '$HOME', '~', '{a,b}', '!x']],
  [`a#b '#c' "#"d \\#e x\\\n#y`, ['a#b', '#c', '#d', '#e', 'x#y']],
  ['env A=1 node', ['env', 'A=1', 'node']],
  ['--name=x', ['--name=x']],
  ['ünï "cødé 🙂"', ['ünï', 'cødé 🙂']],
]

for (const [line, words] of WORDS.filter(([, expected]) => expected.length > 0)) {
  void t.test(`splits ${JSON.stringify(line)}`, async (test) => {
    test.same(splitShellWords(line), { kind: 'words', words })
  })
}

const NO_SHELL = 'no shell runs a command; use "script:" for shell text, or quote it'
const COMMENT =
  '"#" at the start of a word begins a comment in a shell, and there are none here; quote it, or take the comment out'
const ERRORS: readonly (readonly [string, string])[] = [
  ['a | b', `"|" is shell syntax, and ${NO_SHELL}`],
  ['a && b', `"&&" is shell syntax, and ${NO_SHELL}`],
  ['a || b', `"||" is shell syntax, and ${NO_SHELL}`],
  ['a; b', `";" is shell syntax, and ${NO_SHELL}`],
  ['a > b', `">" is shell syntax, and ${NO_SHELL}`],
  ['a 2>&1', `">" is shell syntax, and ${NO_SHELL}`],
  ['a <b', `"<" is shell syntax, and ${NO_SHELL}`],
  ['a &', `"&" is shell syntax, and ${NO_SHELL}`],
  ['(a)', `"(" is shell syntax, and ${NO_SHELL}`],
  ['a `b`', `"\`" is shell syntax, and ${NO_SHELL}`],
  ['a $(b)', `"$(" is shell syntax, and ${NO_SHELL}`],
  ['a "$(b)"', '"$(" is shell syntax, and no shell runs a command; use "script:", or single quotes'],
  ['a "\\\\`b`"', '"`" is shell syntax, and no shell runs a command; use "script:", or single quotes'],
  ['a #b', COMMENT],
  ['# a', COMMENT],
  ['a \\\n#b', COMMENT],
  ['A=1 b', '"A=" in front of a command is shell syntax, and no shell runs it; use "environment:"'],
  [`a 'b`, "the quote ' is not closed"],
  ['a "b', 'the quote " is not closed'],
  ['a "b\\"', 'the quote " is not closed'],
  ['a \\', 'it ends in a backslash'],
  ['', 'it is empty'],
  [' \n\t', 'it is empty'],
]

for (const [line, why] of ERRORS) {
  void t.test(`refuses ${JSON.stringify(line)}`, async (test) => {
    test.same(splitShellWords(line), { kind: 'error', why })
  })
}

void t.test('splits quotes and escapes as sh does', async (test) => {
  const piece = constantFrom('a', 'B', ' ', '\t', "'", '"', '\\', '\\\n', '-', '=', '#', '/', '.', 'é', '1')
  const line = array(piece, { maxLength: 12 }).map((pieces) => `x ${pieces.join('')}`)
  // A line break that no backslash takes away would end the command for sh.
  const lines = sample(line, { numRuns: 300, seed: 1 }).filter(
    (text) => splitShellWords(text).kind === 'words' && !/(?<!\\)(?:\\\\)+\n/.test(text),
  )
  const script = lines.map((text) => `printf '%s\\0' ${text}\nprintf '\\1'\n`).join('')
  const output = execFileSync('/bin/sh', ['-f'], { input: script, encoding: 'utf8' })
  const expected = output.split('\u0001').slice(0, -1)
  test.same(
    lines.map((text) => splitShellWords(text)),
    expected.map((words) => ({ kind: 'words', words: words.split('\0').slice(0, -1) })),
  )
})

void t.test('splits a line of a million escapes', async (test) => {
  const split = splitShellWords(`a "${'\\\\'.repeat(1_000_000)}"`)
  test.equal(split.kind === 'words' ? split.words[1]?.length : split.why, 1_000_000)
})
