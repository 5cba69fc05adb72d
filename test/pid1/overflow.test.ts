import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { makeFolder, startContainer, type Container } from './support/container.ts'
import { UNLESS_PID_1 } from './support/requirements.ts'
import { until } from './support/until.ts'

const skip = UNLESS_PID_1

const SERVICES = 10
const LINES = 100_000
const LONG_MS = 60_000

/** Services that each write numbered lines. */
function numbering(overflow: 'block' | 'drop'): string {
  const command = ['seq', String(LINES)]
  const names = Array.from({ length: SERVICES }, (_, index) => `s${index}`)
  const services = Object.fromEntries(names.map((name) => [name, { type: 'oneshot', command, logs: { overflow } }]))
  const last = { type: 'oneshot', command: 'echo last', depends_on: names }
  const stays = { command: 'sleep 1000' }
  return JSON.stringify({ services: { ...services, last, stays } })
}

/** Waits until all that was written so far is read. */
async function readAll(container: Container): Promise<void> {
  const after = container.output.lines.length - 1
  container.signal('SIGUSR1')
  await container.line(/stays: running/, { after, withinMs: LONG_MS })
}

/** What came of each service, in order: a number, or how many are told as dropped. */
function received(container: Container): ReadonlyMap<string, readonly { number: number; dropped: number }[]> {
  const found = new Map<string, { number: number; dropped: number }[]>()
  for (const { text } of container.output.lines) {
    const [, name, number, dropped] = /^(s\d) {9}\| (?:(\d+)|… (\d+) lines? \(.*\) dropped: .*)$/.exec(text) ?? []
    if (name === undefined) continue
    const lines = found.get(name) ?? []
    found.set(name, lines)
    lines.push({ number: Number(number ?? 0), dropped: Number(dropped ?? 0) })
  }
  return found
}

void t.test(
  `while nobody reads, ${SERVICES} services that block wait; then every line comes once, in order`,
  { skip },
  async (test) => {
    const container = await startContainer(test, { file: numbering('block') })
    await container.line(/^s0 +\| 1$/)
    container.output.stall()
    await until('all of them to wait', () => {
      const writing = container.processes().filter(({ name }) => name === 'seq')
      return writing.length === SERVICES && writing.every(({ state }) => state === 'S')
    })
    container.output.resume()
    await container.line(/^last/, { withinMs: LONG_MS })
    await readAll(container)
    const all = received(container)
    test.equal(all.size, SERVICES)
    for (const [name, lines] of all) {
      test.equal(lines.length, LINES, name)
      test.ok(
        lines.every(({ number }, index) => number === index + 1),
        name,
      )
    }
  },
)

void t.test(
  `while nobody reads, ${SERVICES} services that drop go on; what comes and what is told as dropped is all`,
  { skip },
  async (test) => {
    const container = await startContainer(test, { file: numbering('drop') })
    container.output.stall()
    await container.serviceThat('last', ({ state }) => state === 'completed', LONG_MS)
    container.output.resume()
    await readAll(container)
    const all = received(container)
    test.equal(all.size, SERVICES)
    let dropped = 0
    for (const [name, lines] of all) {
      let last = 0
      for (const line of lines) {
        // What is missing is told where it is missing.
        if (line.dropped === 0 && line.number !== last + 1) test.fail(`${name}: ${line.number} after ${last}`)
        last = line.dropped === 0 ? line.number : last + line.dropped
      }
      test.equal(last, LINES, name)
      dropped += lines.reduce((sum, line) => sum + line.dropped, 0)
    }
    test.ok(dropped > 0)
  },
)

void t.test('a service that writes only to a file does not wait for who reads the output', { skip }, async (test) => {
  const folder = makeFolder(test)
  const gate = join(folder, 'gate')
  execFileSync('mkfifo', [gate])
  const container = await startContainer(test, {
    folder,
    file: `
services:
  floods: {command: ['yes', a line that nobody reads]}
  gate: {type: oneshot, script: read -r _ < gate}
  files: {type: oneshot, command: [seq, '300000'], depends_on: [gate], logs: {stdout: false, file: files.log}}
`,
  })
  await container.line(/^floods/)
  container.output.stall()
  const floods = await container.service('floods')
  await until('the other to wait', () => container.processOf(floods.pid ?? 0)?.state === 'S')
  writeFileSync(gate, 'go\n')
  await container.serviceThat('files', ({ state }) => state === 'completed', LONG_MS)
  const text = (): string => readFileSync(join(folder, 'files.log'), 'utf8')
  await until('the last line', () => text().endsWith('files      | 300000\n'))
  const lines = text().split('\n')
  test.equal(lines.length, 300_001)
  test.ok(lines.every((line, index) => line === '' || line === `files      | ${index + 1}`))
})
