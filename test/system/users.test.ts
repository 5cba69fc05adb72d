import { test } from 'tap'
import { openUsers, readGroupsOf } from '../../src/system/users.ts'

const PASSWD = `root:x:0:0:root:/root:/bin/sh
# nobody:x:1:1::/:/bin/sh

+nis:x:2:2::/:/bin/sh
postgres:x:70:71:a:/var/lib/postgresql:/bin/sh\r
short:x:5
odd:x:five:5::/:/bin/sh
huge:x:4294967295:1::/:/bin/sh
1000:x:2000:2001::/home/number:/bin/sh
homeless:x:1000:1000:::
postgres:x:99:99::/second:/bin/sh
café:x:3000:3000::/home/café:/bin/sh`

const GROUP = `root:x:0:
wheel:x:10:root,postgres
short
50:x:51:
wheel:x:11:`

void test('finds users by name and by number', async (t) => {
  const { findUser } = openUsers(t.testdir({ passwd: PASSWD, group: GROUP }))
  const postgres = { uid: 70, gid: 71, name: 'postgres', home: '/var/lib/postgresql' }
  const named = { uid: 2000, gid: 2001, name: '1000', home: '/home/number' }
  const cases: readonly (readonly [string, ReturnType<typeof findUser>])[] = [
    ['root', { uid: 0, gid: 0, name: 'root', home: '/root' }],
    ['0', { uid: 0, gid: 0, name: 'root', home: '/root' }],
    ['postgres', postgres],
    ['70', postgres],
    ['1000', named],
    ['homeless', { uid: 1000, gid: 1000, name: 'homeless', home: '/' }],
    ['café', { uid: 3000, gid: 3000, name: 'café', home: '/home/café' }],
    ['4242', { uid: 4242, gid: 0, name: null, home: null }],
    ['4294967294', { uid: 4_294_967_294, gid: 0, name: null, home: null }],
  ]
  for (const [name, expected] of cases) t.strictSame(findUser(name), expected, name)
  for (const name of ['', 'none', 'short', 'odd', 'huge', 'nis', '+nis', '#', '-1', '4294967295', '1e3', '0x1', '1.5'])
    t.equal(findUser(name), null, name)
})

void test('finds groups by name and by number', async (t) => {
  const { findGroup } = openUsers(t.testdir({ group: GROUP }))
  const cases: readonly (readonly [string, number | null])[] = [
    ['root', 0],
    ['wheel', 10],
    ['50', 51],
    ['4242', 4242],
    ['short', null],
    ['none', null],
    ['', null],
    ['-1', null],
    ['4294967295', null],
  ]
  for (const [name, expected] of cases) t.equal(findGroup(name), expected, name)
})

void test('knows numbers only where there are no such files', async (t) => {
  const { findUser, findGroup } = openUsers(t.testdir({ passwd: {} }))
  t.strictSame([findUser('root'), findUser('0')], [null, { uid: 0, gid: 0, name: null, home: null }])
  t.strictSame([findGroup('root'), findGroup('0')], [null, 0])
})

void test('reads this machine', async (t) => {
  t.match(openUsers().findUser('root'), { uid: 0, gid: 0 })
})

void test('finds the groups that a user is put into, without comments and faulty lines', (t) => {
  const text =
    '#staff:x:1:app\nwheel:x:10:root,app\r\nodd:x:ten:app\nempty:x:11:\nother:x:12:apps\n+nis:x:13:app\nlast:x:14:app'
  const folder = t.testdir({ group: text })
  t.strictSame(readGroupsOf('app', folder), [10, 14])
  t.strictSame(readGroupsOf('app', '/nonexistent'), [])
  t.end()
})
