import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type Test } from 'tap'
import { findSetpriv } from '../../src/system/setpriv.ts'
import { tempFolder } from './checks/ask.ts'

void test("Busybox's setpriv is passed over, and util-linux's is taken", (t) => {
  const { busybox, utilLinux, empty } = folders(t)
  t.equal(findSetpriv([empty, busybox, utilLinux]), `${utilLinux}/setpriv`)
  t.end()
})

void test('without that of util-linux the user cannot be switched', (t) => {
  const { busybox, empty } = folders(t)
  t.throws(() => findSetpriv([empty, busybox]), {
    message: `cannot switch the user: "${busybox}/setpriv" is Busybox's, which cannot; install util-linux`,
  })
  t.throws(() => findSetpriv([empty, '/nonexistent']), {
    message: `cannot switch the user: no "setpriv" in ${empty}, /nonexistent; install util-linux`,
  })
  t.end()
})

function folders(t: Test): { readonly busybox: string; readonly utilLinux: string; readonly empty: string } {
  const root = tempFolder(t)
  const [busybox, utilLinux, empty] = ['busybox', 'util-linux', 'empty'].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ]
  for (const folder of [busybox, utilLinux, empty]) mkdirSync(folder)
  for (const file of [join(busybox, 'busybox'), join(utilLinux, 'setpriv')]) {
    writeFileSync(file, '#!/bin/sh\n')
    chmodSync(file, 0o755)
  }
  symlinkSync(join(busybox, 'busybox'), join(busybox, 'setpriv'))
  return { busybox, utilLinux, empty }
}
