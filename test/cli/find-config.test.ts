import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { findConfig } from '../../src/cli/find-config.ts'

const NOTHING = new Map<string, string>()
const NAMED = new Map([['PIDONE_CONFIG', '/etc/named.yaml']])

void test('takes the file that is asked for, whether it is there or not', async (t) => {
  t.strictSame(
    findConfig('a.yaml', NAMED, () => false),
    { kind: 'found', path: 'a.yaml' },
  )
})

void test('takes the file of the environment next', async (t) => {
  t.strictSame(
    findConfig(null, NAMED, () => true),
    { kind: 'found', path: '/etc/named.yaml' },
  )
})

void test('looks in the usual places, in order', async (t) => {
  const places = ['services.yaml', 'services.yml', '/etc/pidone/services.yaml']
  for (const [index, path] of places.entries()) {
    const there = new Set(places.slice(index))
    t.strictSame(
      findConfig(null, NOTHING, (place) => there.has(place)),
      { kind: 'found', path },
    )
  }
})

void test('an empty variable names nothing', async (t) => {
  const found = findConfig(null, new Map([['PIDONE_CONFIG', '']]), (path) => path === 'services.yml')
  t.strictSame(found, { kind: 'found', path: 'services.yml' })
})

void test('names all places when there is nothing', async (t) => {
  t.strictSame(
    findConfig(null, NOTHING, () => false),
    {
      kind: 'none',
      message:
        'cannot find a configuration: "-f" not given, "$PIDONE_CONFIG" not set, and none of "services.yaml", ' +
        '"services.yml", "/etc/pidone/services.yaml" exists; write one, or name it with "-f FILE"',
    },
  )
})

void test('does not pass over a link that leads nowhere', async (t) => {
  const folder = t.testdir({ 'services.yml': '' })
  symlinkSync('nowhere', join(folder, 'services.yaml'))
  const before = process.cwd()
  t.teardown(() => process.chdir(before))
  process.chdir(folder)
  t.strictSame(findConfig(null, NOTHING), { kind: 'found', path: 'services.yaml' })
})
