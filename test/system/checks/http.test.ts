import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Server as NetServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'tap'
import type { HttpProbe } from '../../../src/core/config/model.ts'
import { ask, drip, freePort, serve, tempFolder } from './ask.ts'

type Teardown = Parameters<typeof serve>[0]

const ANY: HttpProbe = {
  kind: 'http',
  url: '',
  status: [[200, 399]],
  headers: new Map(),
  body: null,
  unix: null,
}

async function listen(t: Teardown, answer: RequestListener): Promise<string> {
  const server = createServer({ keepAliveTimeout: 60_000 }, answer)
  return `http://127.0.0.1:${await portOf(t, server)}/health`
}

async function portOf(t: Teardown, server: Server | NetServer): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    if ('closeAllConnections' in server) server.closeAllConnections()
  })
  return (server.address() as AddressInfo).port
}

void test('the status decides; a redirect is not followed', async (t) => {
  const asked: string[] = []
  const url = await listen(t, (request, response) => {
    asked.push(request.url ?? '')
    const status = Number(request.url?.slice(1))
    response.writeHead(status, { location: '/500' }).end('text')
  })
  const base = url.replace('/health', '')
  const ranges = [[200, 299] as const, [404, 404] as const]
  const want = 'want 200-299, 404'
  t.same(await ask({ ...ANY, url: `${base}/200` }), { kind: 'passed' })
  t.same(await ask({ ...ANY, url: `${base}/204` }), { kind: 'passed' })
  t.same(await ask({ ...ANY, url: `${base}/302` }), { kind: 'passed' })
  t.same(await ask({ ...ANY, url: `${base}/400` }), {
    kind: 'failed',
    why: `${base}/400: status 400, want 200-399`,
  })
  t.same(await ask({ ...ANY, url: `${base}/404`, status: ranges }), { kind: 'passed' })
  t.same(await ask({ ...ANY, url: `${base}/302`, status: ranges }), {
    kind: 'failed',
    why: `${base}/302: status 302, ${want}`,
  })
  t.same(asked, ['/200', '/204', '/302', '/400', '/404', '/302'])
})

void test('headers are sent, and the connection is not kept', async (t) => {
  const heads: unknown[] = []
  const url = await listen(t, (request, response) => {
    heads.push({ ...request.headers, method: request.method })
    response.end()
  })
  const headers = new Map([
    ['Host', 'shop.example'],
    ['X-Probe', 'a, b'],
    ['User-Agent', 'mine'],
  ])
  t.same(await ask({ ...ANY, url, headers }), { kind: 'passed' })
  t.same(heads, [{ method: 'GET', host: 'shop.example', 'x-probe': 'a, b', 'user-agent': 'mine', connection: 'close' }])
})

void test('a header that cannot be sent is a failure', async (t) => {
  const url = 'http://127.0.0.1:9/'
  t.same(await ask({ ...ANY, url, headers: new Map([['a b', 'c']]) }), {
    kind: 'failed',
    why: `${url}: ERR_INVALID_HTTP_TOKEN`,
  })
})

void test('a body is searched across its packets', async (t) => {
  const url = await listen(t, (_request, response) => {
    response.writeHead(200).flushHeaders()
    response.write('{"status":"gr')
    setTimeout(() => response.end('ün"}'), 20)
  })
  t.same(await ask({ ...ANY, url, body: '"grün"' }), { kind: 'passed' })
  t.same(await ask({ ...ANY, url, body: 'rot' }), { kind: 'failed', why: `${url}: body does not contain "rot"` })
})

void test('a body is searched through its first 64 KiB and no further', async (t) => {
  let closed: Promise<unknown> = Promise.resolve()
  const url = await listen(t, (_request, response) => {
    closed = once(response, 'close')
    const more = () => {
      if (!response.destroyed && response.write('x'.repeat(1000))) setImmediate(more)
    }
    response.on('drain', more)
    more()
  })
  t.same(await ask({ ...ANY, url, body: 'y' }), { kind: 'failed', why: `${url}: body does not contain "y"` })
  await closed
  t.same(await ask({ ...ANY, url }), { kind: 'passed' }, 'without end, and nothing asked of it')
  await closed
})

void test('a stream that stays open passes with its head, and its search with the words', async (t) => {
  const url = await listen(t, (_request, response) => {
    response.write('event: hello\n\n')
  })
  t.same(await ask({ ...ANY, url }), { kind: 'passed' })
  t.same(await ask({ ...ANY, url, body: 'hello' }), { kind: 'passed' })
  t.same(await ask({ ...ANY, url, body: 'bye' }, { timeoutMs: 150 }), {
    kind: 'failed',
    why: `${url}: no answer within 0.15 s`,
  })
})

void test('a server that sends head and body apart is heard out', async (t) => {
  let wasHeardOut: Promise<boolean> = Promise.resolve(false)
  const url = await listen(t, (_request, response) => {
    wasHeardOut = once(response, 'close').then(() => response.writableFinished)
    response.writeHead(503).flushHeaders()
    setTimeout(() => response.end('down'), 20)
  })
  t.same(await ask({ ...ANY, url }), { kind: 'failed', why: `${url}: status 503, want 200-399` })
  t.ok(await wasHeardOut)
})

void test('a 101 that is accepted passes', async (t) => {
  const server = createServer()
  const closed: Promise<unknown>[] = []
  server.on('upgrade', (_request, socket) => {
    socket.on('error', () => undefined)
    closed.push(once(socket.resume(), 'end'))
    socket.once('end', () => socket.end())
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
  })
  const url = `http://127.0.0.1:${await portOf(t, server)}/`
  const headers = new Map([
    ['Connection', 'Upgrade'],
    ['Upgrade', 'websocket'],
  ])
  t.same(await ask({ ...ANY, url, headers, status: [[101, 101]] }), { kind: 'passed' })
  t.same(await ask({ ...ANY, url, headers }), { kind: 'failed', why: `${url}: status 101, want 200-399` })
  t.equal((await Promise.all(closed)).length, 2)
})

void test('over a Unix socket', async (t) => {
  const unix = join(tempFolder(t), 'http.sock')
  const server = createServer((request, response) => {
    response.writeHead(request.url === '/health' ? 200 : 500).end()
  })
  server.listen(unix)
  t.teardown(() => server.close())
  await once(server, 'listening')
  const url = 'http://localhost/health'
  t.same(await ask({ ...ANY, url, unix }), { kind: 'passed' })
  t.same(await ask({ ...ANY, url: 'http://localhost/', unix }), {
    kind: 'failed',
    why: `http://localhost/ on ${unix}: status 500, want 200-399`,
  })
  t.same(await ask({ ...ANY, url, unix: `${unix}x` }), {
    kind: 'failed',
    why: `${url} on ${unix}x: connect: ENOENT`,
  })
})

void test('nobody listens', async (t) => {
  const url = `http://127.0.0.1:${await freePort()}/`
  t.same(await ask({ ...ANY, url }), { kind: 'failed', why: `${url}: connect: ECONNREFUSED` })
})

void test('a password in the URL is sent and not shown', async (t) => {
  let authorization: string | undefined
  const url = await listen(t, (request, response) => {
    authorization = request.headers.authorization
    response.writeHead(401).end()
  })
  t.same(await ask({ ...ANY, url: url.replace('//', '//me:secret@') }), {
    kind: 'failed',
    why: `${url}: status 401, want 200-399`,
  })
  t.equal(authorization, `Basic ${Buffer.from('me:secret').toString('base64')}`)
})

void test('what is no HTTP', async (t) => {
  const garbage = await serve(t, (socket) => socket.once('data', () => socket.write('-ERR unknown command\r\n')))
  const url = `http://127.0.0.1:${garbage.port}/`
  const result = await ask({ ...ANY, url })
  t.match(result, { kind: 'failed', why: /^http:\/\/127\.0\.0\.1:\d+\/: does not answer in HTTP \(HPE_[A-Z_]+\)$/ })

  const closing = await serve(t, (socket) => socket.once('data', () => socket.end()))
  t.same(await ask({ ...ANY, url: `http://127.0.0.1:${closing.port}/` }), {
    kind: 'failed',
    why: `http://127.0.0.1:${closing.port}/: closed the connection without an answer`,
  })
})

void test('a response byte by byte, and one that is cut off', async (t) => {
  const whole = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello')
  const slow = await serve(t, (socket) => socket.once('data', () => drip(socket, whole)))
  t.same(await ask({ ...ANY, url: `http://127.0.0.1:${slow.port}/`, body: 'hello' }), { kind: 'passed' })
  const cut = await serve(t, (socket) => socket.once('data', () => socket.end(whole.subarray(0, -2))))
  const url = `http://127.0.0.1:${cut.port}/`
  t.same(await ask({ ...ANY, url, body: 'hello' }), { kind: 'failed', why: `${url}: body does not contain "hello"` })
  t.same(await ask({ ...ANY, url }), { kind: 'passed' })
})

const hasOpenssl = spawnSync('openssl', ['version']).error === undefined
void test('https with a certificate that nobody signed', { skip: hasOpenssl ? false : 'no openssl' }, async (t) => {
  const folder = tempFolder(t)
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=other']
  execFileSync('openssl', [...args, '-keyout', key, '-out', cert], { stdio: 'ignore' })
  const server = createSecureServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_request, response) => {
    response.end('secure')
  })
  const port = await portOf(t, server)
  t.same(await ask({ ...ANY, url: `https://127.0.0.1:${port}/`, body: 'secure' }), { kind: 'passed' })
  const plain = await listen(t, (_request, response) => {
    response.end()
  })
  const result = await ask({ ...ANY, url: plain.replace('http:', 'https:') })
  t.match(result, { kind: 'failed', why: /^https:\S+: (?:ERR_SSL_\w+|EPROTO|E[A-Z]+)$/ })
})
