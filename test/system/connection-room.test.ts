import t from 'tap'
import type { Asker } from '../../src/core/control/access.ts'
import { createConnectionRoom, type ConnectionRoom } from '../../src/system/connection-room.ts'
import { ROOT_ASKS } from '../core/control/askers.ts'

const asker = (uid: number): Asker => ({ uid, name: null, access: 'read', isOwn: false })

const numbers = (count: number, from = 0): readonly number[] =>
  Array.from({ length: count }, (_, index) => from + index)

/** Enters so many of one user, each named by its number. */
function fill(room: ConnectionRoom<number>, names: readonly number[], who: Asker): readonly unknown[] {
  return names.map((name) => room.enter(name, who))
}

const IN = { evicted: null }

void t.test('the oldest idle connection makes room, and those who have asked stay', async (test) => {
  const room = createConnectionRoom<number>()
  test.strictSame(
    fill(room, numbers(128), ROOT_ASKS),
    numbers(128).map(() => IN),
  )
  room.heard(0)
  test.strictSame(room.enter(128, ROOT_ASKS), { evicted: 1 })
  test.strictSame(room.enter(129, ROOT_ASKS), { evicted: 2 })
  room.leave(5)
  test.strictSame(room.enter(130, ROOT_ASKS), IN)
})

void t.test('more than 64 requests of our own are not heard, and may be asked to leave', async (test) => {
  const room = createConnectionRoom<number>()
  fill(room, numbers(128), ROOT_ASKS)
  test.ok(numbers(64).every((name) => room.heard(name)))
  test.notOk(room.heard(64))
  room.leave(3)
  test.ok(room.heard(65))
  test.strictSame(room.enter(200, ROOT_ASKS), IN)
  test.strictSame(room.enter(201, ROOT_ASKS), { evicted: 64 })
})

void t.test('another user has 16 of his own, and takes none of anybody else’s', async (test) => {
  const room = createConnectionRoom<number>()
  fill(room, numbers(16), asker(1000))
  test.strictSame(room.enter(16, asker(1000)), { evicted: 0 })
  for (const name of numbers(16, 1)) room.heard(name)
  test.equal(room.enter(17, asker(1000)), 'full')
  test.strictSame([room.enter(18, asker(1001)), room.enter(19, ROOT_ASKS)], [IN, IN])
})

void t.test('all others together have 64, and ours stays free', async (test) => {
  const room = createConnectionRoom<number>()
  for (const user of numbers(4)) fill(room, numbers(16, user * 16), asker(1000 + user))
  test.strictSame(room.enter(100, asker(2000)), { evicted: 0 }, 'the oldest idle one of them all')
  for (const name of numbers(128)) room.heard(name)
  test.equal(room.enter(101, asker(2001)), 'full')
  test.strictSame(
    fill(room, numbers(128, 200), ROOT_ASKS).every((entered) => entered !== 'full'),
    true,
  )
})

void t.test('who waits takes none of the room of those who ask, and nobody waits without end', async (test) => {
  for (const [who, most] of [
    [ROOT_ASKS, 128],
    [asker(1000), 16],
  ] as const) {
    const room = createConnectionRoom<number>()
    for (const name of numbers(most)) {
      test.strictSame([room.enter(name, who), room.heard(name), room.waits(name)], [IN, true, true])
    }
    test.strictSame([room.enter(500, who), room.heard(500), room.waits(500)], [IN, true, false])
    room.leave(0)
    test.ok(room.waits(500))
    test.strictSame(
      fill(room, numbers(most, 600), who),
      numbers(most).map(() => IN),
    )
    test.ok(numbers(most === 16 ? 16 : 64, 600).every((name) => room.heard(name)))
  }
})
