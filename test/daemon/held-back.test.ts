import { isUtf8 } from 'node:buffer'
import t from 'tap'
import { DEFAULT_LOG_SETTINGS, type LogSettings } from '../../src/core/log/settings.ts'
import type { Output } from '../../src/core/machine.ts'
import { createLogs } from '../../src/daemon/logs.ts'
import { FakeMachine } from './fake-machine.ts'

const FILE = { path: '/var/log/web.log', maxBytes: null, maxFiles: 0, compress: false }
const UNREAD = "nobody reads the container's output, or too slowly"

/** An output whose reader the test is. */
function createTarget() {
  let level: ReturnType<Output['level']> = 'open'
  const openers: (() => void)[] = []
  const output: Output = {
    write: () => undefined,
    level: () => level,
    onOpen: (opened) => void openers.push(opened),
    flush: async () => undefined,
  }
  return {
    output,
    stall: () => void (level = 'full'),
    read: () => {
      level = 'open'
      for (const opened of openers) opened()
    },
  }
}

/** Logs over the container's output and a file, on a machine whose time the test sets. */
function setUp() {
  const [container, file] = [createTarget(), createTarget()]
  const warnings: string[] = []
  const machine = new FakeMachine()
  const { heldBack, attach } = createLogs({
    output: container.output,
    openLogFile: () => file.output,
    warn: (text) => void warnings.push(text),
    clock: machine.clock,
    dateOf: () => 0,
    services: ['web', 'db'],
    encode: (text) => new Uint8Array(Buffer.from(text)),
    decode: (bytes) => Buffer.from(bytes).toString(),
    isUtf8,
    redact: String,
  })
  const start = (service: string, given: Partial<LogSettings> = {}) => {
    const settings = { ...DEFAULT_LOG_SETTINGS, ...given }
    const source = { pauseOutput: () => undefined, resumeOutput: () => undefined }
    const log = attach({ service, run: 1, settings }, source)
    return { ...log, say: () => log.output('stdout', Buffer.from('a\n')) }
  }
  return { container, file, warnings, machine, heldBack, start }
}

void t.test('who waits for some seconds for a reader is told as held back, until it is read', async (test) => {
  const { container, warnings, machine, heldBack, start } = setUp()
  const [web] = [start('web'), start('db'), start('free', { overflow: 'drop' })]
  container.stall()
  web.say()
  machine.pass(4999)
  test.strictSame([heldBack('web'), warnings], ['', []])
  machine.pass(7001)
  const words = `held back for 12 s: ${UNREAD}`
  test.strictSame(['web', 'db', 'free'].map(heldBack), [words, words, ''])
  const wayOut = 'see to its reader, or set "logs: { overflow: drop }" for those that must not wait'
  test.strictSame(warnings, [`web and db are held back: ${UNREAD}; ${wayOut}`])
  container.read()
  test.equal(heldBack('web'), '')
})

void t.test('a reader that is slow for less than that is not told', async (test) => {
  const { container, warnings, machine, heldBack, start } = setUp()
  const web = start('web')
  for (let times = 0; times < 3; times += 1) {
    container.stall()
    web.say()
    machine.pass(3000)
    test.equal(heldBack('web'), '')
    container.read()
  }
  machine.pass(60_000)
  test.strictSame(warnings, [])
})

void t.test('a reader that stalls again and again is told once, and again after a minute of calm', async (test) => {
  const { container, warnings, machine, start } = setUp()
  const web = start('web')
  const counts = [0, 50_000, 50_000, 60_000].map((calmMs) => {
    machine.pass(calmMs)
    container.stall()
    web.say()
    machine.pass(5000)
    container.read()
    return warnings.length
  })
  test.strictSame(counts, [1, 1, 1, 2])
})

void t.test('a file is told by its path, and an ended run is not held back any more', async (test) => {
  const { file, warnings, machine, heldBack, start } = setUp()
  const web = start('web', { file: FILE, stdout: false })
  const db = start('db')
  file.stall()
  web.say()
  db.say()
  machine.pass(6000)
  const why = '"/var/log/web.log" takes no more, or too slowly'
  test.strictSame(['web', 'db'].map(heldBack), [`held back for 6 s: ${why}`, ''])
  const wayOut = 'see to its disk or its reader, or set "logs: { overflow: drop }" for those that must not wait'
  test.strictSame(warnings, [`web is held back: ${why}; ${wayOut}`])
  web.exited()
  test.equal(heldBack('web'), '')
})
