import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type Test } from 'tap'
import { hasHandler } from '../../../src/system/command-error/binfmt.ts'
import { tempFolder } from '../checks/ask.ts'

/** As the kernel tells of it; for programs of ELF with 64 bits for arm64. */
const ARM =
  'interpreter /usr/bin/qemu-aarch64\nflags: F\noffset 0\n' +
  'magic 7f454c460201010000000000000000000200b700\nmask ffffffffffffff00fffffffffffffffffeffffff\n'
const JAR = 'interpreter /usr/bin/jexec\nflags: \nextension .jar\n'
const LATE = 'interpreter /usr/bin/late\nflags: \noffset 2\nmagic 6162\n'

/** Its byte for the system, the eighth, is another one than the handler's, and it is of another type. */
const ARM_PROGRAM = Buffer.from('7f454c460201010300000000000000000300b700', 'hex')
const X86_PROGRAM = Buffer.from('7f454c4602010100000000000000000002003e00', 'hex')

const CASES: readonly (readonly [string, Record<string, string>, string, Buffer, boolean])[] = [
  ['a program that a handler knows', { arm: `enabled\n${ARM}` }, '/srv/app', ARM_PROGRAM, true],
  ['a program that none knows', { arm: `enabled\n${ARM}` }, '/srv/app', X86_PROGRAM, false],
  ['a file that is too short', { arm: `enabled\n${ARM}` }, '/srv/app', ARM_PROGRAM.subarray(0, 10), false],
  ['a handler that is disabled', { arm: `disabled\n${ARM}` }, '/srv/app', ARM_PROGRAM, false],
  ['all of them disabled', { status: 'disabled\n', arm: `enabled\n${ARM}` }, '/srv/app', ARM_PROGRAM, false],
  ['the last of several', { arm: `enabled\n${ARM}`, jar: `enabled\n${JAR}` }, '/srv/a.jar', Buffer.from('PK'), true],
  ['another extension', { jar: `enabled\n${JAR}` }, '/srv/jar', Buffer.from('PK'), false],
  ['magic that is not at the beginning', { late: `enabled\n${LATE}` }, '/srv/app', Buffer.from('xxab'), true],
  ['no handlers', {}, '/srv/app', ARM_PROGRAM, false],
]

for (const [name, files, path, head, expected] of CASES) {
  void test(name, (t) => {
    t.equal(hasHandler({ path, head }, handlers(t, files)), expected)
    t.end()
  })
}

void test('where nothing is to be read of them, there are none', (t) => {
  t.equal(hasHandler({ path: '/srv/app', head: ARM_PROGRAM }, '/nonexistent'), false)
  t.end()
})

function handlers(t: Test, files: Readonly<Record<string, string>>): string {
  const folder = join(tempFolder(t), 'binfmt_misc')
  mkdirSync(folder)
  const all = { register: '', status: 'enabled\n', ...files }
  for (const [name, text] of Object.entries(all)) writeFileSync(join(folder, name), text)
  return folder
}
