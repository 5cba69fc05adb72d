import { lstatSync, mkdtempSync, readdirSync } from 'node:fs'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import type { Batch, LineSink, RawRequest, Reply } from '../../src/core/control/exchange.ts'
import { claimControl, type Claim } from '../../src/system/control-claim.ts'
import { callControl, streamControl, type ControlCall } from '../../src/system/control-client.ts'
import { serveControl } from '../../src/system/control-socket.ts'
import { ROOT_ASKS } from '../core/control/askers.ts'

type Handle = (request: RawRequest) => Reply | Promise<Reply>

const json = (body: object, status = 200): Reply => ({ kind: 'json', status, body })
const echo: Handle = (request) => json(request)

async function claimed(folder: string): Promise<Claim> {
  const claim = await claimControl(folder)
  if ('refusal' in claim) throw new Error(claim.refusal)
  return claim
}

async function serve(
  test: { readonly teardown: (act: () => unknown) => void },
  handle: Handle,
  patienceMs = 10_000,
): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'control-'))
  const failures: string[] = []
  const claim = await claimed(folder)
  const close = serveControl({
    claim,
    admit: () => ROOT_ASKS,
    handle,
    failed: (message) => failures.push(message),
    patienceMs,
  })
  test.teardown(async () => {
    await close(0)
    claim.release()
  })
  const path = join(folder, 'control.sock')
  return { folder, path, failures, close, release: claim.release, get: (request) => callControl(call(path, request)) }
}

interface Server {
  readonly folder: string
  readonly path: string
  readonly failures: readonly string[]
  readonly close: (withinMs: number) => Promise<void>
  readonly release: () => void
  readonly get: (path: string) => ReturnType<typeof callControl>
}

const call = (socket: string, path: string, body?: object): ControlCall => ({
  sockets: [socket],
  method: body === undefined ? 'GET' : 'POST',
  path,
  ...(body === undefined ? {} : { body }),
  timeoutMs: 5000,
})

/** All that comes back for some bytes, until the other end closes. */
async function raw(path: string, bytes: string | Buffer): Promise<string> {
  const socket = connect(path)
  let text = ''
  socket.setEncoding('utf8')
  socket.on('data', (chunk: string) => (text += chunk))
  socket.on('error', () => {})
  socket.write(bytes)
  await new Promise((resolve) => socket.once('close', resolve))
  return text
}

void t.test('carries a request and its answer', async (test) => {
  const server = await serve(test, echo)
  test.strictSame(await server.get('/v1/status?service=a%20b&service=%C3%A9&usage=true'), {
    kind: 'answered',
    status: 200,
    body: {
      method: 'GET',
      path: '/v1/status',
      query: [
        ['service', 'a b'],
        ['service', 'é'],
        ['usage', 'true'],
      ],
      body: '',
    },
  })
  test.strictSame(await callControl(call(server.path, '/v1/stop', { services: ['é'] })), {
    kind: 'answered',
    status: 200,
    body: { method: 'POST', path: '/v1/stop', query: [], body: '{"services":["é"]}' },
  })
})

void t.test('hands on the status of a refusal', async (test) => {
  const server = await serve(test, () => json({ status: 404, message: 'no path' }, 404))
  test.strictSame(await server.get('/'), {
    kind: 'answered',
    status: 404,
    body: { status: 404, message: 'no path' },
  })
})

void t.test('is private, and leaves nothing behind', async (test) => {
  const server = await serve(test, echo)
  const stats = lstatSync(server.path)
  test.strictSame([stats.isSocket(), stats.mode & 0o777], [true, 0o600])
  test.strictSame(lstatSync(join(server.folder, 'control.lock')).mode & 0o777, 0o700)
  void server.close(5000)
  server.release()
  test.strictSame(readdirSync(server.folder), [])
  test.strictSame(await server.get('/'), { kind: 'no-supervisor' })
})

void t.test('answers who connected and asked before there was anybody to answer', async (test) => {
  const folder = mkdtempSync(join(tmpdir(), 'control-'))
  const claim = await claimed(folder)
  const answer = callControl(call(join(folder, 'control.sock'), '/early'))
  const bystander = connect(join(folder, 'control.sock'))
  await once(bystander, 'connect')
  bystander.destroy()
  const close = serveControl({ claim, admit: () => ROOT_ASKS, handle: echo, failed: () => {} })
  test.teardown(() => close(0))
  test.teardown(claim.release)
  test.match(await answer, { kind: 'answered', body: { path: '/early' } })
})

const hostile: readonly (readonly [what: string, bytes: string | Buffer, answer: RegExp])[] = [
  ['what is no HTTP', 'hello\r\n\r\n', /^HTTP\/1\.1 400 .*"status":400/su],
  [
    'bytes at random',
    Buffer.from(Array.from({ length: 4096 }, (_, at) => (at * 7919 + 13) % 256)),
    /^HTTP\/1\.1 400 /u,
  ],
  ['zeros', Buffer.alloc(1000), /^HTTP\/1\.1 400 /u],
  ['headers without end', `GET / HTTP/1.1\r\nx: ${'y'.repeat(100_000)}`, /^HTTP\/1\.1 431 .*"status":431/su],
  ['a path without end', `GET /${'y'.repeat(100_000)}`, /^HTTP\/1\.1 431 /u],
  [
    'two lengths',
    'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx',
    /^HTTP\/1\.1 400 /u,
  ],
  [
    'a length and chunks',
    'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    /^HTTP\/1\.1 400 /u,
  ],
  [
    'a wrong chunk',
    'POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
    /^(?:HTTP\/1\.1 400 .*)?$/su,
  ],
  [
    'a body over 64 KiB',
    `POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 65537\r\n\r\n${'x'.repeat(65_537)}`,
    /^HTTP\/1\.1 413 .*"status":413/su,
  ],
  [
    'a connection to somewhere else',
    'CONNECT x:1 HTTP/1.1\r\nhost: x\r\n\r\n',
    /^HTTP\/1\.1 405 .*"cannot CONNECT: this is no proxy"/su,
  ],
  ['HTTP/0.9', 'POST /v1/shutdown\r\n\r\n', /^HTTP\/1\.1 400 .*"HTTP\/0.9 is not spoken here: use HTTP\/1.1"/su],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', /^HTTP\/1\.1 400 .*"not HTTP\/1\.1: /su],
  ['TLS', Buffer.from(`16030100c8010000c40303${'ab'.repeat(200)}`, 'hex'), /^HTTP\/1\.1 400 .*"not HTTP\/1\.1: /su],
  ['no host', 'GET / HTTP/1.1\r\n\r\n', /^HTTP\/1\.1 400 .*"0 \\"Host\\" headers: HTTP\/1.1 wants one/su],
  ['two hosts', 'GET / HTTP/1.1\r\nhost: x\r\nHost: y\r\n\r\n', /^HTTP\/1\.1 400 .*"2 \\"Host\\" headers/su],
  [
    'an expectation that it does not know',
    'GET / HTTP/1.1\r\nhost: x\r\nexpect: cake\r\n\r\n',
    /^HTTP\/1\.1 417 .*"cannot meet the expectation \\"cake\\": only \\"100-continue\\" is known"/su,
  ],
  [
    'a client that asks whether to go on',
    'POST /on HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n{}',
    /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 .*"path":"\/on"/su,
  ],
  ['headers by the thousand', `GET / HTTP/1.1\r\n${'a: b\r\n'.repeat(15_000)}\r\n`, /^HTTP\/1\.1 431 /u],
  [
    'trailers without end',
    `POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n0\r\n${'a: b\r\n'.repeat(15_000)}`,
    /^HTTP\/1\.1 431 /u,
  ],
  [
    'a chunk of more bytes than there are numbers',
    'POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\n',
    /^HTTP\/1\.1 400 /u,
  ],
  [
    'an extension of a chunk without end',
    `POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1;${'x'.repeat(20_000)}`,
    /^HTTP\/1\.1 400 /u,
  ],
  ['a zero in the path', 'GET /v1/\0 HTTP/1.1\r\nhost: x\r\n\r\n', /^HTTP\/1\.1 400 /u],
  ['escapes in the path', 'GET /\x1b[31m HTTP/1.1\r\nhost: x\r\n\r\n', /^HTTP\/1\.1 400 /u],
  [
    'an upgrade, which is just not taken',
    'GET /up HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
    /^HTTP\/1\.1 200 .*"path":"\/up"/su,
  ],
  [
    'a client that asks as if of a proxy',
    'GET http://localhost:80/v1/health?a=b HTTP/1.1\r\nhost: x\r\n\r\n',
    /^HTTP\/1\.1 200 .*"path":"\/v1\/health","query":\[\["a","b"\]\]/su,
  ],
  [
    'the same without a path',
    'GET HTTP://x?a HTTP/1.1\r\nhost: x\r\n\r\n',
    /^HTTP\/1\.1 200 .*"path":"\/","query":\[\["a",""\]\]/su,
  ],
  ['an old client', 'GET /old HTTP/1.0\r\n\r\n', /^HTTP\/1\.1 200 .*"path":"\/old"/su],
]

for (const [what, bytes, answer] of hostile) {
  void t.test(`refuses or outlives ${what}`, async (test) => {
    const server = await serve(test, echo)
    test.match(await raw(server.path, bytes), answer)
    test.match(await server.get('/after'), { kind: 'answered', status: 200 })
    test.strictSame(server.failures, [])
  })
}

void t.test('takes a body of exactly 64 KiB', async (test) => {
  const server = await serve(test, ({ body }) => json({ length: body.length }))
  const head = 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 65536\r\n\r\n'
  test.match(await raw(server.path, head + 'x'.repeat(65_536)), /\{"length":65536\}/u)
})

void t.test('handles one request a connection, however many are sent', async (test) => {
  const paths: string[] = []
  const server = await serve(test, (request) => {
    paths.push(request.path)
    return json({})
  })
  await raw(server.path, 'GET /1 HTTP/1.1\r\nhost: x\r\n\r\nGET /2 HTTP/1.1\r\nhost: x\r\n\r\n')
  test.strictSame(paths, ['/1'])
})

for (const [what, bytes] of [
  ['nothing', ''],
  ['half a line', 'GET /v1'],
  ['half the headers', 'GET / HTTP/1.1\r\nhost:'],
  ['half a body', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{'],
]) {
  void t.test(`loses patience with a client that sends ${what}`, async (test) => {
    const server = await serve(test, echo, 100)
    test.match(await raw(server.path, bytes ?? ''), /^HTTP\/1\.1 408 .*no request within 100 ms/su)
  })
}

void t.test('has all the patience for an answer that takes its time', async (test) => {
  const server = await serve(
    test,
    () => new Promise((resolve) => setTimeout(() => resolve(json({ late: true })), 900)),
    600,
  )
  test.match(await server.get('/'), { kind: 'answered', body: { late: true } })
})

void t.test('tells of a bug in the handler, and lives', async (test) => {
  const server = await serve(test, ({ path }) => {
    if (path === '/throw') throw new TypeError('x is not a function')
    if (path === '/reject') return Promise.reject(new Error('no'))
    if (path === '/cycle') {
      const body: Record<string, unknown> = {}
      body['self'] = body
      return json(body)
    }
    return json({})
  })
  test.match(await server.get('/throw'), {
    status: 500,
    body: { status: 500, message: 'internal error: x is not a function' },
  })
  test.match(await server.get('/reject'), { status: 500, body: { message: 'internal error: no' } })
  test.match(await server.get('/cycle'), { status: 500, body: { message: /^internal error: Converting circular/u } })
  test.match(await server.get('/fine'), { status: 200 })
  test.match(server.failures, [
    'cannot answer GET /throw on the control socket: internal error: x is not a function',
    'cannot answer GET /reject on the control socket: internal error: no',
    /^cannot answer GET \/cycle on the control socket: internal error: Converting/u,
  ])
})

void t.test('answers later, and gives up when the client does', async (test) => {
  const asked = deferred<void>()
  const cancelled = deferred<string>()
  const server = await serve(test, ({ path }) => ({
    kind: 'later',
    start: (answer) => {
      if (path === '/soon') setImmediate(() => answer({ kind: 'json', status: 200, body: { ok: true } }))
      else asked.resolve()
      return () => cancelled.resolve(path)
    },
  }))
  test.match(await server.get('/soon'), { body: { ok: true } })
  const socket = connect(server.path)
  socket.write('GET /never HTTP/1.1\r\nhost: x\r\n\r\n')
  await asked.promise
  socket.destroy()
  test.equal(await cancelled.promise, '/never')
})

void t.test('tells those who wait that it ends', async (test) => {
  const asked = deferred<void>()
  const server = await serve(test, () => ({
    kind: 'later',
    start: () => {
      asked.resolve()
      return () => {}
    },
  }))
  const answer = server.get('/wait')
  await asked.promise
  void server.close(5000)
  test.strictSame(await answer, {
    kind: 'answered',
    status: 503,
    body: { status: 503, message: 'the supervisor is ending' },
  })
})

void t.test('what comes after its end is told to nobody', async (test) => {
  const waiting = deferred<() => void>()
  const opened = deferred<LineSink>()
  const server = await serve(test, ({ path }) =>
    path === '/wait'
      ? {
          kind: 'later',
          start: (answer) => {
            waiting.resolve(() => answer({ kind: 'json', status: 200, body: {} }))
            return () => {}
          },
        }
      : {
          kind: 'stream',
          start: (sink) => {
            opened.resolve(sink)
            return () => {}
          },
        },
  )
  const told = server.get('/wait')
  const followed = streamControl(call(server.path, '/follow'), () => test.fail('a line after the end'))
  const [answer, sink] = await Promise.all([waiting.promise, opened.promise])
  void server.close(5000)
  answer()
  test.equal(sink.write({ text: 'late' }), false)
  test.match(await told, { status: 503, body: { message: 'the supervisor is ending' } })
  test.strictSame(await followed, { kind: 'ended' })
})

void t.test('keeps its place once it answers nobody any more, and says so to who asks', async (test) => {
  const server = await serve(test, echo)
  void server.close(5000)
  test.match(await server.get('/'), { status: 503, body: { message: 'the supervisor is ending' } })
  test.match(await claimControl(server.folder), { refusal: /already running/u })
})

void t.test('streams lines, old and new, to the end', async (test) => {
  const server = await serve(test, () => ({
    kind: 'stream',
    start: (sink) => {
      sink.write({ text: 'old', odd: '\u2028\n' })
      setImmediate(() => {
        sink.write({ text: 'new' })
        sink.end()
      })
      return () => {}
    },
  }))
  const lines: unknown[] = []
  test.strictSame(await streamControl(call(server.path, '/'), (line) => lines.push(line)), { kind: 'ended' })
  test.strictSame(lines, [{ text: 'old', odd: '\u2028\n' }, { text: 'new' }])
})

void t.test('lines that come together go out together', async (test) => {
  const server = await serve(test, () => ({
    kind: 'stream',
    start: (sink) => {
      setImmediate(() => {
        for (const at of [1, 2, 3]) sink.write({ at })
        setImmediate(() => {
          sink.write({ at: 4 })
          sink.end()
        })
      })
      return () => {}
    },
  }))
  const [, body] = (await raw(server.path, 'GET / HTTP/1.1\r\nhost: x\r\n\r\n')).split('\r\n\r\n', 2)
  test.equal(body, '1b\r\n{"at":1}\n{"at":2}\n{"at":3}\n\r\n9\r\n{"at":4}\n\r\n0')
})

void t.test('gives a stream its refusal as a document', async (test) => {
  const server = await serve(test, () => json({ status: 404, message: 'no' }, 404))
  test.match(await streamControl(call(server.path, '/'), () => {}), { kind: 'answered', status: 404 })
})

void t.test('a stream that is followed ends when the supervisor does', async (test) => {
  const server = await serve(test, () => ({
    kind: 'stream',
    start: (sink) => {
      sink.write({ text: 'first' })
      return () => {}
    },
  }))
  test.strictSame(await streamControl(call(server.path, '/'), () => void server.close(5000)), { kind: 'ended' })
})

/** Tells of numbers, and of how many were left out. */
function numbersUntilOver(opened: (sink: LineSink) => void): Reply {
  return {
    kind: 'stream',
    start: (sink) => {
      sink.begin([{ at: -1 }])
      opened(sink)
      return () => {}
    },
  }
}

void t.test('who is told what he has missed stays, however slowly he reads', async (test) => {
  const opened = deferred<LineSink>()
  const server = await serve(test, () => numbersUntilOver(opened.resolve))
  const socket = await deaf(server.path)
  const sink = await opened.promise
  const text = 'x'.repeat(10_000)
  for (let at = 0; at < 500; at++) test.ok(sink.write({ at, text }))
  const lines: { readonly at?: number; readonly missed?: number }[] = []
  let rest = ''
  const isOver = deferred<void>()
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n')
    rest = parts.pop() ?? ''
    for (const part of parts) if (part.startsWith('{"')) lines.push(JSON.parse(part) as object)
    // There is room again, and there is news.
    if (lines.at(-1)?.missed !== undefined) sink.write({ at: 500 })
    if (lines.at(-1)?.at === 500) isOver.resolve()
  })
  socket.resume()
  await isOver.promise
  const told = lines.flatMap(({ at }) => at ?? [])
  const missed = lines.flatMap((line) => line.missed ?? [])
  test.strictSame(
    told.slice(0, -1),
    Array.from(told.slice(0, -1), (_, index) => index - 1),
    'none is torn out',
  )
  test.strictSame([missed.length, told.length - 2 + (missed[0] ?? 0)], [1, 500], 'all are told or counted')
  for (let at = 0; at < 500; at++) sink.write({ at, text })
  sink.end()
  await once(socket, 'close')
  test.equal(lines.flatMap((line) => line.missed ?? []).length, 2, 'also at the end')
})

function threeMegabytes(): Reply {
  return {
    kind: 'stream',
    start: (sink) => {
      for (let at = 0; at < 30; at++) sink.write({ at, text: 'o'.repeat(100_000) })
      return () => {}
    },
  }
}

void t.test(
  'at the end a client gets all that is on its way, and one that reads nothing only its time',
  async (test) => {
    const server = await serve(test, threeMegabytes)
    const lines: unknown[] = []
    const ended = deferred<void>()
    const answer = streamControl(call(server.path, '/'), (line) => {
      // Its end comes while most of it is still on its way.
      if (lines.push(line) === 1) void server.close(10_000).then(ended.resolve)
    })
    test.strictSame([await answer, lines.length], [{ kind: 'ended' }, 30])
    await ended.promise

    const other = await serve(test, threeMegabytes)
    const socket = await deaf(other.path)
    await once(socket, 'readable')
    await other.close(50)
    socket.destroy()
  },
)

/** A hundred lines of 100 kB that there were before, then a last one; counts those that were made. */
function tenMegabytesBefore(): { readonly reply: () => Reply; readonly made: () => number } {
  let made = 0
  function* lines(): Generator<object> {
    for (let at = 0; at < 100; at++) yield { at: made++, text: 'o'.repeat(100_000) }
  }
  const reply = (): Reply => ({
    kind: 'stream',
    start: (sink) => {
      sink.begin(lines())
      sink.write({ text: 'last' })
      sink.end()
      return () => {}
    },
  })
  return { reply, made: () => made }
}

void t.test('what there was before is made only as fast as it is read', async (test) => {
  const { reply, made } = tenMegabytesBefore()
  const server = await serve(test, reply)
  const socket = await deaf(server.path)
  await once(socket, 'readable')
  // Whoever asks later is answered later.
  await raw(server.path, 'BREW / HTTP/1.1\r\n\r\n')
  test.ok(made() < 10, `${made()} of 100 lines were made for a client that reads nothing`)
  let text = ''
  socket.setEncoding('utf8')
  socket.on('data', (chunk: string) => (text += chunk))
  socket.resume()
  await once(socket, 'close')
  test.equal(made(), 100)
  test.match(text, /\{"at":0,.*\{"at":99,.*\{"text":"last"\}\n\r\n0\r\n\r\n$/su)
})

void t.test('at the end a client that reads gets all of what there was before', async (test) => {
  const server = await serve(test, tenMegabytesBefore().reply)
  const lines: unknown[] = []
  const ended = deferred<void>()
  const answer = streamControl(call(server.path, '/'), (line) => {
    if (lines.push(line) === 1) void server.close(10_000).then(ended.resolve)
  })
  test.strictSame([await answer, lines.length], [{ kind: 'ended' }, 101])
  await ended.promise
})

/** A follower that reads nothing: it asks, and then never takes a byte. */
async function deaf(path: string): Promise<Socket> {
  const socket = connect(path)
  await once(socket, 'connect')
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
  socket.pause()
  return socket
}

void t.test('stops a stream whose client has gone', async (test) => {
  const written = deferred<boolean>()
  const server = await serve(test, () => ({
    kind: 'stream',
    start: (sink) => {
      sink.write({})
      return () => written.resolve(sink.write({}))
    },
  }))
  const socket = await deaf(server.path)
  await once(socket, 'readable')
  socket.destroy()
  test.equal(await written.promise, false)
})

/** A client that reads nothing yet, and where its lines go. */
async function behind(test: Parameters<typeof serve>[0]): Promise<{
  readonly socket: Socket
  readonly sink: LineSink
  readonly server: Server
  /** What it gets from now on, to the end. */
  readonly lines: () => Promise<readonly object[]>
}> {
  const opened = deferred<LineSink>()
  const server = await serve(test, () => ({
    kind: 'stream',
    start: (sink) => {
      opened.resolve(sink)
      for (let at = 0; at < 30; at++) sink.write({ old: 'o'.repeat(100_000) }) // 3 MB at the start are no offence
      return () => {}
    },
  }))
  const socket = await deaf(server.path)
  const sink = await opened.promise
  const lines = async (): Promise<readonly object[]> => {
    let text = ''
    socket.setEncoding('utf8')
    socket.on('data', (chunk: string) => (text += chunk))
    socket.resume()
    await once(socket, 'close')
    const documents = text.split('\n').filter((line) => line.startsWith('{'))
    return documents.map((line) => JSON.parse(line) as object).filter((line) => !('old' in line))
  }
  return { socket, sink, server, lines }
}

/** Lines that come together; notes how often they are made. */
function batchOf(texts: readonly string[], made: { times: number }): Batch {
  return {
    count: texts.length,
    text: () => {
      made.times += 1
      return texts.map((text) => `${JSON.stringify({ text })}\n`).join('')
    },
  }
}

void t.test('a client that does not keep up misses lines, is told how many, and goes on', async (test) => {
  const { socket, sink, lines } = await behind(test)
  const made = { times: 0 }
  for (let count = 0; count < 300; count++) sink.writeAll(batchOf(['a'.repeat(5_000), 'b'.repeat(5_000)], made))
  test.equal(sink.write({ text: 'missed, too' }), true)
  test.ok(made.times > 90 && made.times < 130, `about 1 MiB was kept: ${made.times} times 10 kB`)
  socket.on('data', (chunk: string) => {
    if (!chunk.includes('"missed"')) return
    sink.write({ text: 'last' })
    sink.end()
  })
  const got = await lines()
  test.strictSame(got.slice(2 * made.times), [{ missed: 2 * (300 - made.times) + 1 }, { text: 'last' }])
})

void t.test('who is behind when the supervisor ends is told what he has missed', async (test) => {
  const { sink, server, lines } = await behind(test)
  const made = { times: 0 }
  for (let count = 0; count < 300; count++) sink.writeAll(batchOf(['x'.repeat(10_000)], made))
  void server.close(5000)
  const got = await lines()
  test.strictSame(got.at(-1), { missed: 300 - made.times })
  test.equal(got.length, made.times + 1)
})

void t.test('what goes to several clients is made once, and not for one who is behind', async (test) => {
  const [one, other] = [await behind(test), await behind(test)]
  const made = { times: 0 }
  const batch = batchOf(['x'], made)
  one.sink.writeAll(batch)
  other.sink.writeAll(batch)
  test.equal(made.times, 1)
  for (let count = 0; count < 120; count++) one.sink.write({ text: 'x'.repeat(10_000) })
  one.sink.writeAll(batchOf(['y'], made))
  test.equal(made.times, 1)
  for (const { socket } of [one, other]) socket.destroy()
})

void t.test('who reads as fast as he can gets 16 MiB of a flood in a second, and is told of the rest', async (test) => {
  const opened = deferred<LineSink>()
  const server = await serve(test, () => ({
    kind: 'stream',
    start: (sink) => {
      opened.resolve(sink)
      return () => {}
    },
  }))
  const got: unknown[] = []
  const read: { woken: () => void } = { woken: () => {} }
  const ended = streamControl(call(server.path, '/'), (line) => {
    got.push(line)
    read.woken()
  })
  const sink = await opened.promise
  const frozenAt = performance.now()
  const clock = test.intercept(performance, 'now', { value: () => frozenAt })
  const made = { times: 0 }
  const texts = ['x'.repeat(500_000)]
  for (let count = 1; count <= 100; count++) {
    sink.writeAll(batchOf(texts, made))
    // Nothing waits for this client when the next comes.
    if (made.times === count) await new Promise<void>((resolve) => (read.woken = resolve))
  }
  test.equal(made.times, Math.ceil((16 * 1024 * 1024) / 500_000))
  clock.restore()
  await new Promise<void>((resolve) => (read.woken = resolve))
  sink.end()
  test.strictSame(await ended, { kind: 'ended' })
  test.strictSame(got.at(-1), { missed: 100 - (got.length - 1) })
})

void t.test('drops a client that reads nothing at all', async (test) => {
  const closed = deferred<void>()
  const server = await serve(
    test,
    () => ({
      kind: 'stream',
      start: (sink) => {
        for (let at = 0; at < 30; at++) sink.write({ text: 'o'.repeat(100_000) })
        return () => closed.resolve()
      },
    }),
    200,
  )
  const socket = await deaf(server.path)
  await closed.promise
  socket.destroy()
  test.pass()
})

void t.test('tells the 65th who asks at once to come again, and serves those 64', async (test) => {
  const answers: (() => void)[] = []
  const full = deferred<void>()
  const server = await serve(test, () => ({
    kind: 'later',
    isBrief: true,
    start: (answer) => {
      answers.push(() => answer({ kind: 'json', status: 200, body: {} }))
      if (answers.length === 64) full.resolve()
      return () => {}
    },
  }))
  const waiting = Array.from({ length: 64 }, () => server.get('/'))
  await full.promise
  test.match(await server.get('/'), {
    status: 503,
    body: { message: '64 requests are under way already; come again later' },
  })
  for (const answer of answers) answer()
  test.ok((await Promise.all(waiting)).every((answer) => answer.kind === 'answered' && answer.status === 200))
})

void t.test('the client says when an answer does not come', async (test) => {
  const server = await serve(test, () => ({ kind: 'later', start: () => () => {} }))
  test.strictSame(await callControl({ ...call(server.path, '/'), timeoutMs: 50 }), {
    kind: 'failed',
    message: `cannot ask the supervisor at "${server.path}": no answer within 50 ms`,
  })
})

void t.test('the client asks the first socket that somebody listens on', async (test) => {
  const server = await serve(test, echo)
  const sockets = [join(server.folder, 'none.sock'), join(server.path, 'below-a-file'), server.path]
  test.match(await callControl({ ...call('', '/'), sockets }), { kind: 'answered', status: 200 })
})

/** A promise and what settles it (`Promise.withResolvers`, which Node 20 has not). */
function deferred<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  const settlers: ((value: T) => void)[] = []
  const promise = new Promise<T>((resolve) => settlers.push(resolve))
  return { promise, resolve: (value) => settlers.forEach((settle) => settle(value)) }
}
