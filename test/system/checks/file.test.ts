import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { ask, tempFolder } from './ask.ts'

void test('a file passes from the moment it exists', async (t) => {
  const folder = tempFolder(t)
  const path = join(folder, 'ready')
  const spawnedAtEpochMs = Date.now()
  t.same(await ask({ kind: 'file', path }, { spawnedAtEpochMs }), {
    kind: 'failed',
    why: `file "${path}": does not exist`,
  })
  writeFileSync(path, '')
  t.same(await ask({ kind: 'file', path }, { spawnedAtEpochMs }), { kind: 'passed' })
  t.same(await ask({ kind: 'file', path: 'ready' }, { spawnedAtEpochMs, workingDir: folder }), { kind: 'passed' })
})

void test('a file written right after the spawn passes, although the stamp is that of the last tick', async (t) => {
  const path = join(tempFolder(t), 'ready')
  for (let round = 0; round < 200; round++) {
    const spawnedAtEpochMs = Date.now()
    writeFileSync(path, '')
    t.same(await ask({ kind: 'file', path }, { spawnedAtEpochMs }), { kind: 'passed' })
  }
})

/** Modification times and spawn times, ms; the third says whether the file counts as written by the run. */
const TIMES: readonly (readonly [number, number, boolean])[] = [
  [1_700_000_005_123, 1_700_000_005_123, true],
  [1_700_000_005_114, 1_700_000_005_123, true],
  [1_700_000_005_112, 1_700_000_005_123, false],
  [1_700_000_004_123, 1_700_000_005_123, false],
  [1_700_000_005_000, 1_700_000_005_999, true],
  [1_700_000_004_000, 1_700_000_005_999, false],
  [1_700_000_004_000, 1_700_000_005_005, true],
]

for (const [mtimeMs, spawnedAtEpochMs, isNew] of TIMES) {
  void test(`a file of ${mtimeMs} for a run of ${spawnedAtEpochMs}`, async (t) => {
    const path = join(tempFolder(t), 'ready')
    writeFileSync(path, '')
    utimesSync(path, mtimeMs / 1000, mtimeMs / 1000)
    t.same(
      await ask({ kind: 'file', path }, { spawnedAtEpochMs }),
      isNew ? { kind: 'passed' } : { kind: 'failed', why: `file "${path}": is older than this run` },
    )
  })
}

void test('folders count, links are followed, other refusals are named', async (t) => {
  const folder = tempFolder(t)
  t.same(await ask({ kind: 'file', path: folder }), { kind: 'passed' })
  symlinkSync('nowhere', join(folder, 'link'))
  t.same(await ask({ kind: 'file', path: join(folder, 'link') }), {
    kind: 'failed',
    why: `file "${join(folder, 'link')}": does not exist`,
  })
  mkdirSync(join(folder, 'nowhere'))
  t.same(await ask({ kind: 'file', path: join(folder, 'link') }), { kind: 'passed' })
  writeFileSync(join(folder, 'plain'), '')
  t.same(await ask({ kind: 'file', path: join(folder, 'plain/x') }), {
    kind: 'failed',
    why: `file "${join(folder, 'plain/x')}": ENOTDIR`,
  })
  t.match(await ask({ kind: 'file', path: 'a\0b' }), { kind: 'failed', why: /ERR_INVALID_ARG_VALUE$/ })
})
