import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { createWorld } from '../../src/cli/world.ts'

void test('reads text files beside the configuration, and says why not', async (t) => {
  const folder = t.testdir({ shop: { 'a.env': 'A=é', latin: Buffer.from([0xe9]), large: 'x'.repeat(1024 * 1024 + 1) } })
  const world = createWorld('up', join(folder, 'shop', 'services.yaml'), new Map())
  t.strictSame([world.mode, world.projectName], ['up', 'shop'])
  t.strictSame(world.readText('a.env'), { kind: 'text', text: 'A=é' })
  t.strictSame(world.readText(join(folder, 'shop', 'a.env')), { kind: 'text', text: 'A=é' })
  t.strictSame(world.readText('none'), { kind: 'missing', why: 'no such file' })
  t.strictSame(world.readText('.'), { kind: 'error', why: 'it is a directory' })
  t.strictSame(world.readText('latin'), { kind: 'error', why: 'it is not UTF-8 text' })
  t.strictSame(world.readText('large'), { kind: 'error', why: 'it is larger than 1024 KiB' })
})

void test('names a project at the root', async (t) => {
  t.equal(createWorld('init', '/services.yaml', new Map()).projectName, 'pidone')
})

void test('finds programs in PATH, or where a container has them', async (t) => {
  const folder = t.testdir({ program: '', bin: { folder: {} } })
  const world = createWorld('init', 'x', new Map([['PATH', `${folder}:${join(folder, 'bin')}:/usr/bin:/bin`]]))
  t.strictSame(['sh', 'program', 'folder', 'none'].map(world.hasTool), [true, false, false, false])
  t.equal(createWorld('init', 'x', new Map()).hasTool('sh'), true)
})

void test("takes Busybox's tools only where they can do what is asked", async (t) => {
  const folder = t.testdir({
    busybox: '',
    nice: t.fixture('symlink', 'busybox'),
    choom: t.fixture('symlink', 'busybox'),
  })
  chmodSync(join(folder, 'busybox'), 0o755)
  const world = createWorld('init', 'x', new Map([['PATH', folder]]))
  t.strictSame(['nice', 'choom', 'prlimit'].map(world.hasTool), [true, false, false])
})

void test('looks at what the supervisor may do', async (t) => {
  const { powers } = createWorld('init', 'x', new Map())
  const { capabilities, boundingSet } = powers()
  t.equal(powers(), powers())
  t.strictSame(
    [...capabilities].filter((name) => !boundingSet.has(name)),
    [],
  )
})
