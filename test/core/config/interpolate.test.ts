import { array, assert, constantFrom, dictionary, property, string } from 'fast-check'
import { test } from 'tap'
import { interpolate } from '../../../src/core/config/interpolate.ts'
import type { Entry, Place, Tree } from '../../../src/core/config/tree.ts'

const ENVIRONMENT = new Map([
  ['SET', 'value'],
  ['EMPTY', ''],
  ['DOLLAR', '${SET}'],
  ['_x1', 'odd'],
])

function at(column: number, length: number, line = 1): Place {
  return { file: 'services.yaml', line, column, length }
}

/** A plain scalar at the beginning of a line. */
function scalar(text: string): Tree {
  return { kind: 'scalar', place: at(1, text.length), value: text, text }
}

function mapping(entries: Readonly<Record<string, Tree>>): Tree {
  const toEntry = ([key, value]: readonly [string, Tree]): Entry => ({ key, place: at(1, key.length), value })
  return { kind: 'mapping', place: at(1, 1), entries: Object.entries(entries).map(toEntry) }
}

function list(...items: readonly Tree[]): Tree {
  return { kind: 'list', place: at(1, 1), items }
}

function textOf(tree: Tree): string {
  return tree.kind === 'scalar' ? tree.text : tree.kind
}

/** A problem in short: `column+length code path`. */
function told(tree: Tree, environment: ReadonlyMap<string, string> = ENVIRONMENT): readonly string[] {
  return interpolate(tree, environment).problems.map(({ code, place, path }) =>
    `${place.column}+${place.length} ${code} ${path}`.trimEnd(),
  )
}

const FORMS: readonly (readonly [string, string])[] = [
  ['${SET}', 'value'],
  ['a${SET}b${_x1}c', 'avalueboddc'],
  ['${EMPTY}', ''],
  ['${SET:-d}', 'value'],
  ['${SET-d}', 'value'],
  ['${EMPTY:-d}', 'd'],
  ['${EMPTY-d}', ''],
  ['${NONE:-d}', 'd'],
  ['${NONE-d}', 'd'],
  ['${NONE:-}', ''],
  ['${NONE-}', ''],
  ['${SET:+o}', 'o'],
  ['${SET+o}', 'o'],
  ['${EMPTY:+o}', ''],
  ['${EMPTY+o}', 'o'],
  ['${NONE:+o}', ''],
  ['${NONE+o}', ''],
  ['${SET:?why}', 'value'],
  ['${SET?why}', 'value'],
  ['${EMPTY?why}', ''],
  ['${NONE:-${EMPTY:-c}}', 'c'],
  ['${NONE:-a${SET}b}', 'avalueb'],
  ['${SET:+${NONE:-x}y}', 'xy'],
  ['${NONE:-{"a": {"b": 1}}}', '{"a": {"b": 1}}'],
  ['${NONE:-$$5}', '$5'],
  ['${NONE:-a:-b}', 'a:-b'],
  ['${NONE:-http://x:80/?a=b}', 'http://x:80/?a=b'],
  ['${NONE:-a b\nc}', 'a b\nc'],
  ['$$', '$'],
  ['$${SET}', '${SET}'],
  ['$$SET', '$SET'],
  ['$$$${SET}', '$${SET}'],
  ['$$${SET}', '$value'],
  ['${DOLLAR}', '${SET}'],
  ['^a$', '^a$'],
  ['$1 $? $(x) $ $', '$1 $? $(x) $ $'],
  ['}{', '}{'],
]

for (const [text, expected] of FORMS)
  void test(`${JSON.stringify(text)} becomes ${JSON.stringify(expected)}`, async (t) => {
    for (const tree of [scalar(text), mapping({ services: mapping({ web: mapping({ script: scalar(text) }) }) })]) {
      const { tree: result, problems } = interpolate(tree, ENVIRONMENT)
      t.strictSame([deepest(result), problems], [expected, []])
    }
  })

function deepest(tree: Tree): string {
  if (tree.kind !== 'mapping') return textOf(tree)
  const [entry] = tree.entries
  return entry === undefined ? '' : deepest(entry.value)
}

void test('what was filled in names the variables that made it what it is', async (t) => {
  const texts = [
    '${EMPTY}',
    '',
    'a$$',
    '${NONE:-${SET}}${SET}',
    '${SET:+x}${NONE:+y}${NONE-z}',
    '${EMPTY:-x}',
    '${EMPTY-x}',
  ]
  const { tree } = interpolate(list(...texts.map((text) => scalar(text))), ENVIRONMENT)
  t.strictSame(tree.kind === 'list' && tree.items.map((item) => item.kind === 'scalar' && item.filledFrom), [
    ['EMPTY'],
    undefined,
    [],
    ['SET'],
    ['SET'],
    [],
    ['EMPTY'],
  ])
})

void test('what an unselected word holds is not missed', async (t) => {
  t.strictSame(told(list(scalar('${SET:-${NONE}${NONE?x}}'), scalar('${EMPTY:+${NONE}}'))), [])
})

void test('tells mistakes at their column', async (t) => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['a $SET b $_y', ['3+4 bad-interpolation', '10+3 bad-interpolation']],
    ['ab ${NONE}', ['4+7 unset-variable']],
    ['ab ${NONE:?}', ['4+6 missing-environment']],
    ['ab ${EMPTY:?}', ['4+7 missing-environment']],
    ['ab ${SET', ['4+2 bad-interpolation']],
    ['ab ${', ['4+2 bad-interpolation']],
    ['ab ${SET:-x', ['4+2 bad-interpolation']],
    ['ab ${NONE:-${SET:-x', ['12+2 bad-interpolation']],
    ['ab ${SET:-${SET}', ['4+2 bad-interpolation']],
    ['ab ${}', ['4+2 bad-interpolation']],
    ['ab ${1}', ['4+2 bad-interpolation']],
    ['ab ${SET#x}', ['4+5 bad-interpolation']],
    ['ab ${SET:0:1} $SET', ['4+5 bad-interpolation', '15+4 bad-interpolation']],
    ['ab ${NONE:-$SET}', ['12+4 bad-interpolation']],
    ['ab ${SET:-$SET}', ['11+4 bad-interpolation']],
  ]
  for (const [text, expected] of cases) t.strictSame(told(scalar(text)), expected, text)
})

function firstMessage(text: string): string | undefined {
  return interpolate(scalar(text), ENVIRONMENT).problems[0]?.message
}

void test('says what is wrong and what to write instead', async (t) => {
  t.strictSame(['$SET', '${SET', '${}', '${NONE}', '${NONE:?ask ${SET}}', '${EMPTY:?}', '${NONE?}'].map(firstMessage), [
    '"$SET" is not replaced; write "${SET}", or "$$SET" for a literal dollar sign',
    'a "}" is missing to close this; write "$${" for a literal "${"',
    'a variable\'s name has to follow, as in "${NAME}"; write "$${" for a literal "${"',
    'the variable "NONE" is not set, so this is empty; give a default with "${NONE:-default}"',
    'the variable "NONE" is not set: ask value',
    'the variable "EMPTY" is empty, but needed here',
    'the variable "NONE" is not set, but needed here',
  ])
})

void test('leaves to the shell what belongs to it in a script, and nowhere else', async (t) => {
  const shell = '$SET ${SET#v} ${#SET} ${1} ${NONE%%*.} $(x) ${NONE:-${SET#v}} ${a[0]} ${SET}'
  const kept = '$SET ${SET#v} ${#SET} ${1} ${NONE%%*.} $(x) ${SET#v} ${a[0]} value'
  const script = (text: string): Tree => mapping({ services: mapping({ web: mapping({ script: scalar(text) }) }) })
  const { tree, problems } = interpolate(script(shell), ENVIRONMENT)
  t.strictSame([deepest(tree), problems], [kept, []])
  t.strictSame(told(script('${NONE}')), ['1+7 unset-variable services.web.script'])
  t.match(
    interpolate(script('${NONE}'), ENVIRONMENT).problems[0]?.message,
    /, or write "\$NONE" to leave it to the shell$/,
  )
  t.strictSame(told(script('${SET')), ['1+2 bad-interpolation services.web.script'])
  t.strictSame(told(mapping({ script: scalar('$SET') })), ['1+4 bad-interpolation script'])
  t.strictSame(told(mapping({ services: mapping({ script: mapping({ command: scalar('$SET') }) }) })), [
    '1+4 bad-interpolation services.script.command',
  ])
})

function web(keys: Readonly<Record<string, Tree>>): Tree {
  return mapping({ services: mapping({ web: mapping(keys) }) })
}

void test('the scripts of hooks belong to the shell too, their commands do not', async (t) => {
  const hook = (key: string): Tree => mapping({ [key]: scalar('echo $SET') })
  t.strictSame(told(web({ stop_command: hook('script'), pre_stop: list(hook('script')) })), [])
  t.strictSame(told(web({ stop_command: hook('command'), pre_stop: list(hook('command'), scalar('$SET')) })), [
    '6+4 bad-interpolation services.web.stop_command.command',
    '6+4 bad-interpolation services.web.pre_stop[0].command',
    '1+4 bad-interpolation services.web.pre_stop[1]',
  ])
  t.strictSame(told(web({ healthcheck: hook('script') })), ['6+4 bad-interpolation services.web.healthcheck.script'])
})

void test('leaves extension fields alone, and labels that look like them not', async (t) => {
  const tree = mapping({
    'x-base': scalar('$SET ${NONE}'),
    services: mapping({ 'x-web': mapping({ 'x-note': scalar('$SET'), labels: mapping({ 'x-a': scalar('$SET') }) }) }),
  })
  t.strictSame(told(tree), ['1+4 bad-interpolation services.x-web.labels.x-a'])
})

void test('keeps keys, places, and values without a dollar sign as they are', async (t) => {
  const number: Tree = { kind: 'scalar', place: at(1, 2), value: 80, text: '80' }
  const tree = mapping({ '${SET}': list(number, scalar('x${SET}')) })
  t.strictSame(
    interpolate(tree, ENVIRONMENT).tree,
    mapping({
      '${SET}': list(number, { kind: 'scalar', place: at(1, 7), value: 'xvalue', text: 'xvalue', filledFrom: ['SET'] }),
    }),
  )
})

void test('points into a quoted value, and at the whole of one that is written otherwise', async (t) => {
  const quoted: Tree = { kind: 'scalar', place: at(5, 8), value: 'a $SET', text: 'a $SET' }
  const escaped: Tree = { kind: 'scalar', place: at(5, 10), value: 'a\t$SET', text: 'a\t$SET' }
  const block: Tree = { kind: 'scalar', place: at(5, 1), value: 'a\n$SET\n', text: 'a\n$SET\n' }
  t.strictSame(told(list(quoted, escaped, block)), [
    '8+4 bad-interpolation [0]',
    '5+10 bad-interpolation [1]',
    '5+1 bad-interpolation [2]',
  ])
})

void test('ends soon whatever the text', async (t) => {
  const large = new Map([['A', 'x'.repeat(100_000)]])
  const hostile: readonly (readonly [string, string])[] = [
    ['${A:-'.repeat(100_000), 'bad-interpolation'],
    ['${A}'.repeat(250_000), 'yaml-too-large'],
    ['${B}'.repeat(250_000), 'unset-variable'],
    ['$A'.repeat(500_000), 'bad-interpolation'],
    ['${'.repeat(500_000), 'bad-interpolation'],
    [`\${B:-${'{'.repeat(500_000)}`, 'bad-interpolation'],
    [`\${${'a'.repeat(1_000_000)}`, 'bad-interpolation'],
  ]
  for (const [text, code] of hostile) {
    const before = performance.now()
    const { problems } = interpolate(list(scalar(text), scalar(text)), large)
    t.ok(performance.now() - before < 10_000, text.slice(0, 20))
    t.ok(problems.length <= 1000 && problems.some((problem) => problem.code === code), text.slice(0, 20))
  }
})

void test('never throws, and never points outside of the value', async () => {
  const piece = constantFrom(...'${}$:-?+A_1# \n'.split(''), '${A', '${B:-', '$$')
  assert(
    property(array(piece, { maxLength: 40 }), dictionary(constantFrom('A', 'B'), string()), (pieces, environment) => {
      const text = pieces.join('')
      const script = mapping({ services: mapping({ web: mapping({ script: scalar(text) }) }) })
      for (const tree of [scalar(text), script])
        for (const { place } of interpolate(tree, new Map(Object.entries(environment))).problems)
          if (place.column < 1 || place.length < 1 || place.column + place.length > text.length + 1)
            throw new Error(`${place.column}+${place.length} of ${JSON.stringify(text)}`)
    }),
    { numRuns: 3000 },
  )
})
