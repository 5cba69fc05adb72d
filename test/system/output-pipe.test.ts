import { EventEmitter, once } from 'node:events'
import { closeSync, constants, openSync, writeSync } from 'node:fs'
import t, { type Test } from 'tap'
import { libc } from '../../src/system/libc/calls.ts'
import { openOutputPipe } from '../../src/system/output-pipe.ts'

const PIPE = 65_536
/** fcntl.h, the same on all platforms. */
const F_GETPIPE_SZ = 1032

/** A pipe that is read, with a writing end of its own; `pass` writes, and gives what comes of it at once. */
function openRead(test: Test) {
  const pipe = openOutputPipe(null)
  const writer = openSync(`/proc/self/fd/${pipe.writeFd}`, constants.O_WRONLY | constants.O_NONBLOCK)
  const chunks = new EventEmitter()
  pipe.read(
    (chunk) => chunks.emit('chunk', Buffer.from(chunk)),
    () => {},
  )
  test.teardown(() => closeSync(writer))
  const pass = async (bytes: Uint8Array): Promise<Buffer> => {
    const came = once(chunks, 'chunk')
    writeSync(writer, bytes)
    return (await came)[0] as Buffer
  }
  return { pass, size: () => libc().fcntl(writer, F_GETPIPE_SZ, 0) }
}

void t.test('a pipe that was full again and again is let hold more', async (test) => {
  const { pass, size } = openRead(test)
  for (let round = 1; round <= 16; round++) {
    test.equal(size(), PIPE)
    test.ok((await pass(Buffer.alloc(PIPE, round))).equals(Buffer.alloc(PIPE, round)), 'it is read at once')
  }
  test.equal(size(), 4 * PIPE)
})

void t.test('one that never is stays as it is', async (test) => {
  const { pass, size } = openRead(test)
  for (let round = 0; round < 40; round++) await pass(new Uint8Array(30_000))
  test.equal(size(), PIPE)
})
