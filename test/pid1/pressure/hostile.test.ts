import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import { startContainer, type Container } from '../support/container.ts'
import { connectTo, get, post, repeat, say } from '../support/raw-client.ts'
import { UNLESS_PID_1 } from '../support/requirements.ts'
import { residentMiB, timedStatuses, usualMs } from '../support/strain.ts'

const skip = UNLESS_PID_1

const FILE = `
services:
  web: {command: [sleep, '1000']}
  db: {command: [sleep, '1000'], depends_on: [web]}
`

/** What is said, and the refusal that has to come back. */
type Hostile = readonly [what: string, words: Iterable<string | Buffer>, refusal: RegExp]

const K64 = 'y'.repeat(65_536)

/** What is longer than any buffer: the refusal can get lost, as who speaks on finds nobody who listens. */
const ENDLESS: readonly Hostile[] = [
  ['100 MB of header', repeat('GET / HTTP/1.1\r\nx: ', K64, 1600), /^(?:HTTP\/1\.1 431 |$)/u],
  ['100 MB of path', repeat('GET /', K64, 1600), /^(?:HTTP\/1\.1 431 |$)/u],
  ['a million headers', repeat('GET / HTTP/1.1\r\n', 'a: b\r\n'.repeat(1000), 1000), /^(?:HTTP\/1\.1 431 |$)/u],
  [
    '100 MB of body',
    repeat('POST /v1/stop HTTP/1.1\r\nhost: x\r\ncontent-length: 104857600\r\n\r\n', K64, 1600),
    /^(?:HTTP\/1\.1 413 |$)/u,
  ],
  [
    '100 MB of chunks',
    repeat('POST /v1/stop HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n', `10000\r\n${K64}\r\n`, 1600),
    /^(?:HTTP\/1\.1 413 |$)/u,
  ],
]

const ANSWERED: readonly Hostile[] = [
  ['HTTP/0.9', ['POST /v1/shutdown\r\n\r\n'], /^HTTP\/1\.1 400 /u],
  ['HTTP/2', ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'], /^HTTP\/1\.1 400 /u],
  ['TLS', [Buffer.from(`16030100c8010000c40303${'ab'.repeat(200)}`, 'hex')], /^HTTP\/1\.1 400 /u],
  ['zeros', [Buffer.alloc(100_000)], /^HTTP\/1\.1 400 /u],
  ['a tunnel', ['CONNECT web:1 HTTP/1.1\r\nhost: x\r\n\r\n'], /^HTTP\/1\.1 405 /u],
  ['a path that climbs', [get('/v1/../../etc/passwd')], /^HTTP\/1\.1 404 .*no path \\"\/v1\/\.\.\//su],
  ['the same, hidden', [get('/v1/..%2f..%2fetc%2fpasswd')], /^HTTP\/1\.1 404 .*no path/su],
  ['a method of another kind', ['DELETE /v1/status HTTP/1.1\r\nhost: x\r\n\r\n'], /^HTTP\/1\.1 405 .*it takes GET/su],
  ['a name that climbs', [get('/v1/status?service=..%2f..%2fetc')], /^HTTP\/1\.1 404 .*no service/su],
  ['a name with a zero', [get('/v1/status?service=web%00')], /^HTTP\/1\.1 404 .*"no service \\"web\\\\u0000/su],
  ['a name that paints', [get('/v1/status?service=%1b%5b2J%0a')], /^HTTP\/1\.1 404 .*\\\\u001b\[2J\\\\n/su],
  ['a field that paints', [post('/v1/stop', '{"\\u001b[2J\\n\\u009b":1}')], /^HTTP\/1\.1 400 .*unknown field/su],
  ['10,000 names', [post('/v1/stop', `{"services":${JSON.stringify(Array(10_000).fill('x'))}}`)], /^HTTP\/1\.1 404 /u],
  ['a glob to blow up', [post('/v1/stop', `{"services":["*{a,b}[!x]${'*'.repeat(60_000)}q"]}`)], /^HTTP\/1\.1 404 /u],
  ['a deep list', [post('/v1/stop', `{"services":${'['.repeat(30_000)}${']'.repeat(30_000)}}`)], /^HTTP\/1\.1 400 /u],
  ['half a deep list', [post('/v1/stop', '['.repeat(60_000))], /^HTTP\/1\.1 400 /u],
  ['a prototype', [post('/v1/stop', '{"__proto__":{"services":["web"]}}')], /^HTTP\/1\.1 400 .*__proto__/su],
  ['two answers', [post('/v1/stop', '{"services":["x"],"services":["web"]}')], /^HTTP\/1\.1 400 .*given twice/su],
  ['a wrong type', [post('/v1/stop', '{"services":"web"}')], /^HTTP\/1\.1 400 .*a list of names/su],
  [
    'a number too large',
    [post('/v1/stop', '{"services":["web"],"timeout_ms":1e999}')],
    /^HTTP\/1\.1 400 .*whole number/su,
  ],
  ['an empty name', [post('/v1/stop', '{"services":[""]}')], /^HTTP\/1\.1 400 .*none of them empty/su],
  [
    'no signal',
    [post('/v1/signal', '{"services":["web"],"signal":"toString"}')],
    /^HTTP\/1\.1 400 .*a signal such as/su,
  ],
  ['half a code', [post('/v1/shutdown', '{"code":1.5}')], /^HTTP\/1\.1 400 .*whole number from 0 to 255/su],
]

for (const [which, all, mostMiB] of [
  ['what has no end', ENDLESS, 64],
  ['what makes no sense', ANSWERED, 32],
] as const) {
  void t.test(`${which} gets 4xx and nothing else, and changes nothing`, { skip }, async (test) => {
    const container = await startContainer(test, { file: FILE })
    await container.serviceThat('db', ({ state }) => state === 'running')
    const before = { status: await container.status(), lines: container.output.lines.length }
    const residentBefore = residentMiB(container)
    // All at once.
    const answers = await Promise.all(all.map(async ([what, words]) => [what, await say(container, words)] as const))
    for (const [index, [what, answer]] of answers.entries()) test.match(answer, all[index]?.[2] ?? /^$/u, what)
    const grown = residentMiB(container) - residentBefore
    test.ok(grown < mostMiB, `grew by ${grown} MiB`)
    test.strictSame(await container.status(), before.status)
    test.strictSame(container.output.lines.slice(before.lines), [], 'none of it is in the log')
  })
}

/** Say a little, and then a little more each second, and never come to the end. */
const SLOW: readonly (readonly [what: string, first: string, more: string])[] = [
  ['a request line', 'GET /', 'y'],
  ['a header', 'GET / HTTP/1.1\r\nhost: x\r\nx: ', 'y'],
  ['a body', 'POST /v1/stop HTTP/1.1\r\nhost: x\r\ncontent-length: 104857600\r\n\r\n{', ' '],
  ['chunks', 'POST /v1/stop HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n', '1\r\n \r\n'],
]

void t.test('whoever says a byte a second is told after ten that nobody waits', { skip }, async (test) => {
  const container = await startContainer(test, { file: FILE })
  await container.service('web')
  const begunAt = performance.now()
  const answers = await Promise.all(SLOW.map(([, first, more]) => drip(container, first, more)))
  for (const [index, answer] of answers.entries()) {
    test.match(answer, /^HTTP\/1\.1 408 .*"no request within 10000 ms"/su, SLOW[index]?.[0] ?? '')
  }
  const took = performance.now() - begunAt
  test.ok(took > 9_000, `not before ${Math.round(took)} ms`)
  test.ok(usualMs(await timedStatuses(container, 5)) < 1000)
})

async function drip(container: Container, first: string, more: string): Promise<string> {
  const socket = await connectTo(container)
  let answer = ''
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')))
  socket.write(first)
  while (!socket.destroyed) {
    await pause(1000)
    socket.write(more)
  }
  return answer
}
