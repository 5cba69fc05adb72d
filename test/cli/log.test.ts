import t from 'tap'
import { inColour, plain } from '../../src/cli/render/colour.ts'
import { jsonLine, jsonPage } from '../../src/cli/render/json.ts'
import { createLogRenderer, type LogLook } from '../../src/cli/render/log.ts'
import type { LogEntry, Missed } from '../../src/core/protocol.ts'
import { line } from './support.ts'

const AT = Date.UTC(2026, 10, 21, 3, 0, 0, 123)
const PIPE: LogLook = { paint: plain, isTerminal: false, timestamps: false, prefix: true, stripAnsi: false }
const TERMINAL: LogLook = { ...PIPE, isTerminal: true }

const run = { at: AT, service: 'web', run: 3 }
const RED = '\u001B[31mred\u001B[0m \u001B]0;title\u0007\u001B[2J'

const looks: readonly (readonly [
  what: string,
  look: LogLook,
  entries: readonly (LogEntry | Missed)[],
  shown: readonly string[],
])[] = [
  ['a line', PIPE, [line(AT, 'web', 'GET /')], ['web | GET /']],
  ['a time', { ...PIPE, timestamps: true }, [line(AT, 'web', 'x')], ['2026-11-21T03:00:00.123Z web | x']],
  ['no name', { ...PIPE, prefix: false }, [line(AT, 'web', 'x')], ['x']],
  [
    'a run from its start to its end',
    PIPE,
    [
      { ...run, event: 'started', pid: 4711 },
      { ...run, event: 'ended', exit: { code: 1, signal: null } },
      { ...run, event: 'ended', exit: { code: null, signal: 'SIGKILL' } },
      { ...run, event: 'not-started', reason: 'no \u001B[2J' },
    ],
    [
      'web | ── run 3 started, pid 4711 ──',
      'web | ── run 3 exited with 1 ──',
      'web | ── run 3 killed by SIGKILL ──',
      String.raw`web | ── run 3 could not be started: no \x1b[2J ──`,
    ],
  ],
  [
    'a mark with its time and no name',
    { ...PIPE, prefix: false, timestamps: true },
    [{ ...run, event: 'started', pid: 1 }],
    ['2026-11-21T03:00:00.123Z ── run 3 started, pid 1 ──'],
  ],
  [
    'a gap',
    { ...PIPE, timestamps: true },
    [{ missed: 1 }, { missed: 12 }],
    [
      'supervisor | ── 1 line is missing here: they came faster than they were read ──',
      'supervisor | ── 12 lines are missing here: they came faster than they were read ──',
    ],
  ],
  ['into a pipe all as it was written', PIPE, [line(AT, 'web', RED)], [`web | ${RED}`]],
  ['without escape sequences', { ...PIPE, stripAnsi: true }, [line(AT, 'web', RED)], ['web | red ']],
  [
    'on a terminal colours, and nothing that moves the cursor',
    TERMINAL,
    [line(AT, 'web', RED)],
    [String.raw`web | ${'\u001B[31mred\u001B[0m'} \x1b]0;title\x07\x1b[2J${'\u001B[0m'}`],
  ],
  [
    'on a terminal no colours when these are not wanted',
    { ...TERMINAL, stripAnsi: true },
    [line(AT, 'web', '\u001B[31mred\u001B[0m\u0007')],
    [String.raw`web | red\x07`],
  ],
  [
    'on a terminal names as wide as the widest so far',
    TERMINAL,
    [line(AT, 'web', '1'), line(AT, 'größer', '2'), line(AT, 'web', '3'), line(AT, '数据', '4')],
    ['web | 1', 'größer | 2', 'web    | 3', '数据   | 4'],
  ],
  [
    'colours on a terminal, one a service, and marks dim',
    { ...TERMINAL, paint: inColour, timestamps: true },
    [line(AT, 'web', 'x'), { ...run, event: 'started', pid: 1 }, line(AT, 'db', 'x')],
    [
      '\u001B[2m2026-11-21T03:00:00.123Z\u001B[0m \u001B[36mweb |\u001B[0m x',
      '\u001B[2m2026-11-21T03:00:00.123Z\u001B[0m \u001B[36mweb |\u001B[0m \u001B[2m── run 3 started, pid 1 ──\u001B[0m',
      '\u001B[2m2026-11-21T03:00:00.123Z\u001B[0m \u001B[33mdb  |\u001B[0m x',
    ],
  ],
]

for (const [what, look, entries, shown] of looks) {
  void t.test(`logs show ${what}`, async (test) => {
    const render = createLogRenderer(look)
    test.strictSame(
      entries.map((entry) => render(entry)),
      shown,
    )
  })
}

void t.test('JSON is as it came, and does nothing to a terminal', async (test) => {
  const entry = line(AT, 'web', 'é \u001B[2J \u009B2J \u007F "')
  const text = jsonLine(entry)
  test.equal(
    text,
    `${String.raw`{"at":${AT},"service":"web","run":1,"stream":"stdout","text":"é \u001b[2J \u009b2J \u007f \""}`}\n`,
  )
  test.strictSame(JSON.parse(text), entry)
  const page = jsonPage({ entries: [entry] })
  test.equal(page.split('\n').length, 12)
  test.match(page, String.raw`"text": "é \u001b[2J \u009b2J \u007f \""`)
  test.strictSame(JSON.parse(page), { entries: [entry] })
})
