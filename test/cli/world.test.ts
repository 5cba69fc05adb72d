import { chmodSync, existsSync } from 'node:fs'
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
  t.strictSame(world.readText('latin'), { kind: 'text', text: '\udce9' })
  t.strictSame(world.readText('large'), { kind: 'error', why: 'it is larger than 1024 KiB' })
})

void test('names a project at the root', async (t) => {
  t.equal(createWorld('init', '/services.yaml', new Map()).projectName, 'pidone')
})

void test('finds the programs that commands are confined with, whatever PATH says', async (t) => {
  t.equal(createWorld('init', 'x', new Map([['PATH', '/nonexistent']])).hasTool('nice'), true)
  const folder = t.testdir({ choom: '' })
  chmodSync(join(folder, 'choom'), 0o755)
  const { hasTool } = createWorld('init', 'x', new Map([['PATH', folder]]))
  t.equal(hasTool('choom'), existsSync('/usr/bin/choom') || existsSync('/bin/choom'))
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
