import { mkdtempSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { replaceLibc } from '../../src/system/libc/calls.ts'
import { openDatagramSocket } from '../../src/system/libc/datagram.ts'
import { descriptors } from './descriptors.ts'

// The last step first, as whatever is refused stays so.
for (const call of ['fcntl', 'bind', 'fchmod'] as const) {
  void t.test(`a socket that cannot be made for ${call} leaves no descriptor open`, (test) => {
    replaceLibc(({ calls }) => ({ calls: { ...calls, [call]: () => -1 }, errno: () => constants.errno.EPERM }))
    const before = descriptors()
    test.equal(openDatagramSocket(join(mkdtempSync(join(tmpdir(), 'datagram-')), 'socket')), -constants.errno.EPERM)
    test.strictSame(descriptors(), before)
    test.end()
  })
}
