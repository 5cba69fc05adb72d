import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { array, assert, constantFrom, property } from 'fast-check'
import { t as tap, test } from 'tap'
import type { Problem } from '../../src/core/config/problem.ts'
import type { Place, Tree } from '../../src/core/config/tree.ts'
import { readConfigFile, readOverrideFile } from '../../src/system/config-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'pidone-config-file-'))
tap.teardown(() => execFileSync('rm', ['-rf', folder]))

function read(content: string | Uint8Array): ReturnType<typeof readConfigFile> {
  const path = join(folder, 'services.yaml')
  writeFileSync(path, content)
  return readConfigFile(path)
}

/** A problem in short: `line:column+length code path`. */
function brief({ code, place, path }: Problem): string {
  return `${spot(place)} ${code} ${path}`.trimEnd()
}

function spot({ line, column, length }: Place): string {
  return `${line}:${column}+${length}`
}

/** The tree as plain values; a map where order or `__proto__` matters is a list of pairs. */
function plain(tree: Tree | null): unknown {
  if (tree === null) return undefined
  if (tree.kind === 'scalar') return tree.value
  if (tree.kind === 'list') return tree.items.map(plain)
  return new Map(tree.entries.map((entry) => [entry.key, plain(entry.value)]))
}

function map(...pairs: readonly (readonly [string, unknown])[]): ReadonlyMap<string, unknown> {
  return new Map(pairs)
}

void test('reads YAML 1.2 values with their types', async (t) => {
  const cases: readonly (readonly [string, unknown])[] = [
    ['a: 1', map(['a', 1])],
    ['a: yes', map(['a', 'yes'])],
    ['a: [true, ~, 1.5, 0x1f, "x", \'y\']', map(['a', [true, null, 1.5, 31, 'x', 'y']])],
    ['a:\n  - b\n  - c: d', map(['a', ['b', map(['c', 'd'])]])],
    ['a: |\n  x\n  y\nb: >-\n  x\n  y', map(['a', 'x\ny\n'], ['b', 'x y'])],
    ['a: "x\\ty"', map(['a', 'x\ty'])],
    ['a:\nb:', map(['a', null], ['b', null])],
    ['{a, b: 1}', map(['a', null], ['b', 1])],
    ['80: a\ntrue: b\n~: c', map(['80', 'a'], ['true', 'b'], ['~', 'c'])],
    ['__proto__: 1\nconstructor: 2', map(['__proto__', 1], ['constructor', 2])],
    ['a: !!str 12', map(['a', '12'])],
    ['\ufeffa: 1\r\nb: 2\r\n', map(['a', 1], ['b', 2])],
    ['%YAML 1.1\n---\na: yes', map(['a', 'yes'])],
    ['[]', []],
    ['word', 'word'],
  ]
  for (const [source, expected] of cases) {
    const { tree, problems } = read(source)
    t.strictSame([plain(tree), problems], [expected, []], source)
  }
})

void test('keeps the text of values that are no strings', async (t) => {
  const { tree } = read('[012, 1.10, 0x1F, True, 12345678901234567890, ~, ]')
  const items = tree?.kind === 'list' ? tree.items : []
  t.strictSame(
    items.map((item) => (item.kind === 'scalar' ? item.text : item.kind)),
    ['012', '1.10', '0x1F', 'True', '12345678901234567890', '~'],
  )
})

void test('resolves aliases and merge keys', async (t) => {
  const cases: readonly (readonly [string, unknown])[] = [
    ['a: &x [1]\nb: *x', map(['a', [1]], ['b', [1]])],
    ['a: &x 1\nb: &x 2\nc: *x', map(['a', 1], ['b', 2], ['c', 2])],
    ['a: &x {k: 1, l: 2}\nb: {<<: *x, k: 3}', map(['a', map(['k', 1], ['l', 2])], ['b', map(['l', 2], ['k', 3])])],
    ['<<: [{k: 1}, {k: 2, l: 2}]\nm: 3', map(['k', 1], ['l', 2], ['m', 3])],
    ['"<<": 1', map(['<<', 1])],
    ['&k a: *k', map(['a', 'a'])],
    ['&k a: 1\nb: {*k : 2}', map(['a', 1], ['b', map(['a', 2])])],
    ['a: &x\nb: *x', map(['a', null], ['b', null])],
  ]
  for (const [source, expected] of cases) {
    const { tree, problems } = read(source)
    t.strictSame([plain(tree), problems], [expected, []], source)
  }
})

void test('gives every node its place', async (t) => {
  const source =
    'top: {k: "v w"}\nlist:\n  - a b # c\n  - |\n    text\nempty:\ndeep:\n\t\n  key: 1\nlong: a\n  b\nsame: &x y\nagain: *x\n'
  const { tree } = read(source)
  const found: string[] = []
  visit(tree, (place, what) => found.push(`${what} ${spot(place)}`))
  t.strictSame(found, [
    'mapping 1:1+3',
    'top 1:1+3',
    'mapping 1:6+10',
    'k 1:7+1',
    'v w 1:10+5',
    'list 2:1+4',
    'list 3:3+1',
    'a b 3:5+3',
    'text\n 4:5+1',
    'empty 6:1+5',
    ' 6:7+0',
    'deep 7:1+4',
    'mapping 9:3+3',
    'key 9:3+3',
    '1 9:8+1',
    'long 10:1+4',
    'a b 10:7+1',
    'same 12:1+4',
    'y 12:10+1',
    'again 13:1+5',
    'y 12:10+1',
  ])
})

function visit(tree: Tree | null, seen: (place: Place, what: string) => void): void {
  if (tree === null) return
  seen(tree.place, tree.kind === 'scalar' ? tree.text : tree.kind)
  if (tree.kind === 'list') for (const item of tree.items) visit(item, seen)
  if (tree.kind !== 'mapping') return
  for (const entry of tree.entries) {
    seen(entry.place, entry.key)
    visit(entry.value, seen)
  }
}

void test('counts columns as editors do', async (t) => {
  t.strictSame(read('\ufeffé: "😀"\n😀: 1\n😀: 2').problems.map(brief), ['3:1+2 duplicate-key 😀'])
})

void test('tells what is wrong, and where', async (t) => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['', ['1:1+0 missing-key']],
    ['# only a comment\n', ['1:1+0 missing-key']],
    ['---\n', ['1:1+0 missing-key']],
    ['a: 1\na: 2\nb: {c: 1, c: 2}', ['2:1+1 duplicate-key a', '3:11+1 duplicate-key b.c']],
    ['<<: {a: 1}\n<<: {b: 1}', ['2:1+2 duplicate-key <<']],
    ['a:\n\tb: 1', ['2:1+1 yaml-syntax']],
    ['a:\n  b: 1\n   c: 2', ['2:6+1 yaml-syntax']],
    ['a:\n    b: 1\n  c: 2', ['3:3+1 yaml-syntax']],
    ['a: b: c', ['1:4+1 yaml-syntax']],
    ['foo\nbar: 1', ['1:1+3 yaml-syntax']],
    ['a: "x\nb: 1\n', ['1:4+1 yaml-syntax']],
    ["a: 'x", ['1:4+1 yaml-syntax']],
    ['a: [1,\nb: 2', ['2:1+1 yaml-syntax']],
    ['a: @x', ['1:4+1 yaml-syntax']],
    ['a: "\\q"', ['1:5+1 yaml-syntax']],
    ['a: 1\n---\nb: 2', ['2:1+3 yaml-syntax']],
    ['a: !!binary aGk=\nb: !mine 1', ['1:4+8 yaml-syntax', '2:4+5 yaml-syntax']],
    ['a: *x', ['1:4+2 yaml-syntax a']],
    ['a: &x [1, *x]', ['1:11+2 yaml-syntax a[1]']],
    ['a: &x {<<: *x}', ['1:12+2 yaml-syntax a.<<', '1:12+2 wrong-type a.<<']],
    ['a: {<<: 1}', ['1:9+1 wrong-type a.<<']],
    ['a: {<<: [{b: 1}, 2, [3]]}', ['1:18+1 wrong-type a.<<', '1:21+3 wrong-type a.<<']],
    ['? [a]\n: 1\n? {b: 1}\n: 2', ['1:3+3 wrong-type', '3:3+6 wrong-type']],
    ['a: &x [1]\n*x : 2', ['2:1+2 wrong-type']],
    [': a', ['1:1+0 yaml-syntax']],
    ['a: b\rc: d', ['1:5+1 yaml-syntax']],
    ['a: \0', ['1:4+1 yaml-syntax']],
    ['a: \u001b[31m', ['1:4+1 yaml-syntax']],
  ]
  for (const [source, expected] of cases) t.strictSame(read(source).problems.map(brief), expected, source)
})

void test('leaves out what the only file resets, and obeys it over a merged key', async (t) => {
  const cases: readonly (readonly [string, unknown])[] = [
    ['a: !reset\nb: !reset {c: d}\ne: [!reset 1, 2]', map(['e', [2]])],
    [
      'a: !override 1\nb: !override\nc: !override "1"\nd: !override [x]',
      map(['a', 1], ['b', null], ['c', '1'], ['d', ['x']]),
    ],
    ['a: !override yes\nb: !override |\n  true\n', map(['a', 'yes'], ['b', 'true\n'])],
    ['x: &x {a: 1, b: 2}\ny: {<<: *x, a: !reset }', map(['x', map(['a', 1], ['b', 2])], ['y', map(['b', 2])])],
    ['x: &x !reset 1\ny: *x\nz: 1', map(['z', 1])],
  ]
  for (const [source, expected] of cases) {
    const { tree, problems } = read(source)
    t.strictSame([plain(tree), problems], [expected, []], source)
  }
})

void test('keeps the tags of a file that is put over others', async (t) => {
  const path = join(folder, 'services.override.yaml')
  writeFileSync(path, 'a: !reset\nb: !override 1\nc: &c !override [!reset x, y]\nd: *c\ne: 1')
  const { tree, problems } = readOverrideFile(path)
  t.strictSame(problems, [])
  const entries = tree?.kind === 'mapping' ? tree.entries : []
  t.strictSame(
    entries.map(({ key, value }) => [key, value.tag, plain(value)]),
    [
      ['a', 'reset', null],
      ['b', 'override', 1],
      ['c', 'override', ['x', 'y']],
      ['d', 'override', ['x', 'y']],
      ['e', undefined, 1],
    ],
  )
})

void test('a file that is put over others may be empty', async (t) => {
  const path = join(folder, 'services.override.yaml')
  writeFileSync(path, '# services:\n')
  t.match(readOverrideFile(path), { tree: { kind: 'mapping', entries: [] }, problems: [] })
})

void test('a tag in a wrong place, or of another kind, is a mistake', async (t) => {
  t.strictSame(read('!reset a: 1').problems.map(brief), ['1:8+1 yaml-syntax'])
  t.strictSame(read('a: !Reset 1\nb: !reset !override 1').problems.map(brief), [
    '1:4+6 yaml-syntax',
    '2:11+9 yaml-syntax',
  ])
  t.strictSame(read('%TAG ! tag:x,1:\n---\na: !reset 1').problems.map(brief), ['3:4+6 yaml-syntax'])
  t.equal(
    read('a: !rest 1').problems[0]?.message,
    'cannot use the tag "!rest": only "!reset" and "!override" are known here; remove it',
  )
})

void test('says where the first of two equal keys stands', async (t) => {
  t.equal(
    read('a: 1\nb:\n  c: 1\n  c: 2').problems[0]?.message,
    'the key "c" is already there at line 3, column 3; remove one of them',
  )
})

void test('goes on after a mistake that leaves a tree, and not after one that does not', async (t) => {
  t.strictSame(plain(read('a: 1\na: 2\nb: !x 3').tree), map(['a', 1], ['b', '3']))
  t.equal(read('a: [').tree, null)
})

void test('refuses bytes that are no text', async (t) => {
  const cases: readonly (readonly [Uint8Array, string])[] = [
    [Buffer.from('a: caf\u00e9', 'latin1'), '1:7+1 yaml-syntax'],
    [Buffer.from('\ufeffa: 1', 'utf16le'), '1:1+1 yaml-syntax'],
    [Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]), '1:1+1 yaml-syntax'],
    [Buffer.from([0x61, 0xed, 0xa0, 0x80]), '1:2+1 yaml-syntax'],
  ]
  for (const [bytes, expected] of cases) t.strictSame(read(bytes).problems.map(brief), [expected])
})

const LAUGHS = 'abcdefghijklmnop'.split('').map((name, index, all) => {
  const inner = index === 0 ? 'x' : `*${all[index - 1] ?? ''}`
  return `${name}: &${name} [${Array.from({ length: 9 }, () => inner).join(', ')}]\n`
})

const HOSTILE: Readonly<Record<string, string | Uint8Array>> = {
  'an alias bomb': LAUGHS.join(''),
  'a bomb of merge keys': `a: &a {${numbered(9000, (n) => `k${n}: 1`).join(', ')}}\n${numbered(9000, (n) => `m${n}: {<<: *a}`).join('\n')}`,
  'ten megabytes': Buffer.alloc(10_000_000, 'a: 1\n'),
  'lists 10,000 deep': '['.repeat(10_000) + ']'.repeat(10_000),
  'mappings 10,000 deep': '{a: '.repeat(10_000),
  'a million open brackets': '['.repeat(1_000_000),
  'block lists 100,000 deep': `${'- '.repeat(100_000)}a`,
  'complex keys 100,000 deep': `${'? '.repeat(100_000)}a`,
  'indentation 1,400 deep': numbered(1400, (n) => `${' '.repeat(n)}a:`).join('\n'),
  'a million closing brackets': ']'.repeat(1_000_000),
  'a million commas': `[${','.repeat(1_000_000)}`,
  'a million quotes': '"'.repeat(1_000_000),
  'bad escapes': `a: "${'\\q'.repeat(400_000)}"`,
  anchors: '&a '.repeat(300_000),
  tags: '!a '.repeat(300_000),
  documents: '---\n'.repeat(250_000),
  directives: '%a\n'.repeat(300_000),
  'empty items': `[${',\n'.repeat(90_000)}]`,
  'equal keys': `{${'a,'.repeat(60_000)}}`,
  zeros: Buffer.alloc(1_000_000),
  noise: Buffer.from(numbered(1_000_000, (n) => (n * 2_654_435_761) % 251)),
}

function numbered<T>(length: number, make: (n: number) => T): readonly T[] {
  return Array.from({ length }, (_, n) => make(n))
}

for (const [name, content] of Object.entries(HOSTILE))
  void test(`ends soon, with a problem: ${name}`, async (t) => {
    const before = performance.now()
    const { problems } = read(content)
    t.ok(performance.now() - before < 10_000)
    t.ok(problems.some((problem) => problem.severity === 'error'))
  })

void test('leaves nothing of a tree that is too large', async (t) => {
  const { tree, problems } = read(LAUGHS.join(''))
  t.strictSame([tree, problems.map((problem) => problem.code)], [null, ['yaml-too-large']])
})

void test('says why a file cannot be read', async (t) => {
  const pipe = join(folder, 'pipe')
  execFileSync('mkfifo', [pipe])
  const cases: readonly (readonly [string, RegExp])[] = [
    [join(folder, 'none.yaml'), /^cannot read the file: no such file; name another with "-f FILE"$/],
    [folder, /: it is a directory; /],
    [pipe, /: it is a pipe; /],
    ['/dev/null', /: it is a device; /],
    [join(folder, 'services.yaml', 'x'), /: a part of its path is not a directory; /],
    [join(folder, 'x'.repeat(300)), /: the name is too long; /],
    ['a\0b', /: ERR_INVALID_ARG_VALUE; /],
  ]
  for (const [path, message] of cases) {
    const { tree, problems, source } = readConfigFile(path)
    t.strictSame([tree, source, problems.map(brief)], [null, '', ['1:1+0 file-unreadable']], path)
    t.match(problems[0]?.message, message)
  }
})

void test(
  'says so when the file is not for this user',
  { skip: process.getuid?.() === 0 && 'root reads all' },
  async (t) => {
    const path = join(folder, 'secret.yaml')
    writeFileSync(path, 'a: 1')
    chmodSync(path, 0)
    t.match(readConfigFile(path).problems[0]?.message, /: permission denied; /)
  },
)

void test('never throws, and every place lies inside of the source', async () => {
  const piece = constantFrom(
    ...'abé😀:-?,[]{}&*!|>%@`#"\'\\ \t\n\r0~<'.split(''),
    '\n  ',
    ': ',
    '- ',
    '<<: ',
    '&a ',
    '*a',
    'a: ',
    '\r\n',
  )
  assert(
    property(array(piece, { maxLength: 60 }), (pieces) => {
      const { tree, problems, source } = read(pieces.join(''))
      const lines = source.split(/\r?\n/)
      const check = ({ line, column, length }: Place): void => {
        const text = lines[line - 1]
        if (text === undefined || column < 1 || length < 0 || column - 1 + length > text.length)
          throw new Error(`outside: ${line}:${column}+${length} of ${JSON.stringify(source)}`)
      }
      visit(tree, check)
      for (const problem of problems) check(problem.place)
      if (tree === null && problems.length === 0) throw new Error('neither a tree nor a problem')
    }),
    { numRuns: 3000 },
  )
})
