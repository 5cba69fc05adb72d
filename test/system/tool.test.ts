import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type Test } from 'tap'
import { findTool, hasTool, type Tool } from '../../src/system/tool.ts'
import { tempFolder } from './checks/ask.ts'

void test("Busybox's setpriv is passed over, and util-linux's is taken", (t) => {
  const { busybox, utilLinux, empty } = folders(t)
  t.same(find([empty, busybox, utilLinux]), { path: `${utilLinux}/setpriv`, isBusybox: false })
  t.end()
})

void test("Busybox's nice is as good as another", (t) => {
  const { busybox } = folders(t)
  symlinkSync(join(busybox, 'busybox'), join(busybox, 'nice'))
  t.same(findTool('nice', 'be nice', [busybox]), { path: `${busybox}/nice`, isBusybox: true })
  t.end()
})

void test('without that of util-linux the user cannot be switched', (t) => {
  const { busybox, empty } = folders(t)
  t.throws(() => find([empty, busybox]), {
    message: `cannot switch the user: "${busybox}/setpriv" is Busybox's, which cannot; install util-linux (on Alpine: setpriv)`,
  })
  t.throws(() => find([empty, '/nonexistent']), {
    message: `cannot switch the user: no "setpriv" in ${empty}, /nonexistent; install util-linux (on Alpine: setpriv)`,
  })
  t.end()
})

void test('what can be found is there, and a folder is no program', (t) => {
  const { busybox, utilLinux, empty } = folders(t)
  mkdirSync(join(empty, 'setpriv'))
  t.same(
    [[utilLinux], [busybox], [empty], [empty, busybox, utilLinux]].map((places) => hasTool('setpriv', places)),
    [true, false, false, true],
  )
  t.throws(() => find([empty]), /no "setpriv" in/)
  t.end()
})

function find(places: readonly string[]): Tool {
  return findTool('setpriv', 'switch the user', places)
}

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
