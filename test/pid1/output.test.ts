import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import { makeFolder, startContainer } from './support/container.ts'
import { residentBytes } from './support/processes.ts'
import { UNLESS_PID_1 } from './support/requirements.ts'
import { timedStatus, usualMs, type TimedStatus } from './support/strain.ts'
import { until } from './support/until.ts'

const skip = UNLESS_PID_1

void t.test('lines of two chatty services are never torn or mixed, and none is lost', { skip }, async (test) => {
  const count = 20_000
  // Chunks that end in the middle of lines, of lengths that are all different.
  const program = (mark: string): string => `
    let rest = ''
    for (let n = 0; n < ${count}; n += 1) {
      rest += '${mark}' + n + ':' + '${mark}'.repeat(n % 97) + '\\n'
      if (rest.length > 1500) { require('fs').writeSync(1, rest.slice(0, 1333)); rest = rest.slice(1333) }
    }
    require('fs').writeSync(1, rest)`
  const services = Object.fromEntries(
    ['a', 'b'].map((name) => [name, { type: 'oneshot', command: [process.execPath, '-e', program(name)] }]),
  )
  const container = await startContainer(test, { file: JSON.stringify({ services }) })
  const { status } = await container.end(60_000)
  test.equal(status, 0)
  for (const name of ['a', 'b']) {
    const lines = container.output.all(new RegExp(`^${name} {10}\\| (.*)$`)).map(({ match }) => match[1])
    const expected = Array.from({ length: count }, (_, n) => `${name}${n}:${name.repeat(n % 97)}`)
    test.equal(lines.length, count)
    test.ok(lines.every((line, index) => line === expected[index]))
  }
  const known = /^(?:[ab] {10}|supervisor )\| /
  test.strictSame(
    container.output.lines.filter(({ text }) => !known.test(text)),
    [],
  )
})

void t.test('a last line without newline is printed', { skip }, async (test) => {
  const container = await startContainer(test, { file: "services: {a: {type: oneshot, command: printf 'one\\ntwo'}}" })
  const { text } = await container.end()
  test.match(text, /^a {10}\| one\na {10}\| two\n/m)
})

for (const signal of ['KILL', 'SEGV'] as const) {
  void t.test(
    `what a service writes right before it dies of SIG${signal} is there, and before the news of it`,
    { skip },
    async (test) => {
      const program = `const fs = require('fs')
      for (let n = 0; n < 500; n += 1) fs.writeSync(1, 'line ' + n + '\\n')
      fs.writeSync(2, 'last words'); process.kill(process.pid, 'SIG${signal}')`
      const a = { type: 'oneshot', command: [process.execPath, '-e', program] }
      const container = await startContainer(test, { file: JSON.stringify({ services: { a } }) })
      const { status, text } = await container.end()
      test.equal(status, signal === 'KILL' ? 137 : 139)
      test.equal(container.output.all(/^a {10}\| line \d+$/).length, 500)
      test.ok(text.indexOf('a          | last words\n') < text.indexOf('a: failed: killed by'), text.slice(-500))
      test.ok(text.includes('a          | last words\n'))
    },
  )
}

void t.test('stdout goes to stdout and stderr to stderr', { skip }, async (test) => {
  const folder = makeFolder(test)
  const errors = openSync(join(folder, 'errors'), 'w')
  const container = await startContainer(test, {
    folder,
    errors,
    file: "services: {a: {type: oneshot, script: 'echo out; echo err >&2'}}",
  })
  closeSync(errors)
  const { text } = await container.end()
  test.match(text, /^a {10}\| out$/m)
  test.notMatch(text, /err$/m)
  test.match(readFileSync(join(folder, 'errors'), 'utf8'), /^a {10}\| err$/m)
})

void t.test('the last lines of a service can be asked for', { skip }, async (test) => {
  const container = await startContainer(test, {
    file: "services: {a: {script: 'for n in 1 2 3 4 5; do echo line $$n; done; exec sleep 1000'}}",
  })
  await container.line(/line 5/)
  const { status, stdout } = await container.supervisor('logs', '-n', '2', 'a')
  test.equal(status, 0)
  test.strictSame(stdout.match(/line \d/g), ['line 4', 'line 5'])
})

/** How long the reader is away: a bound that does not depend on it shows in five seconds as well as in twenty. */
const STALL_MS = Number(process.env['PIDONE_STALL_MS'] ?? 5_000)
const MOST_BYTES = 64 * 1024 * 1024

void t.test(
  `while nobody reads for ${STALL_MS / 1000} s, memory stays bounded, status answers and SIGTERM works`,
  { skip, timeout: STALL_MS + 60_000 },
  async (test) => {
    const container = await startContainer(test, {
      file: `
services:
  floods: {command: [cat, /dev/zero], restart: 'no'}
  chatty: {command: ['yes', a line of a chatty service that never stops]}
  quiet: {command: [sleep, '1000']}
`,
    })
    await container.line(/chatty +\| /)
    container.output.stall()
    const before = residentBytes(container.pid)
    const end = performance.now() + STALL_MS
    let most = 0
    const statuses: TimedStatus[] = []
    while (performance.now() < end) {
      statuses.push(await timedStatus(container))
      most = Math.max(most, residentBytes(container.pid))
      await pause(200)
    }
    test.ok(usualMs(statuses) < 1_000, `status within ${Math.round(usualMs(statuses))} ms`)
    for (const { status } of statuses) {
      test.equal(status.services.find(({ name }) => name === 'quiet')?.state, 'running')
    }
    const grown = most - before
    test.ok(grown < MOST_BYTES, `grew by ${Math.round(grown / 1024)} KiB`)
    container.signal('SIGTERM')
    await until('all services to end', () => container.processes().length <= 1)
    // It gives up on a reader that does not come back.
    test.equal(await container.ended, 0)
  },
)

void t.test('when the reader comes back it gets whole lines, and the services go on', { skip }, async (test) => {
  const container = await startContainer(test, {
    file: "services: {chatty: {command: ['yes', a whole line]}}",
  })
  await container.line(/chatty/)
  container.output.stall()
  const seen = container.output.lines.length
  const pid = container.processOf((await container.service('chatty')).pid ?? 0)?.pid ?? 0
  await until('the service to wait', () => /^State:\sS/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')))
  container.output.resume()
  await until('more lines than any buffer holds', () => container.output.lines.length > seen + 2_000_000, 60_000)
  container.signal('SIGTERM')
  test.equal((await container.end(60_000)).status, 0)
  const torn = container.output.lines.filter(
    ({ text }) => text !== 'chatty     | a whole line' && !text.startsWith('supervisor | '),
  )
  test.strictSame(torn, [])
})
