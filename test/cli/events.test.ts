import t from 'tap'
import type { EventReply } from '../../src/core/control/event-reply.ts'
import type { Missed } from '../../src/core/protocol.ts'
import { inColour, plain } from '../../src/cli/render/colour.ts'
import { createEventText } from '../../src/cli/render/event.ts'
import { fake, run, streaming } from './support.ts'

const AT = Date.UTC(2026, 10, 21, 3, 0, 0, 7)
const TIME = '2026-11-21T03:00:00.007Z'
const STATE = { at: AT, event: 'state', run: 3, pid: null, exit: null, by: null } as const
const ALICE = { uid: 1000, name: 'alice' }

/** One of each kind. */
const EVENTS: readonly (readonly [event: EventReply | Missed, line: string])[] = [
  [
    { at: AT, event: 'supervisor', state: 'starting', reason: 'begun', code: null },
    'supervisor  starting               begun',
  ],
  [{ ...STATE, service: 'web', from: 'waiting', to: 'starting', reason: '' }, 'web         waiting → starting'],
  [{ at: AT, event: 'spawned', service: 'web', run: 3, pid: 7 }, 'web         spawned                run 3, pid 7'],
  [
    { at: AT, event: 'health', service: 'web', from: 'healthy', to: 'unhealthy', run: 3, reason: 'no\nanswer' },
    'web         unhealthy              no\\nanswer',
  ],
  [
    { at: AT, event: 'exited', service: 'web', run: 3, pid: 7, exit: { code: 3, signal: null } },
    'web         exited with 3          run 3, pid 7',
  ],
  [
    { at: AT, event: 'exited', service: 'web', run: 3, pid: 7, exit: { code: null, signal: 'SIGKILL' } },
    'web         killed by SIGKILL      run 3, pid 7',
  ],
  [{ at: AT, event: 'killed', service: 'web', run: 3, pid: 7 }, 'web         sent SIGKILL           run 3, pid 7'],
  [
    { at: AT, event: 'request', action: 'signal', services: ['web', 'db'], signal: 'SIGHUP', by: ALICE },
    'supervisor  asked by user "alice" (uid 1000)  signal SIGHUP web, db',
  ],
  [
    { at: AT, event: 'request', action: 'shutdown', services: [], signal: null, by: { uid: 0, name: 'root' } },
    'supervisor  asked by root          shutdown',
  ],
  [{ missed: 37 }, 'supervisor  missed                 37 events are left out: they were not read in time'],
  [
    { ...STATE, service: 'a-long-service-name', from: 'backoff', to: 'failed', reason: 'exited with 3' },
    'a-long-service-name  backoff → failed       exited with 3',
  ],
  [
    { ...STATE, service: 'web', from: 'starting', to: 'running', reason: 'ready after 0.3 s' },
    'web                  starting → running     ready after 0.3 s',
  ],
]

void t.test('events are lines in columns, with the time first', async (test) => {
  const { folder, asked } = await fake(test, streaming(EVENTS.map(([event]) => event)))
  const lines = EVENTS.map(([event, line]) => `${'at' in event ? TIME : ' '.repeat(TIME.length)}  ${line}\n`).join('')
  test.strictSame(await run(folder, 'events', '-n', '50', 'web', 'db-*'), { status: 0, out: lines, err: '' })
  test.strictSame(asked, [{ kind: 'events', services: ['web', 'db-*'], last: 50, follow: true }])
})

void t.test('as JSON they are as they came, and nothing is followed when that is not wanted', async (test) => {
  const { folder, asked } = await fake(test, streaming(EVENTS.map(([event]) => event)))
  const lines = EVENTS.map(([event]) => `${JSON.stringify(event)}\n`).join('')
  test.strictSame(await run(folder, 'events', '--json', '--no-follow'), { status: 0, out: lines, err: '' })
  test.strictSame(asked, [{ kind: 'events', services: [], last: null, follow: false }])
})

void t.test('on a terminal a line is cut at its width, and says in colour what is bad', async (test) => {
  const bad: EventReply = { ...STATE, service: 'web', from: 'backoff', to: 'failed', reason: 'given up '.repeat(20) }
  for (const width of [70, 80, 200]) {
    const line = createEventText({ paint: plain, width })(bad)
    test.ok(line.length <= width && (width === 200 || line.length === width), String(line.length))
  }
  const painted = createEventText({ paint: inColour, width: 80 })(bad)
  test.match(painted, '\u001B[1mweb\u001B[0m         \u001B[31mbackoff → failed\u001B[0m       given up')
})

void t.test('what is no event is told, as from a supervisor of another version', async (test) => {
  const { folder, asked } = await fake(test, streaming([{ odd: true }]))
  test.match(await run(folder, 'events'), { status: 1, out: '', err: /cannot understand the supervisor’s answer/u })
  test.strictSame(asked, [{ kind: 'events', services: [], last: 0, follow: true }], 'what is new')
})
