import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { readHttpAnswer } from '../../src/system/http-answer.ts'

/** What is read of an answer that comes in these pieces and ends then: its body, or why there is none. */
async function read(test: Test, pieces: readonly string[]): Promise<unknown> {
  const server = createServer((socket) => {
    socket.on('error', () => {}).setNoDelay(true)
    void pieces
      .reduce(
        (before, piece) =>
          before.then(() => new Promise<void>((done) => socket.write(piece, () => setImmediate(done)))),
        Promise.resolve(),
      )
      .then(() => socket.end())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  test.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  const answer = await readHttpAnswer(connect(port, '127.0.0.1'))
  if (answer instanceof Error) return answer.message
  const body: Buffer[] = []
  const error = await new Promise<Error | null>((over) => answer.read((piece) => body.push(piece), over))
  const kind = answer.headers.get('content-type') ?? null
  return { status: answer.status, kind, body: Buffer.concat(body).toString(), error: error?.message ?? null }
}

const OK = 'HTTP/1.1 200 OK\r\n'
const whole = { status: 200, kind: null, error: null }

const table: readonly [string, string, unknown][] = [
  ['with a length', `${OK}Content-Length: 5\r\n\r\nhello and more`, { ...whole, body: 'hello' }],
  ['with nothing in it', `${OK}content-length: 0\r\n\r\n`, { ...whole, body: '' }],
  [
    'in chunks',
    `${OK}transfer-encoding: chunked\r\n\r\n3\r\nhel\r\nA\r\nlo\r\n\r\n, yo\r\n0\r\n\r\n`,
    { ...whole, body: 'hello\r\n\r\n, yo' },
  ],
  ['up to its end', `${OK}\r\nhello`, { ...whole, body: 'hello' }],
  [
    'with a header, whatever its case',
    `${OK}Content-TYPE:  text/plain \r\n\r\n`,
    { ...whole, kind: 'text/plain', body: '' },
  ],
  ['with another status', 'HTTP/1.1 404 Not Found\r\n\r\nno', { ...whole, status: 404, body: 'no' }],
  ['that ends too early', `${OK}content-length: 9\r\n\r\nhello`, { ...whole, body: 'hello', error: 'socket hang up' }],
  [
    'that ends before its last chunk',
    `${OK}transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n`,
    { ...whole, body: 'hello', error: 'socket hang up' },
  ],
  ['that ends within its head', 'HTTP/1.1 200 OK\r\ncontent', 'socket hang up'],
  ['that is none', 'SSH-2.0-OpenSSH\r\n\r\n', 'it does not speak HTTP'],
]
for (const [title, answer, expected] of table) {
  void t.test(`an answer ${title}`, async (test) => {
    test.strictSame(await read(test, [answer]), expected)
    test.strictSame(await read(test, answer.split('')), expected, 'byte by byte')
  })
}

void t.test('a head without an end is not waited for', async (test) => {
  test.equal(await read(test, ['x'.repeat(70_000)]), 'it does not speak HTTP')
})

void t.test('an answer whose connection is gone before its body is asked for', async (test) => {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.write(`${OK}content-length: 5\r\n\r\nhe`)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  test.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  const socket = connect(port, '127.0.0.1')
  const answer = await readHttpAnswer(socket)
  if (answer instanceof Error) throw answer
  socket.destroy()
  await once(socket, 'close')
  const body: string[] = []
  const error = await new Promise<Error | null>((over) => answer.read((piece) => body.push(String(piece)), over))
  test.strictSame([body, error?.message], [['he'], 'socket hang up'])
})
