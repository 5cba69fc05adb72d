import { isUtf8 } from 'node:buffer'
import t from 'tap'
import { DEFAULT_LOG_SETTINGS, type LogSettings } from '../../src/core/log/settings.ts'
import type { Output, Stream } from '../../src/core/machine.ts'
import type { LogLine } from '../../src/core/protocol.ts'
import { createCalendar } from '../../src/daemon/calendar.ts'
import { createJournal } from '../../src/daemon/journal.ts'
import type { Source } from '../../src/daemon/flow.ts'
import { createLogs, type LogsOptions } from '../../src/daemon/logs.ts'
import { documentsOf } from './documents-of.ts'

const encode = (text: string) => new Uint8Array(Buffer.from(text))
const decode = (bytes: Uint8Array) => Buffer.from(bytes).toString()

/** Logs over an output whose level the test sets. */
function setUp(options: Partial<LogsOptions> = {}) {
  const state = { level: 'open' as ReturnType<Output['level']>, now: 1000, setByMs: 0 }
  const written: { stream: Stream; text: string }[] = []
  const openers: (() => void)[] = []
  const output: Output = {
    write: (stream, chunk) => void written.push({ stream, text: decode(chunk) }),
    level: () => state.level,
    onOpen: (opened) => void openers.push(opened),
    flush: async () => {},
  }
  const clock = { now: () => state.now, today: () => state.now + state.setByMs, startTimer: () => () => {} }
  const all = {
    output,
    openLogFile: () => output,
    warn: () => {},
    clock,
    dateOf: createCalendar(clock),
    services: ['web', 'database'],
    encode,
    decode,
    isUtf8,
    redact: (text: string) => text.replaceAll('hunter2', '***'),
    ...options,
  }
  const logs = createLogs(all)
  return {
    ...logs,
    attach: (service: string, process: Source, given: Partial<LogSettings> = {}) =>
      logs.attach({ service, run: 1, settings: { ...DEFAULT_LOG_SETTINGS, ...given } }, process),
    journal: createJournal({ ...all, settings: DEFAULT_LOG_SETTINGS }),
    state,
    written,
    text: (stream: Stream) =>
      written
        .filter((chunk) => chunk.stream === stream)
        .map(({ text }) => text)
        .join(''),
    open: () => {
      state.level = 'open'
      for (const opened of openers) opened()
    },
  }
}

/** A process that notes whether it is read. */
function createSource() {
  const calls: string[] = []
  return { calls, pauseOutput: () => void calls.push('pause'), resumeOutput: () => void calls.push('resume') }
}

void t.test('lines go out whole, on their stream, under names of one width', async (test) => {
  const logs = setUp()
  const web = logs.attach('web', createSource())
  const database = logs.attach('database', createSource())
  web.output('stdout', encode('one\ntw'))
  database.output('stdout', encode('three\n'))
  web.output('stderr', encode('fo'))
  web.output('stdout', encode('o\n'))
  web.output('stderr', encode('ur\n'))
  test.equal(logs.text('stdout'), 'web        | one\ndatabase   | three\nweb        | two\n')
  test.equal(logs.text('stderr'), 'web        | four\n')
})

void t.test('a longer name makes all labels wider, by characters', async (test) => {
  const logs = setUp({ services: ['web', 'größerer-dienst'] })
  logs.attach('web', createSource()).output('stdout', encode('a\n'))
  logs.attach('größerer-dienst', createSource()).output('stdout', encode('b\n'))
  test.equal(logs.text('stdout'), 'web             | a\ngrößerer-dienst | b\n')
})

void t.test('a label can be painted', async (test) => {
  const logs = setUp({ paint: (service, label) => `<${service}>${label}</>` })
  logs.attach('web', createSource()).output('stdout', encode('a\n'))
  logs.journal('{"level":30,"msg":"hello"}\n')
  test.equal(logs.text('stdout'), '<web>web        | </>a\n<supervisor>supervisor | </>hello\n')
  test.strictSame(logs.tail(['web'], null), [{ at: 1000, service: 'web', run: 1, stream: 'stdout', text: 'a' }])
})

void t.test('each service has its own format, and is remembered as it wrote', async (test) => {
  const logs = setUp({ clock: { now: () => 7, startTimer: () => () => {} }, dateOf: () => Date.UTC(2026, 10, 21, 3) })
  const stamped = logs.attach('web', createSource(), { timestamps: true, maxLineBytes: 4 })
  stamped.output('stdout', encode('abcdef\n'))
  const json = logs.attach('database', createSource(), { format: 'json' })
  json.output('stdout', encode('say "it"\n'))
  logs.attach('web', createSource(), { format: 'raw', maxLineBytes: 4 }).output('stdout', encode('abcdef\n'))
  test.equal(
    logs.text('stdout'),
    `2026-11-21T03:00:00.000Z web        | abcd\\
2026-11-21T03:00:00.000Z web        | ef
{"level":30,"time":${Date.UTC(2026, 10, 21, 3)},"service":"database","stream":"stdout","run":1,"msg":"say \\"it\\""}
abcdef
`,
  )
  test.strictSame(
    logs.tail(['web', 'database'], null).map(({ text }) => text),
    ['abcd\\', 'ef', 'abcdef', 'say "it"'],
  )
})

void t.test('escape sequences are taken out on request, but not of what goes to a terminal', async (test) => {
  const logs = setUp({ isTerminal: (stream) => stream === 'stderr' })
  for (const stripAnsi of [false, true]) {
    const log = logs.attach('web', createSource(), { stripAnsi, prefix: false })
    for (const stream of ['stdout', 'stderr'] as const) log.output(stream, encode('\x1b[1ma\x1b[m\n'))
  }
  test.equal(logs.text('stdout'), '\x1b[1ma\x1b[m\na\n')
  test.equal(logs.text('stderr'), '\x1b[1ma\x1b[m\n\x1b[1ma\x1b[m\n')
})

void t.test('a last line without newline comes when the output has ended', async (test) => {
  const logs = setUp()
  const web = logs.attach('web', createSource())
  web.output('stdout', encode('last out'))
  web.output('stderr', encode('last err'))
  web.exited()
  test.strictSame(logs.written, [])
  web.outputEnded()
  test.equal(logs.text('stdout'), 'web        | last out\n')
  test.equal(logs.text('stderr'), 'web        | last err\n')
})

void t.test('a run does not go on with the line of an earlier run', async (test) => {
  const logs = setUp()
  const first = logs.attach('web', createSource())
  const second = logs.attach('web', createSource())
  first.output('stdout', encode('fir'))
  second.output('stdout', encode('second\n'))
  first.output('stdout', encode('st\n'))
  test.equal(logs.text('stdout'), 'web        | second\nweb        | first\n')
})

void t.test('the supervisor speaks between whole lines, with its severity, each line under its name', async (test) => {
  const logs = setUp()
  const web = logs.attach('web', createSource())
  web.output('stdout', encode('be'))
  logs.journal('{"level":30,"time":1,"msg":"web is ready"}\n')
  logs.journal('{"level":40,"msg":"careful\\nwith this"}\n')
  logs.journal('{"level":50,"msg":""}\n')
  web.output('stdout', encode('gin\n'))
  test.equal(
    logs.text('stdout'),
    [
      'supervisor | web is ready',
      'supervisor | warning: careful',
      'supervisor | with this',
      'supervisor | error: ',
      'web        | begin\n',
    ].join('\n'),
  )
})

void t.test('the tail has the last lines of the services asked for, by time', async (test) => {
  const logs = setUp()
  const web = logs.attach('web', createSource())
  const database = logs.attach('database', createSource())
  web.output('stdout', encode('a\nb\n'))
  logs.state.now = 1001
  database.output('stderr', encode('c\n'))
  logs.state.now = 1002
  web.output('stdout', encode('d\nunfinished'))
  const [a, b, c, d]: LogLine[] = [
    { at: 1000, service: 'web', run: 1, stream: 'stdout', text: 'a' },
    { at: 1000, service: 'web', run: 1, stream: 'stdout', text: 'b' },
    { at: 1001, service: 'database', run: 1, stream: 'stderr', text: 'c' },
    { at: 1002, service: 'web', run: 1, stream: 'stdout', text: 'd' },
  ]
  test.strictSame(logs.tail(['web', 'database'], null), [a, b, c, d])
  test.strictSame(logs.tail(['web', 'database'], 1), [c, d])
  test.strictSame(logs.tail(['web'], 2), [b, d])
  test.strictSame(logs.tail(['other'], null), [])
  test.strictSame(logs.tail([], null), [])
})

void t.test('a follower gets each whole line of its services until it is cancelled', async (test) => {
  const logs = setUp()
  const web = logs.attach('web', createSource())
  const database = logs.attach('database', createSource())
  const lines: unknown[] = []
  web.output('stdout', encode('before\n'))
  const cancel = logs.follow(['web'], (batch) => {
    const told = documentsOf(batch).map((entry) => 'text' in entry && entry.text)
    lines.push([batch.count, ...told])
    if (told.includes('c')) cancel()
  })
  web.output('stdout', encode('a\nb'))
  database.output('stdout', encode('other\n'))
  web.output('stdout', encode('\nc\n'))
  web.output('stdout', encode('d\n'))
  test.strictSame(lines, [
    [1, 'a'],
    [2, 'b', 'c'],
  ])
})

void t.test('a line that is waited for is told once', async (test) => {
  const logs = setUp()
  const web = logs.attach('web', createSource())
  let matches = 0
  web.output('stdout', encode('ready\n'))
  web.waitForLine(/^ready$/, () => {
    matches++
    test.match(logs.text('stdout'), /\| ready\n$/, 'the line is out by then')
  })
  web.output('stdout', encode('not ready\nrea'))
  test.equal(matches, 0)
  web.output('stdout', encode('dy\r\nready\n'))
  web.output('stdout', encode('ready\n'))
  test.equal(matches, 1)
})

for (const [title, pattern, line] of [
  ['on stderr', /up/, 'stderr'],
  ['whatever the flags', /up/g, 'stdout'],
  ['without a newline, at the end', /up/y, 'end'],
] as const) {
  void t.test(`a line is waited for ${title}`, async (test) => {
    const logs = setUp()
    const web = logs.attach('web', createSource())
    let matches = 0
    pattern.lastIndex = pattern.flags === '' ? 0 : 2
    web.waitForLine(pattern, () => matches++)
    web.output(line === 'stderr' ? 'stderr' : 'stdout', encode(line === 'end' ? 'up' : 'up\n'))
    web.outputEnded()
    test.equal(matches, 1)
  })
}

void t.test('a line for which the expression would need too much memory does not match', async (test) => {
  const logs = setUp()
  const web = logs.attach('web', createSource())
  let matches = 0
  web.waitForLine(new RegExp(`(?:${'x*'.repeat(100)}a)*$`), () => matches++)
  web.output('stdout', encode(`${'a'.repeat(60_000)}!\n`))
  test.equal(matches, 0)
  web.output('stdout', encode('aa\n'))
  test.equal(matches, 1)
})

void t.test('a wait can be taken back', async (test) => {
  const logs = setUp()
  const web = logs.attach('web', createSource())
  web.waitForLine(/x/, () => test.fail('told'))()
  web.output('stdout', encode('x\n'))
})

void t.test('when the output is full, every source waits until it is open', async (test) => {
  const logs = setUp()
  const [web, database, late] = [createSource(), createSource(), createSource()]
  const log = logs.attach('web', web)
  logs.attach('database', database)
  log.output('stdout', encode('a\n'))
  test.strictSame([web.calls, database.calls], [[], []])
  logs.state.level = 'full'
  log.output('stdout', encode('b\n'))
  log.output('stdout', encode('c\n'))
  logs.attach('web', late)
  test.strictSame([web.calls, database.calls, late.calls], [['pause'], ['pause'], ['pause']])
  test.match(logs.text('stdout'), / c\n$/, 'what was under way is not lost')
  logs.open()
  for (const { calls } of [web, database, late]) test.strictSame(calls, ['pause', 'resume'])
})

void t.test('what an ended run left in its pipes is read though the output is full', async (test) => {
  const logs = setUp()
  const [web, database] = [createSource(), createSource()]
  const log = logs.attach('web', web)
  logs.attach('database', database)
  logs.state.level = 'full'
  log.output('stdout', encode('a\n'))
  log.exited()
  log.output('stdout', encode('last words\n'))
  log.outputEnded()
  logs.open()
  test.strictSame(
    [web.calls, database.calls],
    [
      ['pause', 'resume'],
      ['pause', 'resume'],
    ],
  )
  test.equal(logs.text('stdout'), 'web        | a\nweb        | last words\n')
})

void t.test('when the output is over, lines are dropped, remembered, and their size is told', async (test) => {
  const logs = setUp()
  const log = logs.attach('web', createSource())
  logs.state.level = 'over'
  log.exited()
  log.output('stdout', encode('a\nb'))
  log.outputEnded()
  test.strictSame(logs.written, [])
  test.strictSame(
    logs.tail(['web'], null).map(({ text }) => text),
    ['a', 'b'],
  )
  logs.open()
  logs.open()
  test.equal(logs.text('stdout'), 'web        | … 2 lines (4 B) dropped: output was not read fast enough\n')
})

void t.test('many services share what is remembered, and what one answer has room for', async (test) => {
  const services = Array.from({ length: 1024 }, (_, index) => `s${index}`)
  const logs = setUp({ services })
  for (const service of services) {
    const log = logs.attach(service, createSource())
    for (let line = 0; line < 100; line++) log.output('stdout', encode(`${line}\n`))
  }
  test.equal(logs.tail(['s7'], null).length, 64)
  test.equal(logs.tail(services, null).length, 16 * 1024)
  test.equal(logs.tail(services, 1000).length, 16 * 1024, 'however many are asked for')
  test.equal(logs.tail(services, 2).length, 2 * 1024)
})

void t.test('lines stay in their order when somebody sets the clock back', async (test) => {
  const logs = setUp()
  const web = logs.attach('web', createSource())
  const database = logs.attach('database', createSource())
  web.output('stdout', encode('a\n'))
  Object.assign(logs.state, { now: 2000, setByMs: -60_000 })
  database.output('stdout', encode('b\n'))
  logs.state.now = 3000
  web.output('stdout', encode('c\n'))
  test.strictSame(
    logs.tail(['web', 'database'], null).map(({ at, text }) => [at, text]),
    [
      [-59_000, 'a'],
      [-58_000, 'b'],
      [-57_000, 'c'],
    ],
  )
})
