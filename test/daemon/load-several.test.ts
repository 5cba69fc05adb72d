import { test, type Test } from 'tap'
import type { World } from '../../src/core/config/world.ts'
import type { LoadedConfig } from '../../src/daemon/load-config.ts'
import { loadSeveral } from '../../src/daemon/load-several.ts'
import { ALL_POWERS } from '../core/config/world-of.ts'
import { readOverrideFile } from '../../src/system/config-file.ts'

const WORLD: World = {
  mode: 'up',
  projectName: 'shop',
  environment: new Map([['NAME', 'value']]),
  readText: () => ({ kind: 'error', why: 'no such file' }),
  besideFile: (relative) => relative,
  absolutePath: (relative) => relative,
  findUser: () => null,
  findGroup: () => null,
  userNames: () => [],
  groupNames: () => [],
  currentUid: 0,
  currentGid: 0,
  hasTool: () => true,
  profiles: new Set(),
  cgroupRefusal: () => null,
  powers: () => ALL_POWERS,
  scheduleRefusal: () => null,
}

type Files = Readonly<Record<string, string>>

/** Loads files in their order; one whose text is `missing` is not there. */
function load(t: Test, files: Files, more: Partial<Parameters<typeof loadSeveral>[0]> = {}): LoadedConfig {
  const folder = t.testdir(Object.fromEntries(Object.entries(files).filter(([, text]) => text !== 'missing')))
  const paths = Object.keys(files).map((name) => `${folder}/${name}`)
  return loadSeveral({ paths, read: readOverrideFile, ...more }, WORLD)
}

function told({ problems }: LoadedConfig): readonly string[] {
  return problems.map(({ code, place }) => `${place.file.replace(/^.*\//u, '')}:${place.line}:${place.column} ${code}`)
}

void test('files are one when they are checked, and variables are filled in after that', async (t) => {
  const loaded = load(t, {
    'b.yaml': 'services:\n  web:\n    user: ${NONE:?}\n    environment: {A: "${NAME}", B: $NAME}\n',
    'a.yaml': 'services:\n  web:\n    user: !reset\n    command: echo ${NAME}\n    environment: {B: b}\n',
  })
  t.strictSame(told(loaded), [])
  const web = loaded.config?.services.get('web')
  t.strictSame(
    [web?.argv, web?.environment],
    [
      ['echo', 'value'],
      new Map([
        ['A', 'value'],
        ['B', 'b'],
      ]),
    ],
  )
})

void test('mistakes are told in the order of the files, each in its own', async (t) => {
  const loaded = load(t, {
    'z.yaml': 'services:\n  web:\n    comand: x\n    depends_on: [dbb]\n    environment: [A=$NAME]\n',
    'y.yaml': 'services:\n  web: {command: y, environment: {B: "${NAME"}}\n  web: {}\n',
    'x.yaml': 'services:\n\n\n\n  db: {command: "${NONE}", ready: {tcp: 0}}\n',
  })
  t.strictSame(told(loaded), [
    'z.yaml:3:5 unknown-key',
    'z.yaml:4:18 unknown-service',
    'z.yaml:5:21 bad-interpolation',
    'y.yaml:2:38 bad-interpolation',
    'y.yaml:3:3 duplicate-key',
    'x.yaml:5:17 bad-value',
    'x.yaml:5:18 unset-variable',
    'x.yaml:5:41 bad-value',
  ])
  t.strictSame(
    [...loaded.sources].map(([path, text]) => [path.at(-6), text.at(-2)]),
    [
      ['z', ']'],
      ['y', '}'],
      ['x', '}'],
    ],
  )
  t.equal(loaded.config, null)
})

void test('the same file twice is the same file', async (t) => {
  const folder = t.testdir({
    'a.yaml': 'services:\n  web: {command: x, comand: y, post_start: [{command: z}]}\n  web: {}\n',
  })
  const path = `${folder}/a.yaml`
  const loaded = loadSeveral({ paths: [path, path], read: readOverrideFile }, WORLD)
  t.strictSame(told(loaded), ['a.yaml:2:21 unknown-key', 'a.yaml:3:3 duplicate-key'])
})

void test('a file that cannot be read keeps the others from nothing, but is not held against them', async (t) => {
  const loaded = load(t, {
    'a.yaml': 'services:\n  web: {user: 1, depends_on: [db], creates: /x, comand: x}\n',
    'b.yaml': 'missing',
    'c.yaml': 'services: [',
    'd.yaml': 'services:\n  app: {command: x, ready: {tcp: 0}}\n',
  })
  t.strictSame(told(loaded), [
    'a.yaml:2:49 unknown-key',
    'b.yaml:1:1 file-unreadable',
    'c.yaml:1:12 yaml-syntax',
    'd.yaml:2:34 bad-value',
  ])
  t.equal(loaded.config, null)
  t.strictSame(told(load(t, { 'a.yaml': 'missing', 'b.yaml': 'missing' })), [
    'a.yaml:1:1 file-unreadable',
    'b.yaml:1:1 file-unreadable',
  ])
})

void test('what is still missing in all of them is told', async (t) => {
  t.strictSame(told(load(t, { 'a.yaml': 'name: x\n', 'b.yaml': '' })), ['a.yaml:1:1 missing-key'])
  t.strictSame(told(load(t, { 'a.yaml': '', 'b.yaml': 'services: {web: {}}' })), ['b.yaml:1:12 missing-key'])
})

void test('profiles are chosen by what stands in all files', async (t) => {
  const files = { 'a.yaml': 'services: {web: {command: x}}', 'b.yaml': 'services: {web: {profiles: [own]}}' }
  t.equal(load(t, files).config?.services.get('web')?.enabled, false)
  let keys: readonly string[] = []
  const { config } = load(t, files, {
    profilesIn: (tree) => {
      keys = tree.kind === 'mapping' ? tree.entries.map(({ key }) => key) : []
      return ['own']
    },
  })
  t.strictSame([config?.services.get('web')?.enabled, keys], [true, ['services']])
})
