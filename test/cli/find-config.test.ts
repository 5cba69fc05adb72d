import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { findConfig, type FoundConfig } from '../../src/cli/find-config.ts'

const NOTHING = new Map<string, string>()
const NAMED = new Map([['PIDONE_CONFIG', '/etc/named.yaml']])

interface Asking {
  readonly asked?: readonly string[]
  readonly environment?: ReadonlyMap<string, string>
  readonly mode?: 'init' | 'up'
  readonly there?: readonly string[]
}

function find({ asked = [], environment = NOTHING, mode = 'init', there = [] }: Asking): FoundConfig {
  return findConfig({ asked, environment, mode }, (path) => there.includes(path))
}

void test('takes the files that are asked for, whether they are there or not', async (t) => {
  t.strictSame(find({ asked: ['a.yaml'], environment: NAMED }), { kind: 'found', paths: ['a.yaml'] })
  t.strictSame(find({ asked: ['a:1.yaml', '../b'] }), { kind: 'found', paths: ['a:1.yaml', '../b'] })
})

void test('takes those of the environment next, separated as in PATH', async (t) => {
  const found = { kind: 'found', paths: ['/etc/named.yaml'] }
  t.strictSame(find({ environment: NAMED, mode: 'up', there: ['services.yaml', '/etc/named.override.yaml'] }), found)
  const environment = new Map([['PIDONE_CONFIG', ':a.yaml::/b.yaml:']])
  t.strictSame(find({ environment }), { kind: 'found', paths: ['a.yaml', '/b.yaml'] })
})

void test('calls one file by one name', async (t) => {
  const asked = ['a.yaml', './b/../a.yaml', 'b.yaml', `${process.cwd()}/a.yaml`]
  t.strictSame(find({ asked }), { kind: 'found', paths: ['a.yaml', 'a.yaml', 'b.yaml', 'a.yaml'] })
})

void test('looks in the usual places, in order', async (t) => {
  const places = ['services.yaml', 'services.yml', '/etc/pidone/services.yaml']
  for (const [index, path] of places.entries()) {
    t.strictSame(find({ there: places.slice(index) }), { kind: 'found', paths: [path] })
  }
})

void test('under up looks beside a file that was found for one to put over it', async (t) => {
  const cases: readonly (readonly [readonly string[], readonly string[]])[] = [
    [
      ['services.yaml', 'services.override.yaml', 'services.override.yml'],
      ['services.yaml', 'services.override.yaml'],
    ],
    [
      ['services.yml', 'services.override.yml'],
      ['services.yml', 'services.override.yml'],
    ],
    [['services.yaml', '/etc/pidone/services.override.yaml'], ['services.yaml']],
    [
      ['/etc/pidone/services.yaml', '/etc/pidone/services.override.yaml', 'services.override.yaml'],
      ['/etc/pidone/services.yaml', '/etc/pidone/services.override.yaml'],
    ],
  ]
  for (const [there, paths] of cases) {
    t.strictSame(find({ mode: 'up', there }), { kind: 'found', paths })
    t.strictSame(find({ mode: 'init', there }), { kind: 'found', paths: paths.slice(0, 1) })
    t.strictSame(find({ mode: 'up', there, asked: ['services.yaml'] }), { kind: 'found', paths: ['services.yaml'] })
  }
})

void test('an empty variable names nothing', async (t) => {
  for (const value of ['', ':']) {
    const found = find({ environment: new Map([['PIDONE_CONFIG', value]]), there: ['services.yml'] })
    t.strictSame(found, { kind: 'found', paths: ['services.yml'] })
  }
})

void test('names all places when there is nothing', async (t) => {
  t.strictSame(find({ mode: 'up', there: ['services.override.yaml'] }), {
    kind: 'none',
    message:
      'cannot find a configuration: "-f" not given, "$PIDONE_CONFIG" not set, and none of "services.yaml", ' +
      '"services.yml", "/etc/pidone/services.yaml" exists; write one, or name it with "-f FILE"',
  })
})

void test('does not pass over a link that leads nowhere', async (t) => {
  const folder = t.testdir({ 'services.yml': '' })
  symlinkSync('nowhere', join(folder, 'services.yaml'))
  const before = process.cwd()
  t.teardown(() => process.chdir(before))
  process.chdir(folder)
  t.strictSame(findConfig({ asked: [], environment: NOTHING, mode: 'init' }), {
    kind: 'found',
    paths: ['services.yaml'],
  })
})
