import { isUtf8 } from 'node:buffer'
import t from 'tap'
import type { ServiceConfig } from '../../src/core/config/model.ts'
import { DEFAULT_LOG_SETTINGS } from '../../src/core/log/settings.ts'
import type { LogEntry, LogRange } from '../../src/core/protocol.ts'
import { createCalendar } from '../../src/daemon/calendar.ts'
import { createLogs, type LogsOptions } from '../../src/daemon/logs.ts'
import { rememberWords } from '../../src/daemon/own-words.ts'
import { config, serviceConfig } from '../core/support.ts'
import { documentsOf } from './documents-of.ts'
import { FakeMachine } from './fake-machine.ts'
import { redact, supervised, type Supervised } from './supervised.ts'

const ALL: LogRange = { last: null, since: null, until: null }

/** Entries in short words, each with its run. */
function told(entries: Iterable<LogEntry>): readonly string[] {
  return [...entries].map((entry) => `${entry.service} ${entry.run} ${wordsOf(entry)}`)
}

function wordsOf(entry: LogEntry): string {
  if ('text' in entry) return `"${entry.text}"`
  const { at: _at, service: _service, run: _run, event, ...details } = entry
  return `${event} ${JSON.stringify(details)}`
}

function begun(...services: readonly ServiceConfig[]): Supervised {
  const set = supervised(config(...services))
  set.loop.dispatch({ kind: 'begun' })
  return set
}

void t.test('a run stands between its start and its end, with all that it and its hooks have said', async (test) => {
  const preStop = [{ argv: ['dump'], timeoutMs: 1000 }]
  const { machine, loop, logs } = begun(serviceConfig({ preStop }))
  machine.spawned('web', 100)
  machine.says('web', 'serving\nunfinis')
  const [main] = machine.processes
  loop.dispatch({ kind: 'stop-requested', services: ['web'] })
  machine.says('web', 'dumped\n')
  machine.ends('web')
  main?.listener.exited({ kind: 'signal', signal: 'SIGKILL' })
  main?.listener.output('stdout', Buffer.from('hed\n'))
  main?.listener.output('stderr', Buffer.from('last words'))
  main?.cleared?.()
  main?.listener.outputEnded()
  test.strictSame(told(logs.past(['web'], ALL)), [
    'web 1 started {"pid":100}',
    'web 1 "serving"',
    'web 1 "dumped"',
    'web 1 "unfinished"',
    'web 1 "last words"',
    'web 1 ended {"exit":{"code":null,"signal":"SIGKILL"}}',
  ])
})

void t.test('who follows is told of the end of one run and of the start of the next', async (test) => {
  const { machine, logs } = begun(serviceConfig())
  machine.spawned('web', 100)
  const entries: LogEntry[] = []
  logs.follow(['web'], (batch) => entries.push(...documentsOf(batch)))
  machine.ends('web', 3)
  machine.pass(100)
  machine.spawned('web', 200)
  machine.says('web', 'again\n')
  const at = Date.UTC(2026, 0, 1)
  test.strictSame(entries, [
    { at, service: 'web', run: 1, event: 'ended', exit: { code: 3, signal: null } },
    { at: at + 100, service: 'web', run: 2, event: 'started', pid: 200 },
    { at: at + 100, service: 'web', run: 2, stream: 'stdout', text: 'again' },
  ])
  test.strictSame(
    logs.tail(['web'], 9).map(({ text }) => text),
    ['again'],
    'the last words of a service are its own',
  )
})

void t.test('what could not be started says why, without secrets', async (test) => {
  const { machine, logs } = begun(serviceConfig())
  const entries: LogEntry[] = []
  logs.follow(['web'], (batch) => entries.push(...documentsOf(batch)))
  machine.process('web').listener.failed({ message: '"/hunter2" does not exist', status: 127 })
  const line = 'web 1 not-started {"reason":"\\"/***\\" does not exist"}'
  test.strictSame(told(logs.past(['web'], ALL)), [line])
  test.strictSame(told(entries), [line])
})

/** Logs on a machine whose time the test sets. */
function setUp(options: Partial<LogsOptions> = {}) {
  const machine = new FakeMachine()
  const logs = createLogs({
    output: machine.output,
    clock: machine.clock,
    dateOf: createCalendar(machine.clock),
    services: ['web', 'db'],
    encode: (text) => new Uint8Array(Buffer.from(text)),
    decode: (bytes) => Buffer.from(bytes).toString(),
    isUtf8,
    openLogFile: machine.openLogFile,
    redact,
    warn: () => {},
    ...options,
  })
  const attach = (service: string) =>
    logs.attach({ service, run: 1, settings: DEFAULT_LOG_SETTINGS }, { pauseOutput: () => {}, resumeOutput: () => {} })
  return { machine, logs, attach }
}

void t.test('what the supervisor says is remembered as it says it, without secrets', async (test) => {
  const { logs, machine } = setUp()
  const said: unknown[] = []
  const note =
    (level: string) =>
    (...words: readonly unknown[]) =>
      void said.push([level, ...words])
  const logger = { info: note('info'), warn: note('warn'), error: note('error'), load: () => 'loaded' }
  const heard = rememberWords(logger, logs.remember)
  heard.info('web: starting', { pid: 7 })
  machine.pass(5)
  heard.warn('web: hunter2\r\n  is told')
  heard.error('')
  const at = Date.UTC(2026, 0, 1)
  const line = { service: 'supervisor', run: 0, stream: 'stdout' }
  test.strictSame(
    [...logs.past(['supervisor'], ALL)],
    [
      { at, ...line, text: 'web: starting' },
      { at: at + 5, ...line, text: 'warning: web: ***' },
      { at: at + 5, ...line, text: '  is told' },
      { at: at + 5, ...line, text: 'error: ' },
    ],
  )
  test.strictSame(said, [
    ['info', 'web: starting', { pid: 7 }],
    ['warn', 'web: hunter2\r\n  is told', undefined],
    ['error', '', undefined],
  ])
  test.equal(heard.load(), 'loaded')
})

void t.test('each is remembered as far as its settings say', async (test) => {
  const lines = { web: 2, db: 3, supervisor: 4 } as Readonly<Record<string, number>>
  const { logs, attach } = setUp({ bufferOf: (name) => ({ maxLines: lines[name] ?? 0, maxBytes: 1000 }) })
  for (const name of ['web', 'db']) attach(name).output('stdout', Buffer.from('1\n2\n3\n4\n5\n'))
  for (const text of ['1', '2', '3', '4', '5']) logs.remember(text)
  test.strictSame(told(logs.past(['web', 'db', 'supervisor'], ALL)), [
    'web 1 "4"',
    'web 1 "5"',
    'db 1 "3"',
    'db 1 "4"',
    'db 1 "5"',
    'supervisor 0 "2"',
    'supervisor 0 "3"',
    'supervisor 0 "4"',
    'supervisor 0 "5"',
  ])
})

void t.test('logs between two times are those with these times, also when somebody has set the clock', async (test) => {
  const { machine, logs, attach } = setUp()
  const [web, db] = [attach('web'), attach('db')]
  web.output('stdout', Buffer.from('1\n'))
  machine.pass(10.4)
  db.output('stdout', Buffer.from('2\n'))
  machine.pass(0.2)
  web.output('stdout', Buffer.from('3\n'))
  machine.pass(10)
  db.output('stdout', Buffer.from('4\n'))
  const texts = (range: Partial<LogRange>) =>
    [...logs.past(['web', 'db'], { ...ALL, ...range })].map((entry) => [
      entry.at - start,
      'text' in entry && entry.text,
    ])
  let start = Date.UTC(2026, 0, 1)
  test.strictSame(texts({ since: start }), [
    [0, '1'],
    [10, '2'],
    [11, '3'],
    [21, '4'],
  ])
  const middle = { since: start + 10, until: start + 11 }
  test.strictSame(texts(middle), [
    [10, '2'],
    [11, '3'],
  ])
  test.strictSame(texts({ until: start + 10, last: 1 }), [
    [0, '1'],
    [10, '2'],
  ])
  machine.setClock(3_600_000)
  test.strictSame(texts(middle), [])
  start += 3_600_000
  test.strictSame(texts({ since: start + 11 }), [
    [11, '3'],
    [21, '4'],
  ])
})
