import { isUtf8 } from 'node:buffer'
import t from 'tap'
import { DEFAULT_LOG_SETTINGS, type LogSettings } from '../../src/core/log/settings.ts'
import type { Output, Stream } from '../../src/core/machine.ts'
import { createLogs } from '../../src/daemon/logs.ts'

const encode = (text: string) => new Uint8Array(Buffer.from(text))
const decode = (bytes: Uint8Array) => Buffer.from(bytes).toString()

/** An output whose level the test sets. */
function createTarget() {
  const written = { stdout: '', stderr: '' }
  const openers: (() => void)[] = []
  let level: ReturnType<Output['level']> = 'open'
  const output: Output = {
    write: (stream, chunk) => {
      written[stream] += decode(chunk)
    },
    level: () => level,
    onOpen: (opened) => void openers.push(opened),
    flush: async () => {},
  }
  return {
    output,
    written,
    is: (next: typeof level) => {
      level = next
      if (level === 'open') for (const opened of openers) opened()
    },
  }
}

/** Logs over the container's output and a file. */
function setUp() {
  const [container, file] = [createTarget(), createTarget()]
  const warnings: string[] = []
  const opened: string[] = []
  const logs = createLogs({
    output: container.output,
    openLogFile: ({ path }) => {
      opened.push(path)
      return file.output
    },
    warn: (text) => void warnings.push(text),
    clock: { now: () => 0, startTimer: () => () => {} },
    dateOf: () => 0,
    services: ['web', 'db'],
    encode,
    decode,
    isUtf8,
    redact: (text) => text,
  })
  const attach = (service: string, given: Partial<LogSettings>) => {
    const calls: string[] = []
    const source = { pauseOutput: () => void calls.push('pause'), resumeOutput: () => void calls.push('resume') }
    const log = logs.attach({ service, run: 3, settings: { ...DEFAULT_LOG_SETTINGS, ...given } }, source)
    const say = (text: string, stream: Stream = 'stdout'): void => log.output(stream, encode(text))
    return { ...log, calls, say }
  }
  return { container, file, warnings, opened, attach, tail: logs.tail }
}

const FILE = { path: '/var/log/web.log', maxBytes: null, maxFiles: 0, compress: false }

void t.test('lines go to the output, to a file, to both or to none, and are remembered', async (test) => {
  const { container, file, attach, tail, opened } = setUp()
  attach('web', {}).say('a\n')
  attach('web', { file: FILE }).say('b\n')
  attach('web', { file: FILE, stdout: false }).say('c\n', 'stderr')
  attach('web', { stdout: false }).say('d\n')
  test.equal(container.written.stdout, 'web        | a\nweb        | b\n')
  test.strictSame(file.written, { stdout: 'web        | b\n', stderr: 'web        | c\n' })
  test.strictSame(
    tail(['web'], null).map(({ text }) => text),
    ['a', 'b', 'c', 'd'],
  )
  test.strictSame(opened, [FILE.path], 'one file for all')
})

void t.test('who does not write to what is full goes on', async (test) => {
  const { container, file, attach } = setUp()
  const [shown, filed, both] = [
    attach('web', {}),
    attach('db', { stdout: false, file: FILE }),
    attach('web', { file: FILE }),
  ]
  container.is('full')
  for (const { say } of [shown, filed, both]) say('x\n')
  test.strictSame([shown.calls, filed.calls, both.calls], [['pause'], [], ['pause']])
  file.is('full')
  filed.say('x\n')
  container.is('open')
  test.strictSame([shown.calls, filed.calls, both.calls], [['pause', 'resume'], ['pause'], ['pause']])
  file.is('open')
  test.strictSame(
    [filed.calls, both.calls],
    [
      ['pause', 'resume'],
      ['pause', 'resume'],
    ],
  )
})

void t.test('who is to drop never waits; what is missing is told where it is missing', async (test) => {
  const { container, attach, tail } = setUp()
  const [drops, blocks] = [attach('web', { overflow: 'drop' }), attach('db', {})]
  drops.say('1\n')
  container.is('full')
  drops.say('2\n3\n')
  drops.say('4\n5')
  drops.say('no\n', 'stderr')
  blocks.say('b\n')
  test.strictSame([drops.calls, blocks.calls], [[], ['pause']])
  container.is('open')
  drops.say('\n6\n')
  test.strictSame(container.written, {
    stdout: [
      'web        | 1',
      'db         | b',
      'web        | … 3 lines (6 B) dropped: output was not read fast enough',
      'web        | 5',
      'web        | 6\n',
    ].join('\n'),
    stderr: 'web        | … 1 line (3 B) dropped: output was not read fast enough\n',
  })
  test.equal(tail(['web'], null).length, 7, 'all of it is remembered')
})

void t.test('the last words of one that drops are written while there is any room', async (test) => {
  const { container, attach } = setUp()
  const web = attach('web', { overflow: 'drop' })
  container.is('full')
  web.say('1\n')
  web.exited()
  web.say('2\n')
  container.is('over')
  web.say('3\n')
  web.outputEnded()
  container.is('open')
  const gap = 'web        | … 1 line (2 B) dropped: output was not read fast enough\n'
  test.equal(container.written.stdout, `${gap}web        | 2\n${gap}`)
})

void t.test('what is missing is told in JSON among JSON, and elsewhere where nothing may be added', async (test) => {
  const { container, file, warnings, attach } = setUp()
  const json = attach('web', { format: 'json', overflow: 'drop' })
  const raw = attach('db', { format: 'raw', overflow: 'drop', stdout: false, file: FILE })
  container.is('full')
  file.is('full')
  json.say('x\n')
  raw.say('y\n')
  container.is('open')
  file.is('open')
  test.strictSame(JSON.parse(container.written.stdout), {
    level: 30,
    time: 0,
    service: 'web',
    stream: 'stdout',
    run: 3,
    msg: '… 1 line (2 B) dropped: output was not read fast enough',
  })
  test.equal(file.written.stdout, '')
  test.strictSame(warnings, ['db: 1 line (2 B) dropped: "/var/log/web.log" was not written fast enough'])
})

void t.test('a file gets no colours that a terminal gets', async (test) => {
  const [container, file] = [createTarget(), createTarget()]
  const logs = createLogs({
    output: container.output,
    openLogFile: () => file.output,
    warn: () => {},
    clock: { now: () => 0, startTimer: () => () => {} },
    dateOf: () => 0,
    services: ['web'],
    encode,
    decode,
    isUtf8,
    redact: (text) => text,
    paint: (_, label) => `\x1b[32m${label}\x1b[39m`,
    isTerminal: () => true,
  })
  const settings = { ...DEFAULT_LOG_SETTINGS, file: FILE, stripAnsi: true }
  const source = { pauseOutput: () => {}, resumeOutput: () => {} }
  logs.attach({ service: 'web', run: 1, settings }, source).output('stdout', encode('\x1b[1mbold\x1b[0m\n'))
  test.equal(container.written.stdout, '\x1b[32mweb        | \x1b[39m\x1b[1mbold\x1b[0m\n')
  test.equal(file.written.stdout, 'web        | bold\n')
})
