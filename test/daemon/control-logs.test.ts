import t from 'tap'
import type { Batch, JsonReply, RawRequest, Reply } from '../../src/core/control/exchange.ts'
import type { Machine } from '../../src/core/machine.ts'
import type { LogLine } from '../../src/core/protocol.ts'
import { createControl } from '../../src/daemon/control.ts'
import { ROOT_ASKS } from '../core/control/askers.ts'
import { config, serviceConfig } from '../core/support.ts'
import { documentsOf } from './documents-of.ts'
import { supervised, type Supervised } from './supervised.ts'

function get(path: string, query: RawRequest['query'] = []): RawRequest {
  return { method: 'GET', path, query, body: '' }
}

function controlOf(set: Supervised, changes: Partial<Machine> = {}): (raw: RawRequest) => Reply {
  const machine: Machine = Object.assign(Object.create(set.machine) as Machine, changes)
  const handle = createControl({
    project: 'test',
    loop: set.loop,
    logs: set.logs,
    events: set.events,
    dateOf: set.dateOf,
    machine,
    failed: () => {},
    redact: (text) => text,
    secretNames: new Set(),
  })
  return (raw) => handle(raw, ROOT_ASKS)
}

function begun(...names: readonly string[]): Supervised {
  const set = supervised(config(...names.map((name) => serviceConfig({ name }))))
  set.loop.dispatch({ kind: 'begun' })
  for (const name of names) set.machine.spawned(name)
  set.machine.news()
  return set
}

/** What is sent of a stream, and what its client does by going away. */
function read(reply: Reply): {
  readonly lines: LogLine[]
  readonly batches: readonly Batch[]
  readonly leave: () => void
} {
  if (reply.kind !== 'stream') throw new Error(`a stream was expected: ${JSON.stringify(reply)}`)
  const lines: LogLine[] = []
  const batches: Batch[] = []
  const leave = reply.start({
    begin: (past) => void lines.push(...(past as Iterable<LogLine>)),
    write: (line) => lines.push(line as LogLine) > 0,
    writeAll: (batch) => {
      lines.push(...(documentsOf(batch) as readonly LogLine[]))
      return batches.push(batch) > 0
    },
    end: () => {},
  })
  return { lines, batches, leave }
}

/** The answers that came so far. */
function ask(reply: Reply): { readonly answers: JsonReply[]; readonly leave: () => void } {
  if (reply.kind !== 'later') throw new Error(`an answer for later was expected: ${JSON.stringify(reply)}`)
  const answers: JsonReply[] = []
  return { answers, leave: reply.start((answer) => answers.push(answer)) }
}

const line = (text: string): Uint8Array => Buffer.from(`${text}\n`)

void t.test('who follows is told of each line once, old and new, and nothing when gone', async (test) => {
  const set = begun('a', 'b')
  const say = (name: string, text: string): void => set.machine.process(name).listener.output('stdout', line(text))
  say('b', '1')
  say('a', '2')
  const query = [
    ['follow', 'true'],
    ['last', '1'],
  ] as const
  const { lines, leave } = read(controlOf(set)(get('/v1/logs', query)))
  say('a', '3')
  say('b', '4')
  leave()
  say('a', '5')
  test.strictSame(lines.map(({ text }) => text).toSorted(), ['1', '2', '3', '4'])
  test.strictSame(
    lines.slice(2).map(({ text }) => text),
    ['3', '4'],
  )
})

void t.test('what comes is the same for all who follow, so that it can be made once', async (test) => {
  const set = begun('a')
  const control = controlOf(set)
  const clients = [1, 2].map(() => read(control(get('/v1/logs', [['follow', 'true']]))))
  set.machine.process('a').listener.output('stdout', Buffer.from('1\n2\n'))
  const [one, other] = clients.map(({ batches }) => batches)
  test.strictSame(
    one?.map(({ count }) => count),
    [2],
  )
  test.equal(one?.[0], other?.[0])
})

void t.test(
  'a status without CPU and memory comes when these cannot be had, and none when nobody wants it',
  async (test) => {
    const set = begun('web')
    const settle: (() => void)[] = []
    const usage = (): Promise<never> => new Promise((_, reject) => settle.push(() => reject(new Error('no /proc'))))
    const control = controlOf(set, { usage })
    const [gone, there] = [0, 1].map(() => ask(control(get('/v1/status', [['usage', 'true']]))))
    gone?.leave()
    for (const reject of settle) reject()
    await new Promise((resolve) => setImmediate(resolve))
    test.strictSame(gone?.answers, [])
    test.match(there?.answers, [{ status: 200, body: { services: [{ name: 'web', cpu: null, memory: null }] } }])
  },
)

void t.test('fifty who wait are answered together, those who have gone are not', async (test) => {
  const set = begun('web')
  const control = controlOf(set)
  const waits = Array.from({ length: 50 }, () => ask(control(get('/v1/wait', [['for', 'stopped']]))))
  waits[7]?.leave()
  set.loop.dispatch({ kind: 'stop-requested', services: ['web'] })
  set.machine.ends('web')
  test.strictSame(
    waits.map(({ answers }) => answers.length),
    waits.map((_, index) => (index === 7 ? 0 : 1)),
  )
})
