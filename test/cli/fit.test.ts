import xterm from '@xterm/headless'
import t from 'tap'
import type { ServiceStatus, StatusReply } from '../../src/core/protocol.ts'
import type { AnalyzeReply } from '../../src/core/control/analyze-reply.ts'
import type { GraphReply } from '../../src/core/control/graph-reply.ts'
import type { PlanReply } from '../../src/cli/check-reply.ts'
import { renderAnalysis } from '../../src/cli/render/analysis.ts'
import { withStatus } from '../../src/cli/history.ts'
import { BLOCKS } from '../../src/cli/render/chart.ts'
import { inColour, plain, type Paint } from '../../src/cli/render/colour.ts'
import { renderGraphText } from '../../src/cli/render/graph-text.ts'
import { viewOf } from '../../src/cli/render/graph-view.ts'
import { renderPlan } from '../../src/cli/render/plan.ts'
import { renderStatus } from '../../src/cli/render/status.ts'
import { cellWidth, cut, wrap } from '../../src/cli/render/text.ts'
import { topLines, topScreen } from '../../src/cli/render/top.ts'
import { watchLines } from '../../src/cli/render/watch.ts'

const today = Date.parse('2026-03-01T03:00:00Z')
const NASTY = [
  'plain',
  'a'.repeat(120),
  '日本語'.repeat(30),
  '🚀 launched 👨‍👩‍👧 ❤️ 🇩🇪 1️⃣ '.repeat(9),
  'e\u0301\u0300\u0323'.repeat(60),
  '\u001B[31;5m\u001B[2J\u001B]0;title\u0007\u009B31m red\r\nover\ttab '.repeat(8),
  '\u202Eright to left\u2028 new line '.repeat(8),
]

const services = NASTY.map((text, index): ServiceStatus => ({
  name: text,
  description: text,
  labels: {},
  type: 'longrun',
  state: index % 2 === 0 ? 'running' : 'backoff',
  health: index % 3 === 0 ? 'unhealthy' : 'none',
  pid: 4_000_000 + index,
  run: 1,
  restarts: 10 ** index,
  since: new Date(today - 11 ** index).toISOString(),
  reason: text,
  cause: 'exited',
  deadline: null,
  waiting_for: [],
  blocked_by: [],
  last_line: text,
  exit: null,
  next: null,
  failures: 3,
  check: { ended: new Date(today - 1000).toISOString(), passed: false, output: `${text}\n`.repeat(20) },
  says: text.repeat(10),
  cpu: 1600 / (index + 1),
  memory: 2 ** (50 - index),
  processes: 10 ** index,
  wanted: true,
  well: false,
}))
const reply: StatusReply = {
  name: NASTY.join(''),
  state: 'degraded',
  reason: NASTY.join(''),
  supervisor: { cpu: 99, memory: 1e9 },
  services,
}
const many: StatusReply = {
  ...reply,
  services: Array.from({ length: 50 }, (_, index) =>
    services.map((one) => ({ ...one, name: `${one.name}${index}` })),
  ).flat(),
}
const plan: PlanReply = {
  name: reply.name,
  services: NASTY.map((text, index) => ({
    name: text,
    type: 'longrun',
    description: null,
    stage: index % 3 === 0 ? null : index,
    depends_on: NASTY.map((service) => ({ service, condition: 'service_completed_successfully', required: false })),
    schedule: text,
    ready: text,
    disabled: index % 3 === 0 ? text : null,
  })),
  dropped: NASTY.map((text) => ({ service: text, dependency: text, because: 'disabled', reason: text })),
}

const analysis: AnalyzeReply = {
  name: reply.name,
  since: new Date(today).toISOString(),
  now_ms: 3_700_000,
  supervisor: { node_ms: 900, begun_ms: 960 },
  total_ms: null,
  services: NASTY.map((text, index) => ({
    name: text,
    type: 'longrun',
    state: 'completed',
    waited_for: text,
    condition: 'service_completed_successfully',
    waited_ms: 11 ** index,
    took_ms: 11 ** index,
    ready_ms: index % 2 === 0 ? null : 11 ** index,
    share: 1,
    runs: [],
    omitted_runs: 7,
  })),
  critical_path: NASTY.map((service, index) => ({
    service,
    reached: null,
    from_ms: 11 ** index,
    to_ms: 12 ** index,
    share: 1,
  })),
  advice: NASTY,
}

/** Each waits for the next. */
const graph: GraphReply = {
  name: reply.name,
  services: services.map(({ name, type, state, health }) => ({
    name,
    type,
    state,
    health,
    instance: null,
    enabled: true,
  })),
  edges: NASTY.slice(1).map((to, index) => ({
    from: NASTY[index] ?? '',
    to,
    condition: 'service_completed_successfully',
    required: false,
    when_lost: 'restart',
    dropped: null,
  })),
}

/** Everything that is laid out, by what shows it. */
function pictures(width: number, paint: Paint): Readonly<Record<string, string>> {
  const footer = { keys: ['q quits'], notes: ['8 cores'], trouble: null }
  const charts = { history: withStatus(new Map(), reply), intervalMs: 60_000, ink: BLOCKS }
  const size = { columns: width, rows: 24 }
  const view = { today, width, paint } as const
  const watch = { ...view, rows: 24, extent: 'whole', footer } as const
  return {
    status: renderStatus(reply, { ...view, extent: 'table' }),
    'status SERVICE': renderStatus(reply, { ...view, extent: 'whole' }),
    check: renderPlan(plan, view),
    analyze: renderAnalysis(analysis, view),
    graph: renderGraphText(viewOf(graph), view),
    'status --watch': watchLines(reply, watch).join('\n'),
    'a supervisor that is gone': watchLines(reply, { ...watch, footer: { ...footer, trouble: NASTY.join(' ') } }).join(
      '\n',
    ),
    top: topScreen(reply, { order: 'cpu', size, today, paint, charts, footer }).join('\n'),
  }
}

/** What does something to a terminal; colour and weight are harmless. */
const ACTING = new RegExp(
  String.raw`${String.fromCodePoint(27)}(?!\[\d+m)|(?!\n|${String.fromCodePoint(27)})\p{Cc}|[\u202E\u2028]`,
  'u',
)

/** Which lines a terminal of so many columns would break. */
async function broken(text: string, columns: number): Promise<readonly string[]> {
  const rows = text.split('\n').length + 50
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true })
  await new Promise<void>((done) => terminal.write(text.replaceAll('\n', '\r\n'), done))
  const lines = Array.from({ length: rows }, (_, row) => terminal.buffer.active.getLine(row))
  return lines.flatMap((line) => (line?.isWrapped === true ? [line.translateToString(true)] : []))
}

for (const width of [20, 24, 30, 40, 80, 200]) {
  void t.test(
    `what is shown fits a terminal of ${width} columns, whatever the services are called and say`,
    async (test) => {
      for (const [what, text] of Object.entries(pictures(width, plain))) {
        test.strictSame(
          text.split('\n').filter((line) => cellWidth(line) > width),
          [],
          what,
        )
      }
      for (const [what, text] of Object.entries(pictures(width, inColour))) {
        test.strictSame(await broken(text, width), [], what)
        test.notMatch(text, ACTING, what)
      }
    },
  )
}

void t.test('where nothing can be read there is no sum either', (test) => {
  const nothing = { cpu: null, memory: null, processes: null }
  const [service] = services
  if (service === undefined) throw new Error('there is none')
  const blind = {
    name: 'x',
    state: 'running',
    reason: '',
    supervisor: nothing,
    services: [{ ...service, ...nothing }],
  } as const
  const view = { order: 'cpu', width: null, rows: Infinity, paint: plain, charts: null } as const
  test.strictSame(topLines(blind, view), [
    'NAME          CPU  MEMORY  PROCS  STATE',
    'plain           -       -      -  unhealthy',
    '(supervisor)    -       -      -',
    '(total)         -       -      -',
  ])
  test.end()
})

void t.test('a whole terminal is never asked for more lines than it has, and the rest is counted', (test) => {
  for (const rows of [8, 10, 24]) {
    for (const columns of [20, 30, 80]) {
      const footer = { keys: [], notes: [], trouble: null }
      const charts = { history: withStatus(new Map(), many), intervalMs: 1000, ink: BLOCKS }
      const lines = topScreen(many, { order: 'name', size: { columns, rows }, today, paint: plain, charts, footer })
      const watched = watchLines(many, { today, width: columns, rows, paint: plain, extent: 'table', footer })
      for (const shown of [lines, watched]) {
        test.ok(shown.length <= rows, `${shown.length} of ${rows} lines`)
        test.ok(
          shown.some((line) => /^… and \d+ more$/u.test(line)),
          `${columns}x${rows}`,
        )
      }
    }
  }
  test.end()
})

void t.test('a long name is cut before columns go, and takes the room that is left', (test) => {
  const [service] = services
  if (service === undefined) throw new Error('there is none')
  const usual = { ...service, reason: '', pid: 41, restarts: 0, cpu: 1, memory: 2 ** 20 }
  const named = [usual, { ...usual, name: 'n'.repeat(60) }]
  const view = { today, width: 80, paint: plain, extent: 'table' } as const
  const lines = renderStatus({ ...reply, services: named }, view).split('\n')
  test.match(lines[0], /^NAME +STATE +HEALTH +PID +UPTIME +RESTARTS +MEMORY$/u)
  test.match(lines[2], /^n{20,}… {2}running {2}unhealthy {2}/u)
  test.strictSame(lines.slice(0, 3).map(cellWidth), [80, 80, 80])
  test.end()
})

void t.test('what a service says of itself takes three lines at most', (test) => {
  const [service] = services
  if (service === undefined) throw new Error('there is none')
  const said = { ...service, says: 'word '.repeat(200), check: null, failures: 0, name: 'app' }
  const text = renderStatus(
    { ...reply, name: 'x', services: [said] },
    { today, width: 40, paint: plain, extent: 'whole' },
  )
  test.match(text, /\napp\n {2}says: word word word word word word\n {2}(?:word ?){7}\n {2}(?:word ){7}wo…\n/u)
  test.end()
})

void t.test('a text is broken between words, and inside one only where that is longer than a line', (test) => {
  test.strictSame(
    [
      wrap('one two three', 8),
      wrap('one two three', 7, 2),
      wrap('abcdefgh ij', 3),
      wrap('日本語', 4),
      wrap('日', 1),
      wrap('', 5),
      wrap('one two', 7, 1),
      wrap('one twos', 7, 1),
    ],
    [
      ['one two', 'three'],
      ['one two', 'three'],
      ['abc', 'def', 'gh', 'ij'],
      ['日本', '語'],
      ['…'],
      [''],
      ['one two'],
      ['one tw…'],
    ],
  )
  test.equal(wrap('no end', Infinity).length, 1)
  test.end()
})

void t.test('an emoji that a selector makes wide takes two columns', (test) => {
  test.strictSame(['❤', '❤\uFE0F', '1\uFE0F\u20E3', '日\uFE0F'].map(cellWidth), [1, 2, 2, 2])
  test.equal(cut('❤\uFE0F❤\uFE0F', 3), '❤\uFE0F…')
  test.end()
})
