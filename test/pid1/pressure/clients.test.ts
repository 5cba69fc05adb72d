import { once } from 'node:events'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { startContainer, type Container } from '../support/container.ts'
import { connectTo, get, post, say } from '../support/raw-client.ts'
import { asUser, run, stay, UNLESS_OTHER_USERS } from '../support/other-users.ts'
import { UNLESS_PID_1 } from '../support/requirements.ts'
import { residentMiB, timedStatuses, usualMs } from '../support/strain.ts'
import { until } from '../support/until.ts'

const skip = UNLESS_PID_1

/** How much is printed while others listen. */
const FLOOD_MB = Number(process.env['PIDONE_FLOOD_MB'] ?? 60)
const CLIENTS = 50

/** Prints so much once it is told to, and stays. */
const FLOOD = `
services:
  flood:
    script: |
      trap 'head -c ${FLOOD_MB}000000 /dev/zero | tr "\\\\0" x | fold -w 99; echo; echo all is said; exec sleep 1000' USR1
      echo here
      while :; do sleep 0.01; done
  calm: {command: [sleep, '1000']}
`

/** Who asks for all lines to come. */
async function follow(container: Container): Promise<Socket> {
  const socket = await connectTo(container)
  socket.write(get('/v1/logs?follow=true'))
  await once(socket, 'readable')
  return socket
}

void t.test(
  `${FLOOD_MB} MB of output to ${CLIENTS} clients of which half never read take neither status nor memory`,
  { skip, timeout: 60_000 + FLOOD_MB * 200 },
  async (test) => {
    const container = await startContainer(test, { file: FLOOD, pid1: 'parent' })
    await container.line(/flood +\| here/)
    const before = residentMiB(container)
    const clients = await Promise.all(Array.from({ length: CLIENTS }, () => follow(container)))
    for (const [index, client] of clients.entries()) if (index % 2 === 0) client.resume()
    const deaf = clients.filter((_, index) => index % 2 === 1)
    await container.supervisor('signal', 'USR1', 'flood')
    await container.line(/flood +\| x{99}$/)
    const meanwhile = await timedStatuses(container, 20)
    test.ok(usualMs(meanwhile) < 1000, `status within ${Math.round(usualMs(meanwhile))} ms`)
    await container.line(/all is said/, { withinMs: 30_000 + FLOOD_MB * 150 })
    const grown = residentMiB(container) - before
    test.ok(grown < 256, `grew by ${grown} MiB`)
    // Each has the backlog that it may have, and is dropped when it takes none of it for ten seconds.
    await until('those who never read to be dropped', () => deaf.every(isDropped), 30_000)
    test.match((await container.service('calm')).state, 'running')
    for (const client of clients) client.destroy()
    container.signal('SIGTERM')
    test.equal((await container.end(10_000)).status, 0)
    test.strictSame(container.processes(), [])
  },
)

/** What stands as one byte in a pipe takes six in JSON. */
const CONTROLS = `
services:
${Array.from({ length: 32 }, (_, index) => `  s${index}: {script: 'head -c 262000 /dev/zero | tr "\\0" "\\1" | fold -w 999; exec sleep 1000'}`).join('\n')}
`

void t.test('who asks for the logs and never reads takes no memory', { skip }, async (test) => {
  const container = await startContainer(test, { file: CONTROLS })
  await until('all to be remembered', async () => {
    const { body } = await container.ask('GET', '/v1/logs')
    return Buffer.byteLength(body) > 20_000_000
  })
  const before = residentMiB(container)
  const deaf = await Promise.all(Array.from({ length: 24 }, () => connectTo(container)))
  for (const client of deaf) client.write(get('/v1/logs'))
  await Promise.all(deaf.map((client) => once(client, 'readable')))
  const grown = residentMiB(container) - before
  test.ok(grown < 128, `grew by ${grown} MiB`)
  for (const client of deaf) client.destroy()
})

/** Of whom nothing is read, nothing is told to us; the end comes with a write. */
function isDropped(client: Socket): boolean {
  if (!client.destroyed) client.write('x')
  return client.destroyed
}

const READER = 64_321

/** All that is remembered, in what JSON makes six times as long of it. */
const REMEMBERED = Object.fromEntries(
  Array.from({ length: 16 }, (_, index) => [
    `printer${index}`,
    { type: 'oneshot', script: "head -c 300000 /dev/zero | tr '\\0' '\\001' | fold -w 999; echo" },
  ]),
)

/**
 * Asks for all of it as often as may be, reads no more than its first bytes, and says so when all are answered: who was
 * not heard yet would have to make room for the next.
 */
const mute = (socket: string): string => `
  const answered = new Set()
  for (let at = 0; at < 16; at++) {
    const client = require('net').connect(${JSON.stringify(socket)}).on('error', () => {})
    client.on('readable', () => answered.add(client).size === 16 && console.log('there'))
    client.write('GET /v1/logs HTTP/1.1\\r\\nhost: x\\r\\n\\r\\n')
  }
  setInterval(() => {}, 1000)`

/** Asks once, and prints the answer. */
const curious = (socket: string): string => `
  const client = require('net').connect(${JSON.stringify(socket)})
  client.end('GET /v1/health HTTP/1.1\\r\\nhost: x\\r\\n\\r\\n')
  client.pipe(process.stdout)`

void t.test(
  'a user who may read, asks for all lines and never reads them takes nobody’s memory',
  { skip: UNLESS_OTHER_USERS },
  async (test) => {
    const file = JSON.stringify({ control: { allow: { [READER]: 'read' } }, services: REMEMBERED })
    const container = await startContainer(test, { file, command: ['sleep', '1000'], pid1: 'parent' })
    test.equal((await container.supervisor('wait', '--for', 'completed')).status, 0)
    const before = residentMiB(container)
    const socket = join(container.runtimeDir, 'control.sock')
    await stay(test, asUser(READER), mute(socket))
    // Not over `supervisor`, which asks for so long that the mute ones are sent away meanwhile.
    const { stdout } = await run([...asUser(READER), 'env', '-i', process.execPath, '-e', curious(socket)])
    test.match(stdout, /"too many requests of this user are under way; come again later"/)
    const grown = residentMiB(container) - before
    test.ok(grown < 100, `grew by ${grown} MiB`)
    test.equal((await container.supervisor('logs', 'printer0')).status, 0, 'root has room of his own')
  },
)

void t.test('all who wait at a shutdown are told what became of it', { skip }, async (test) => {
  const container = await startContainer(test, {
    file: `
services:
  never: {command: [sleep, '1000'], ready: {log: never}, start_timeout: 10m}
`,
  })
  await container.line(/never: starting/)
  const asked = Array.from({ length: CLIENTS }, () => container.ask('GET', '/v1/wait?service=never'))
  // As they are heard one after another, the last one is there when a later one has its answer.
  await container.service('never')
  container.signal('SIGTERM')
  const answers = await Promise.all(asked)
  test.strictSame(
    answers.map(({ status }) => status),
    answers.map(() => 200),
  )
  test.match(JSON.parse(answers[0]?.body ?? ''), { ok: false, reasons: [/^never: /] })
  test.equal((await container.end()).status, 0)
})

void t.test(
  'who waits keeps nobody from asking, and more than may wait are told to come again',
  { skip },
  async (test) => {
    const container = await startContainer(test, {
      file: "services: {never: {command: [sleep, '1000'], ready: {log: never}, start_timeout: 10m}}",
    })
    await container.line(/never: starting/)
    await container.service('never')
    const ask = (): Promise<string> => say(container, [get('/v1/health')])
    const crowd = await Promise.all(Array.from({ length: 128 }, () => connectTo(container)))
    for (const client of crowd) client.write(get('/v1/wait?service=never'))
    const refused = await until('a refusal', async () => {
      test.match(await ask(), /^HTTP\/1\.1 200 /u)
      const answer = await say(container, [get('/v1/wait?service=never&timeout_ms=10')])
      return answer.startsWith('HTTP/1.1 503 ') ? answer : null
    })
    test.match(refused, /"too many wait for an answer already; come again later"/u)
    test.match(
      await say(container, [post('/v1/restart', '{"services":["never"]}')]),
      /"too many wait for an answer already; what was asked for goes on"/u,
    )
    test.match(await ask(), /^HTTP\/1\.1 200 /u)
    for (const client of crowd) client.destroy()
    container.signal('SIGTERM')
    test.equal((await container.end()).status, 0)
  },
)
