import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'tap'
import { readRegularFile } from '../../src/system/read-file.ts'

const MAX_BYTES = 64 * 1024

for (const path of ['/proc/sys/fs/nr_open', '/proc/self/uid_map', '/etc/passwd']) {
  void test(`${path} is read whole`, async (t) => {
    t.strictSame(readRegularFile(path, MAX_BYTES), { kind: 'bytes', bytes: readFileSync(path) })
  })
}

void test('a file may have just the size that is allowed', async (t) => {
  const path = join(t.testdir({}), 'file')
  for (const size of [0, MAX_BYTES]) {
    writeFileSync(path, Buffer.alloc(size, 'x'))
    t.strictSame(readRegularFile(path, MAX_BYTES), { kind: 'bytes', bytes: Buffer.alloc(size, 'x') })
  }
  writeFileSync(path, Buffer.alloc(MAX_BYTES + 1, 'x'))
  t.strictSame(readRegularFile(path, MAX_BYTES), { kind: 'too-large', why: 'it is larger than 64 KiB' })
})
