import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { replaceLibc, type Calls } from '../../src/system/libc/calls.ts'
import { peerOf } from '../../src/system/peer.ts'

/** The server's end of a connection of this process to itself. */
async function accepted(test: { readonly teardown: (act: () => unknown) => void }): Promise<Socket> {
  const path = join(mkdtempSync(join(tmpdir(), 'peer-')), 'socket')
  const server = createServer().listen(path)
  await once(server, 'listening')
  const connection = new Promise<Socket>((resolve) => server.once('connection', resolve))
  const client = connect(path)
  const socket = await connection
  test.teardown(() => {
    client.destroy()
    socket.destroy()
    server.close()
  })
  return socket
}

/** What the kernel answers in the place of getsockopt(2) when it is asked for an option; the rest it answers itself. */
function answer(option: number, to: Calls['getsockopt']): void {
  replaceLibc(({ calls, errno }) => ({
    calls: { ...calls, getsockopt: (...words) => (words[2] === option ? to(...words) : calls.getsockopt(...words)) },
    errno: () => errno() || constants.errno.ENOPROTOOPT,
  }))
}

const CREDENTIALS = 17
const GROUPS = 59

void t.test('the kernel says who is at the other end', async (test) => {
  const socket = await accepted(test)
  const peer = peerOf(socket)
  if ('refusal' in peer) throw new Error(peer.refusal)
  test.equal(peer.uid, process.geteuid?.())
  const own = [process.getegid?.() ?? 0, ...(process.getgroups?.() ?? [])]
  test.strictSame(new Set(peer.groups()), new Set(own))
  socket.destroy()
  test.strictSame(peerOf(socket), { refusal: 'its descriptor is not known' })
})

void t.test('where it has no word for the groups, the first one counts alone', async (test) => {
  const socket = await accepted(test)
  answer(GROUPS, () => -1)
  const peer = peerOf(socket)
  if ('refusal' in peer) throw new Error(peer.refusal)
  test.strictSame(peer.groups(), [process.getegid?.()])
})

void t.test('where it does not say who that is, nobody is taken for root', async (test) => {
  const socket = await accepted(test)
  answer(CREDENTIALS, (...[, , , value, length]) => {
    value.writeUInt32LE(0)
    length.writeUInt32LE(4)
    return 0
  })
  test.strictSame(peerOf(socket), { refusal: 'getsockopt: EINVAL' })
  answer(CREDENTIALS, () => -1)
  test.match(peerOf(socket), { refusal: /^getsockopt: E/u })
})
