import t from 'tap'
import { readConfig } from '../../../src/core/config/read-config.ts'
import { treeOf } from './tree-of.ts'
import { worldOf } from './world-of.ts'

function read(control: string): ReturnType<typeof readConfig> {
  return readConfig(treeOf(`control: ${control}\nservices: {web: {command: web}}`), worldOf())
}

function told(control: string): readonly string[] {
  return read(control).problems.map(
    ({ code, place, path, message }) => `${code} ${place.line}:${place.column} ${path}: ${message}`,
  )
}

void t.test('users and groups are given by name or number', async (test) => {
  const allow = read('{allow: {app: read, "70": admin, 1234: read, "@adm": read, "@27": admin}}').config?.controlAllow
  test.strictSame(
    [...(allow?.users ?? [])],
    [
      [1000, 'read'],
      [70, 'admin'],
      [1234, 'read'],
    ],
  )
  test.strictSame(
    [...(allow?.groups ?? [])],
    [
      [4, 'read'],
      [27, 'admin'],
    ],
  )
  for (const none of ['{}', '{allow: {}}']) {
    test.strictSame(read(none).config?.controlAllow, { users: new Map(), groups: new Map() }, none)
  }
})

void t.test('who is not there, there twice or may all anyway is told at its place', async (test) => {
  test.strictSame(
    told('{allow: {deamon: read, "@amd": read, zz: read, app: read, 1000: admin, root: read, 99999999999: read}}'),
    [
      'unknown-user 1:19 control.allow.deamon: no user "deamon" in /etc/passwd; did you mean "daemon"?',
      'unknown-user 1:33 control.allow.@amd: no group "amd" in /etc/group; did you mean "adm"?',
      'unknown-user 1:47 control.allow.zz: no user "zz" in /etc/passwd; create it in the image, or give a number',
      'duplicate-key 1:68 control.allow.1000: "1000" is there twice, as 1000',
      'bad-value 1:81 control.allow.root: root may ask everything anyway; leave it out',
      'bad-value 1:93 control.allow.99999999999: the id "99999999999" is over 4294967294',
    ],
  )
})

void t.test('anything else is refused in words', async (test) => {
  test.strictSame(told('{allow: {app: write, "a b": read, "@": read}}'), [
    'bad-value 1:24 control.allow.app: expected "read" or "admin", found "write"',
    'bad-value 1:31 control.allow.a b: "a b" is not a user such as "daemon" or "1000", or a group such as "@adm"',
    'bad-value 1:44 control.allow.@: "@" is not a user such as "daemon" or "1000", or a group such as "@adm"',
  ])
  test.strictSame(told('{allow: [app]}'), ['wrong-type 1:18 control.allow: expected a mapping, found a list'])
})
