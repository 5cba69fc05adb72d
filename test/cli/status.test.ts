import t from 'tap'
import type { ServiceStatus, StatusReply } from '../../src/core/protocol.ts'
import { inColour, plain } from '../../src/cli/render/colour.ts'
import { renderStatus } from '../../src/cli/render/status.ts'
import { cellWidth, cut, escapeControls, escapeLine } from '../../src/cli/render/text.ts'

const supervisor = { cpu: null, memory: null } as const
const today = Date.parse('2026-03-01T03:00:00Z')
const ago = (seconds: number): string => new Date(today - seconds * 1000).toISOString()

const running: ServiceStatus = {
  name: 'app',
  description: null,
  labels: {},
  type: 'longrun',
  state: 'running',
  health: 'none',
  pid: 7,
  run: 1,
  restarts: 0,
  since: ago(5),
  reason: '',
  cause: null,
  deadline: null,
  waiting_for: [],
  blocked_by: [],
  last_line: null,
  exit: null,
  next: null,
  failures: 0,
  check: null,
  says: null,
  cpu: null,
  memory: null,
  processes: null,
  wanted: true,
  well: true,
}

const gone: ServiceStatus = { ...running, pid: null, well: false }

const shop: StatusReply = {
  name: 'shop',
  state: 'degraded',
  reason: '',
  supervisor,
  services: [
    { ...running, name: 'postgres', pid: 41, since: ago(187_000), cpu: 1.24, memory: 48.1 * 2 ** 20 },
    { ...running, name: 'redis', pid: 4412, since: ago(723), restarts: 1, cpu: 0, memory: 700_000, health: 'healthy' },
    { ...gone, name: 'migrate', state: 'failed', since: ago(700), reason: 'exited with 3' },
    { ...gone, name: 'app', state: 'waiting', since: ago(60), reason: 'waiting for migrate (failed)' },
    {
      ...running,
      name: '日本',
      pid: 99,
      cpu: 140.24,
      memory: 3.2 * 2 ** 30,
      health: 'unhealthy',
      well: false,
      reason: 'GET /health: 503 \u001B[2J\nfake line',
    },
    { ...gone, name: 'mail', state: 'stopped', since: ago(266_400), wanted: false, well: true },
    { ...gone, name: 'cron', state: 'disabled', wanted: false, well: true },
  ],
}

const WAY_OUT = '`supervisor start migrate` tries again\n'

const show = (reply: StatusReply, width: number | null): string =>
  renderStatus(reply, { today, width, paint: plain, extent: 'table' })

void t.test('a status that is piped is whole', async (test) => {
  test.equal(
    show(shop, null),
    String.raw`NAME      STATE     HEALTH      PID  UPTIME  RESTARTS     CPU    MEMORY  REASON
postgres  running   -            41   2d 3h         0    1.2%  48.1 MiB
redis     running   healthy    4412  12m 3s         1    0.0%   684 KiB
migrate   failed    -             -       -         0       -         -  11m 40s ago: exited with 3
app       waiting   -             -       -         0       -         -  for 1m: waiting for migrate (failed)
日本      running   unhealthy    99      5s         0  140.2%   3.2 GiB  GET /health: 503 \x1b[2J\nfake line
mail      stopped   -             -       -         0       -         -  3d 2h ago
cron      disabled  -             -       -         0       -         -

shop: degraded, 3 of 7 services not as wanted: migrate (failed), 日本 (running, unhealthy), app (waiting)
` + WAY_OUT,
  )
})

void t.test('a terminal cuts the reasons of what is well at its edge', async (test) => {
  const reason = 'restarted once: killed by SIGKILL, which the supervisor did not send'
  const text = show({ ...shop, services: [{ ...running, reason }] }, 100)
  test.match(text, /\napp {3}running.* - {2}restarted once: killed by SIGKILL, which…\n\n/u)
})

void t.test('a terminal tells in a few lines why something is not as wanted', async (test) => {
  const reason =
    'exited with 1, 3 runs in a row did not last; next try in 4.2 s; last line: "no such file or directory"'
  const crashing = { ...gone, name: 'db', state: 'backoff', since: ago(3), reason } as const
  const waiting = { ...gone, state: 'waiting', since: ago(60), reason: `waiting for db: backoff: ${reason}` } as const
  test.equal(
    show({ ...shop, services: [crashing, waiting, { ...crashing, reason: `${reason} ${reason}` }] }, 100),
    `NAME  STATE    HEALTH  PID  UPTIME  RESTARTS  CPU  MEMORY  REASON
db    backoff  -         -       -         0    -       -  for 3s: exited with 1, 3 runs in a row
                                                           did not last; next try in 4.2 s; last
                                                           line: "no such file or directory"
app   waiting  -         -       -         0    -       -  for 1m: waiting for db: backoff: exited
                                                           with 1, 3 runs in a row did not last; ne…
db    backoff  -         -       -         0    -       -  for 3s: exited with 1, 3 runs in a row
                                                           did not last; next try in 4.2 s; last
                                                           line: "no such file or directory" exited…

shop: degraded, 3 of 3 services not as wanted: db (backoff), db (backoff), app (waiting)
`,
  )
  test.match(
    show({ ...shop, services: [crashing] }, 50),
    `
  for 3s: exited with 1, 3 runs in a row did not
  last; next try in 4.2 s; last line: "no such
  file or directory"

`,
  )
  const crowd = Array.from({ length: 7 }, () => waiting)
  const [table = ''] = show({ ...shop, services: [crashing, ...crowd] }, 100).split('\n\n')
  test.equal(table.split('\n').length, 1 + 3 + 7)
})

void t.test('beside a table there is nothing wider than the terminal', async (test) => {
  const text = show(shop, 100)
  test.match(text, /app {7}waiting.* - {2}for 1m: waiting for migrate\n {68,}\(failed\)\n/u)
  test.ok(
    text
      .split('\n')
      .slice(0, 9)
      .every((line) => cellWidth(line) <= 100),
  )
})

void t.test('a narrow terminal has reasons on their own lines, and drops what tells least', async (test) => {
  test.equal(
    show({ ...shop, services: shop.services.slice(1, 5) }, 48),
    String.raw`NAME     STATE     PID  UPTIME  RESTARTS
redis    running  4412  12m 3s         1
migrate  failed      -       -         0
  11m 40s ago: exited with 3
app      waiting     -       -         0
  for 1m: waiting for migrate (failed)
日本     running    99      5s         0
  GET /health: 503 \x1b[2J\nfake line

shop: degraded, 3 of 4 services not as wanted:
migrate (failed), 日本 (running, unhealthy), app
(waiting)
` + WAY_OUT,
  )
})

void t.test('a terminal as narrow as a finger breaks nothing', async (test) => {
  for (let width = 1; width < 60; width++) test.match(show(shop, width), /^NAME/u)
})

void t.test('all well is said in so many words', async (test) => {
  test.equal(
    show({ name: 'x', state: 'running', reason: '', supervisor, services: [running] }, 80),
    `NAME  STATE    HEALTH  PID  UPTIME  RESTARTS  CPU  MEMORY  REASON
app   running  -         7      5s         0    -       -

x: running, 1 service, all as wanted
`,
  )
  test.match(
    show({ name: 'x', state: 'running', reason: '', supervisor, services: [] }, 80),
    /x: running, 0 services, all as wanted\n$/u,
  )
})

void t.test('what was stopped by hand is counted where all is as wanted', async (test) => {
  const down = { ...gone, state: 'stopped', wanted: false, well: true } as const
  const services = [
    running,
    { ...down, name: 'mail', cause: 'requested' },
    { ...down, name: 'cron', cause: 'requested' },
    { ...down, name: 'extra', cause: 'not-asked' },
  ] as const
  const reply = { name: 'x', state: 'running', reason: '', supervisor, services } as const
  test.match(show(reply, null), '\nx: running, 4 services, all as wanted; 2 stopped on request: mail, cron\n')
  test.match(
    show({ ...reply, state: 'degraded', services: [running] }, null),
    '\nx: degraded, but not here: 1 service, all as wanted\n',
  )
  const worse = {
    ...reply,
    state: 'degraded',
    services: [{ ...gone, state: 'backoff' }, ...services.slice(1)],
  } as const
  test.match(
    show(worse, null),
    '\nx: degraded, 1 of 4 services not as wanted: app (backoff); 2 stopped on request: mail, cron\n',
  )
})

void t.test('a set that goes down says why, and what is left of it', async (test) => {
  const services = [
    { ...gone, name: 'web', state: 'stopping', cause: 'requested' },
    { ...running, name: 'db', well: false },
    { ...gone, name: 'migrate', state: 'failed', cause: 'exited', last_line: 'boom' },
  ] as const
  const reply = { name: 'x', state: 'stopping', reason: '"migrate" has failed', supervisor, services } as const
  test.match(
    show(reply, null),
    '\nx: stopping: "migrate" has failed; 2 of 3 services left: web (stopping), db (running)\n',
  )
  test.match(show({ ...reply, services: services.slice(2) }, null), '"migrate" has failed; 0 of 1 service left\n')
})

void t.test('what leads on stands in one line: whose output tells more, and what has to be started', async (test) => {
  const crashing = { ...gone, name: 'crash', state: 'backoff', last_line: 'boom' } as const
  const services = [
    crashing,
    { ...crashing, name: 'dead', state: 'failed' },
    { ...crashing, name: 'nightly', state: 'failed', next: ago(-60), well: true },
    { ...gone, name: 'db', state: 'stopped', cause: 'requested', wanted: false, well: true, last_line: 'bye' },
    { ...gone, name: 'web', state: 'waiting', blocked_by: ['db'], last_line: 'from its run before' },
    { ...running, name: 'fine', last_line: 'fine' },
  ] as const
  const text = show({ name: 'x', state: 'degraded', reason: '', supervisor, services }, null)
  test.equal(text.split('\n').at(-2), '`supervisor logs crash dead` shows more; `supervisor start dead db` tries again')
})

void t.test('colour changes no column', async (test) => {
  const coloured = renderStatus(shop, { today, width: 120, paint: inColour, extent: 'table' })
  const uncoloured = coloured.replaceAll(new RegExp(String.raw`${String.fromCodePoint(27)}\[\d+m`, 'gu'), '')
  test.equal(uncoloured, show(shop, 120))
  test.match(coloured, '\u001B[31mfailed\u001B[0m')
})

void t.test('names of services are no way to the terminal either', async (test) => {
  const text = show(
    {
      name: '\u001B]0;x\u0007',
      state: 'degraded',
      reason: '',
      supervisor,
      services: [{ ...gone, name: 'a\u009B31m\u202E' }],
    },
    null,
  )
  test.notMatch(text, /(?!\n)\p{Cc}|\u202E/u)
})

void t.test('the width of a text is what a terminal takes for it', async (test) => {
  test.strictSame(
    ['', 'abc', 'é', 'e\u0301', '日本', '🚀', 'ｗ', '한', 'a\u200Bb', '…', '\u00AD', '\u1112\u1161'].map(cellWidth),
    [0, 3, 1, 1, 4, 2, 2, 2, 2, 1, 1, 2],
  )
})

void t.test('a text is cut to its room, an ellipsis included', async (test) => {
  test.strictSame(
    [cut('abc', 3), cut('abcd', 3), cut('日本語', 5), cut('日本語', 4), cut('abc', 1), cut('abc', 0), cut('abc', -3)],
    ['abc', 'ab…', '日本…', '日…', '…', '', ''],
  )
})

void t.test('a line of output keeps its colours and tabs, and nothing else that acts', async (test) => {
  test.strictSame(
    [
      escapeLine('plain\tline'),
      escapeLine('\u001B[1;31mred\u001B[0m'),
      escapeLine('\u001B[38:5:1mred'),
      escapeLine('\u001B[2J\u001B]0;title\u0007\rover'),
      escapeLine('\u001B\u001B[31m[2Jx'),
      escapeControls('a\u0000\u007F\u009B\n\r\t\u2028\uFEFF\uD800\uFFFE\uFFFF'),
    ],
    [
      'plain\tline',
      '\u001B[1;31mred\u001B[0m\u001B[0m',
      '\u001B[38:5:1mred\u001B[0m',
      String.raw`\x1b[2J\x1b]0;title\x07\rover`,
      '\\x1b\u001B[31m[2Jx\u001B[0m',
      String.raw`a\x00\x7f\x9b\n\r\t\u2028\ufeff\ud800\ufffe\uffff`,
    ],
  )
})

void t.test('of a job it is told when it runs next, and of one that is named all that is known', async (test) => {
  const job: ServiceStatus = {
    ...gone,
    name: 'backup',
    type: 'oneshot',
    state: 'completed',
    since: ago(60),
    reason: 'exited with 0; waiting for its next time',
    next: ago(-7_260),
    check: { ended: ago(3), passed: false, output: 'one\n\ntwo\u001B[2J\n' },
    says: 'half done',
    well: true,
  }
  const reply: StatusReply = {
    name: 'shop',
    state: 'running',
    reason: '',
    supervisor,
    services: [job, { ...running, health: 'starting' }],
  }
  test.match(show(reply, null), /^backup .* 1m ago: exited with 0; waiting for its next time; next start in 2h 1m$/mu)
  const whole = renderStatus(reply, { today, width: 40, paint: plain, extent: 'whole' })
  test.match(
    whole,
    `
backup
  says: half done
  next start: 2026-03-01T05:01:00.000Z,…
  last check: failed 3s ago
    | one
    | two\\x1b[2J

shop: running`,
  )
  test.notMatch(whole, /^app$/mu, 'of whom there is no more to tell')
})

void t.test('of a service that is named the reason is never cut', async (test) => {
  const reason = 'exited with 3, given up after 2 restarts within 1 min; last line: "no such table"'
  const reply: StatusReply = {
    ...shop,
    services: [{ ...gone, name: 'migrate', state: 'failed', since: ago(700), reason }],
  }
  const at = (width: number): readonly string[] =>
    renderStatus(reply, { today, width, paint: plain, extent: 'whole' }).split('\n').slice(0, 4)
  const row = [
    'NAME     STATE   HEALTH  PID  UPTIME  RESTARTS  CPU  MEMORY',
    'migrate  failed  -         -       -         0    -       -',
  ]
  test.strictSame(at(80), [
    ...row,
    '  11m 40s ago: exited with 3, given up after 2 restarts within 1 min; last line:',
    '  "no such table"',
  ])
  // Beside the other columns there is room for a part of it only.
  test.strictSame(at(120).slice(2, 3), [`  11m 40s ago: ${reason}`])
})
