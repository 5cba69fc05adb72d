import t from 'tap'
import type { Asker } from '../../src/core/control/access.ts'
import { isTooMuchUnread } from '../../src/system/unread.ts'
import { READER_ASKS, ROOT_ASKS } from '../core/control/askers.ts'

const other = (uid: number): Asker => ({ ...READER_ASKS, uid })

/** Whether somebody is refused when so many MiB wait for each of these. */
function refuses(who: Asker, waiting: readonly (readonly [asker: Asker, mib: number])[]): boolean {
  const answers = waiting.map(([asker, mib]) => [{ writableLength: mib * 1024 * 1024 }, asker] as const)
  return isTooMuchUnread(new Map(answers), who)
}

void t.test('of each other user 16 MiB may wait unread, of all of them 32, and of our own 64', (test) => {
  const [one, two, three] = [other(1), other(2), other(3)]
  test.strictSame(
    [
      refuses(one, []),
      refuses(one, [[one, 16]]),
      refuses(one, [
        [one, 10],
        [one, 7],
      ]),
      refuses(two, [[one, 17]]),
      refuses(three, [
        [one, 17],
        [two, 16],
      ]),
      refuses(one, [[ROOT_ASKS, 100]]),
      refuses(ROOT_ASKS, [
        [one, 100],
        [ROOT_ASKS, 64],
      ]),
      refuses(ROOT_ASKS, [
        [ROOT_ASKS, 33],
        [{ ...ROOT_ASKS, uid: 500 }, 32],
      ]),
    ],
    [false, false, true, false, true, false, false, true],
  )
  test.end()
})
