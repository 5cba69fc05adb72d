import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import { startContainer, type Container } from '../support/container.ts'
import { connectTo, get, post, repeat, say } from '../support/raw-client.ts'
import { UNLESS_PID_1 } from '../support/requirements.ts'
import { residentMiB, timedStatus, usualMs, type TimedStatus } from '../support/strain.ts'

const skip = UNLESS_PID_1

/** How long all of it goes on. */
const STRAIN_MS = Number(process.env['PIDONE_STRAIN_MS'] ?? 8_000)

const restart = { policy: 'always', delay: '50ms', max_delay: '200ms' }

function some(count: number, name: string, service: object): object {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`${name}${index}`, service]))
}

const SERVICES = {
  db: { script: "trap 'sleep 0.1; exit 0' TERM; echo up; sleep 1000 & wait", ready: { log: 'up' } },
  app: {
    script: "trap 'sleep 0.1; exit 0' TERM; echo up; sleep 1000 & wait",
    ready: { log: 'up' },
    depends_on: ['db'],
  },
  flood: { command: ['yes', 'a line that comes again and again'], depends_on: ['app'] },
  daemon: { script: "trap '' TERM; setsid -f sleep 1000; exec sleep 1000", stop_grace_period: '500ms' },
  never: { command: ['sleep', '1000'], ready: { log: 'never' }, start_timeout: '10m' },
  ...some(200, 'calm', { command: ['sleep', '1000'] }),
  ...some(40, 'crash', { command: ['false'], restart }),
}

void t.test('all of it at once, and then SIGTERM: an orderly end', { skip, timeout: 120_000 }, async (test) => {
  const container = await startContainer(test, { file: JSON.stringify({ services: SERVICES }), pid1: 'parent' })
  await container.line(/app: ready/)
  const deaf = await Promise.all(Array.from({ length: 10 }, () => connectTo(container)))
  for (const client of deaf) client.write(get('/v1/logs?follow=true'))
  const waits = Array.from({ length: 10 }, () => container.ask('GET', '/v1/wait?service=never'))
  const before = residentMiB(container)
  const [statuses] = await Promise.all([askOn(container, STRAIN_MS), pester(container, STRAIN_MS)])
  test.ok(usualMs(statuses) < 1000, `status within ${Math.round(usualMs(statuses))} ms, ${statuses.length} times`)
  const grown = residentMiB(container) - before
  test.ok(grown < 256, `grew by ${grown} MiB`)

  container.signal('SIGTERM')
  const answers = await Promise.all(waits)
  test.ok(answers.every(({ status }) => status === 200 || status === 503))
  const { status, text } = await container.end(20_000)
  test.equal(status, 0, text.slice(-2000))
  test.strictSame(container.processes(), [])
  const ends = container.output.all(/ (flood|app|db): (?:stopping|stopped)/).map(({ text: line }) => line)
  test.strictSame(
    ends.map((line) => line.replace(/^supervisor \| (\w+: \w+).*$/u, '$1')),
    ['flood: stopping', 'flood: stopped', 'app: stopping', 'app: stopped', 'db: stopping', 'db: stopped'],
  )
})

async function askOn(container: Container, forMs: number): Promise<readonly TimedStatus[]> {
  const end = performance.now() + forMs
  const all: TimedStatus[] = []
  while (performance.now() < end) {
    all.push(await timedStatus(container))
    await pause(100)
  }
  return all
}

/** Nonsense without end, and restarts. */
async function pester(container: Container, forMs: number): Promise<void> {
  const end = performance.now() + forMs
  while (performance.now() < end) {
    await Promise.all([
      say(container, repeat('GET / HTTP/1.1\r\nx: ', 'y'.repeat(65_536), 100)),
      say(container, [Buffer.alloc(10_000, 0xfe)]),
      say(container, [post('/v1/stop', '['.repeat(60_000))]),
      say(container, [post('/v1/restart', '{"services":["calm1*"],"wait":false}')]),
      say(container, [get('/v1/logs')]),
    ])
    await pause(200)
  }
}
