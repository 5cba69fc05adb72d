import t from 'tap'
import type { Access } from '../../../src/core/config/model.ts'
import { admit, type Peer } from '../../../src/core/control/access.ts'

const RIGHTS = {
  uid: 500,
  allow: {
    users: new Map<number, Access>([
      [1000, 'read'],
      [1001, 'admin'],
    ]),
    groups: new Map<number, Access>([
      [4, 'read'],
      [27, 'admin'],
    ]),
  },
  nameOf: (uid: number) => (uid === 1002 ? 'eve "x"' : null),
}

const peer = (uid: number, ...gids: readonly number[]): Peer => ({ uid, groups: () => gids })

void t.test('root and the supervisor’s own user may all, whatever stands in the file', async (test) => {
  test.strictSame(admit(peer(0), RIGHTS), { uid: 0, name: 'root', access: 'admin', isOwn: true })
  test.strictSame(admit(peer(500), { ...RIGHTS, nameOf: () => 'app' }), {
    uid: 500,
    name: 'app',
    access: 'admin',
    isOwn: true,
  })
})

function may(who: Peer): unknown {
  const admitted = admit(who, RIGHTS)
  return 'access' in admitted && !admitted.isOwn ? admitted.access : admitted
}

void t.test('others may what stands there for them, else the most that one of their groups may', async (test) => {
  test.strictSame(
    [peer(1000), peer(1001), peer(1000, 27), peer(2000, 4), peer(2000, 7, 4, 27), peer(2000, 27, 4)].map(may),
    ['read', 'admin', 'read', 'read', 'admin', 'admin'],
  )
})

void t.test('nobody else may anything, and is told who could let him in', async (test) => {
  test.strictSame(admit(peer(1002, 1002), RIGHTS), {
    status: 403,
    message:
      'cannot ask this supervisor: user "eve \\"x\\"" (uid 1002) may not; ask as root, or let it by "control: {allow: {eve "x": read}}" in the services file',
  })
  test.match(admit(peer(27, 1000), RIGHTS), { status: 403, message: /: uid 27 may not; .*\{27: read\}/u })
})

function groups(): never {
  throw new Error('asked')
}

void t.test('the groups are asked for only when some group may something', async (test) => {
  const { allow } = RIGHTS
  test.match(admit({ uid: 7, groups }, { ...RIGHTS, allow: { ...allow, groups: new Map() } }), { status: 403 })
  test.match(admit({ uid: 1000, groups }, RIGHTS), { access: 'read' })
})
