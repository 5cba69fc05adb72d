import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import type { StatusReply } from '../../src/core/protocol.ts'
import { COMMANDS } from '../../src/cli/command-table.ts'
import { fake, json, line, run, runShell, start, streaming, type Ended } from './support.ts'

const well: StatusReply = {
  name: 'shop',
  state: 'running',
  reason: '',
  supervisor: { cpu: 0.2, memory: 2097152 },
  services: [
    {
      name: 'app',
      description: null,
      labels: {},
      type: 'longrun',
      state: 'running',
      health: 'healthy',
      pid: 7,
      run: 1,
      restarts: 0,
      since: '2020-01-01T00:00:00.000Z',
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
      cpu: 1.5,
      memory: 1048576,
      processes: 2,
      wanted: true,
      well: true,
    },
  ],
}

const unwell: StatusReply = {
  ...well,
  state: 'degraded',
  services: well.services.map((service) => ({ ...service, well: false, reason: 'no answer' })),
}

void t.test('status shows a table and is 0 when all is well', async (test) => {
  const { folder, asked } = await fake(test, () => json(well))
  const { status, out, err } = await run(folder, 'status')
  test.strictSame([status, err], [0, ''])
  test.match(
    out,
    /^NAME {2}STATE {4}HEALTH {3}PID .*\napp {3}running {2}healthy {4}7 .* 1\.5% {2}1\.0 MiB\n\nshop: running, 1 service, all as wanted\n$/u,
  )
  test.strictSame(asked, [{ kind: 'status', services: [], usage: true }])
})

void t.test('status is 1 when something is not, prints JSON, and asks for what it is told to', async (test) => {
  const { folder, asked } = await fake(test, () => json(unwell))
  const { status, out, err } = await run(folder, 'status', '--json', '--no-usage', 'app', 'web-*', '--', '--odd')
  test.strictSame([status, err, JSON.parse(out)], [1, '', unwell])
  test.strictSame(asked, [{ kind: 'status', services: ['app', 'web-*', '--odd'], usage: false }])
})

void t.test('changes wait unless told not to, and carry the timeout', async (test) => {
  const { folder, asked } = await fake(test, () => json({ ok: true, reasons: [], also: [] }))
  const silent = { status: 0, out: '', err: '' }
  test.strictSame(await run(folder, 'start', 'a', 'b'), silent)
  test.strictSame(await run(folder, 'stop', '*', '--no-wait'), silent)
  test.strictSame(await run(folder, 'restart', '--timeout=1m30s', 'a'), silent)
  test.strictSame(await run(folder, 'shutdown', '--code', '3'), silent)
  test.strictSame(await run(folder, 'shutdown'), silent)
  test.strictSame(asked, [
    { kind: 'start', services: ['a', 'b'], wait: true, dryRun: false, timeoutMs: null },
    { kind: 'stop', services: ['*'], wait: true, dryRun: true, timeoutMs: null },
    { kind: 'stop', services: ['*'], wait: false, dryRun: false, timeoutMs: null },
    { kind: 'restart', services: ['a'], wait: true, dryRun: true, timeoutMs: null },
    { kind: 'restart', services: ['a'], wait: true, dryRun: false, timeoutMs: 90_000 },
    { kind: 'shutdown', code: 3 },
    { kind: 'shutdown', code: null },
  ])
})

void t.test('what is stopped along is told before it happens', async (test) => {
  const { folder, asked } = await fake(test, (request) =>
    json({ ok: true, reasons: [], also: request.kind === 'stop' && request.dryRun ? ['app', 'worker'] : [] }),
  )
  test.strictSame(await run(folder, 'stop', 'db'), { status: 0, out: 'this also stops app, worker\n', err: '' })
  test.equal(asked.length, 2)
})

void t.test('a signal and a reload are passed on', async (test) => {
  const { folder, asked } = await fake(test, () => json({ ok: true, reasons: [] }))
  const silent = { status: 0, out: '', err: '' }
  test.strictSame(await run(folder, 'signal', 'usr1', 'a', 'b*'), silent)
  test.strictSame(await run(folder, 'reload', 'a'), silent)
  test.strictSame(asked, [
    { kind: 'signal', services: ['a', 'b*'], signal: 'SIGUSR1' },
    { kind: 'reload', services: ['a'] },
  ])
})

void t.test('what is not as asked is told a line each, with status 1', async (test) => {
  const { folder, asked } = await fake(test, () =>
    json({ ok: false, reasons: ['app: exited with 3', 'web: \u001B[2J not ready within 30 s'] }),
  )
  const told = 'supervisor: app: exited with 3\nsupervisor: web: \\x1b[2J not ready within 30 s\n'
  test.strictSame(await run(folder, 'start', 'app'), { status: 1, out: '', err: told })
  test.strictSame(await run(folder, 'wait', '--for', 'completed', '--timeout', '250ms', 'app'), {
    status: 1,
    out: '',
    err: told,
  })
  test.strictSame(asked.at(-1), { kind: 'wait', services: ['app'], until: 'completed', timeoutMs: 250 })
})

void t.test('what was not so in time has a status of its own', async (test) => {
  const { folder } = await fake(test, () => json({ ok: false, reasons: ['app: not ready within 1 s'], late: true }))
  const late = { status: 124, out: '', err: 'supervisor: app: not ready within 1 s\n' }
  test.strictSame(await run(folder, 'wait', '--timeout', '1s'), late)
  test.strictSame(await run(folder, 'start', '--timeout', '1s', 'app'), late)
})

void t.test('wait is for ready and for ever by itself', async (test) => {
  const { folder, asked } = await fake(test, () => json({ ok: true, reasons: [] }))
  test.strictSame(await run(folder, 'wait'), { status: 0, out: '', err: '' })
  test.strictSame(asked, [{ kind: 'wait', services: [], until: 'ready', timeoutMs: null }])
})

void t.test('the longest timeout is no overflow of the client', async (test) => {
  const { folder, asked } = await fake(test, () => json({ ok: true, reasons: [] }))
  test.strictSame(await run(folder, 'wait', '--timeout', '596h'), { status: 0, out: '', err: '' })
  test.strictSame(asked, [{ kind: 'wait', services: [], until: 'ready', timeoutMs: 2_145_600_000 }])
})

void t.test('health is one line and 0 or 1', async (test) => {
  const good = await fake(test, () => json({ ok: true, reasons: [] }))
  const bad = await fake(test, () => json({ ok: false, reasons: ['app: failed (exited\nwith 3)', 'db: waiting'] }, 503))
  test.strictSame(await run(good.folder, 'health'), { status: 0, out: 'well\n', err: '' })
  test.strictSame(await run(bad.folder, 'health'), {
    status: 1,
    out: 'not well: app: failed (exited\\nwith 3) | db: waiting\n',
    err: '',
  })
})

void t.test('health names ten of many, and how many more there are', async (test) => {
  const reasons = Array.from({ length: 2000 }, (_, index) => `s${index}: failed`)
  const { folder } = await fake(test, () => json({ ok: false, reasons }))
  const named = reasons.slice(0, 10).join(' | ')
  test.strictSame(await run(folder, 'health'), { status: 1, out: `not well: ${named} | and 1990 more\n`, err: '' })
})

void t.test('health fits into what an engine keeps, however long the reasons are', async (test) => {
  const reasons = Array.from({ length: 12 }, (_, index) => `s${index}: failed: ${'é'.repeat(500)}`)
  const { folder } = await fake(test, () => json({ ok: false, reasons }))
  const { out } = await run(folder, 'health')
  test.match(out, /^not well: s0: failed: é+… \| s1: failed: é+… .* and 2 more\n$/u)
  test.ok(Buffer.byteLength(out) <= 4096, `${Buffer.byteLength(out)} bytes`)
})

void t.test('without a supervisor the status is 3 and says where was looked; health has 1', async (test) => {
  const folder = mkdtempSync(join(tmpdir(), 'commands-'))
  const err = `supervisor: no supervisor is running: nobody listens on "${folder}/control.sock"; set PIDONE_RUNTIME_DIR if it is elsewhere\n`
  test.strictSame(await run(folder, 'status'), { status: 3, out: '', err })
  test.strictSame(await run(folder, 'logs'), { status: 3, out: '', err })
  test.strictSame(await run(folder, 'stop', 'a'), { status: 3, out: '', err })
  test.strictSame(await run(folder, 'health'), { status: 1, out: '', err })
})

void t.test(
  'a refusal of the supervisor’s is told: 64 for what was asked wrongly, 1 for what cannot be now',
  async (test) => {
    const { folder } = await fake(test, ({ kind }) =>
      kind === 'start'
        ? json({ status: 404, message: 'no service "ap"; did you mean "app"?' }, 404)
        : json({ status: 409, message: 'cannot stop "app": everything is stopping' }, 409),
    )
    test.strictSame(await run(folder, 'start', 'ap'), {
      status: 64,
      out: '',
      err: 'supervisor: no service "ap"; did you mean "app"?\n',
    })
    test.strictSame(await run(folder, 'stop', 'app'), {
      status: 1,
      out: '',
      err: 'supervisor: cannot stop "app": everything is stopping\n',
    })
  },
)

const written = [line(1, 'db', 'first'), line(3, 'app', 'third'), line(3, 'db', '\u001B[2J')]

const refused = (message: string): Ended => ({ status: 64, out: '', err: `supervisor: ${message}\n` })

void t.test('up names what exists when nothing is near to what it was given', async (test) => {
  const folder = test.testdir({ 'services.yaml': 'services: {db: {command: redis-server}, web: {command: nginx}}' })
  const up = (name: string): Promise<Ended> => runShell(folder, `cd "$PIDONE_RUNTIME_DIR"; supervisor up ${name}`)
  test.strictSame(await up('nosuch'), refused('no service "nosuch"; there are "db", "web"'))
  test.strictSame(await up('wbe'), refused('no service "wbe"; did you mean "web"?'))
})

void t.test('logs come as they are told; what is piped is what was written', async (test) => {
  const { folder, asked } = await fake(test, streaming(written))
  test.strictSame(await run(folder, 'logs', '-n', '10', 'app', 'db'), {
    status: 0,
    out: 'db | first\napp | third\ndb | \u001B[2J\n',
    err: '',
  })
  const all = { kind: 'logs', services: [], last: null, since: null, until: null, follow: false }
  const since = Date.UTC(2026, 10, 21, 3)
  await run(folder, 'logs', '--since', '2026-11-21T03:00:00Z', '--until=2026-11-21T03:00:01Z')
  await run(folder, 'logs', '--since', '100000h')
  test.strictSame(asked.slice(0, 2), [
    { ...all, services: ['app', 'db'], last: 10 },
    { ...all, since, until: since + 1000 },
  ])
  const ago = Date.now() - (asked[2] as { readonly since: number }).since
  test.ok(ago >= 3.6e11 && ago < 3.6e11 + 60_000, `${ago}`)
})

void t.test('logs look as they are asked to', async (test) => {
  const { folder } = await fake(test, streaming([line(0, 'app', '\u001B[1mbold\u001B[m')]))
  test.strictSame(await run(folder, 'logs', '-t', '--no-prefix', '--strip-ansi'), {
    status: 0,
    out: '1970-01-01T00:00:00.000Z bold\n',
    err: '',
  })
})

void t.test('logs print JSON, and follow', async (test) => {
  const { folder, asked } = await fake(test, streaming(written))
  const out = written.map((one) => `${JSON.stringify(one)}\n`).join('')
  test.strictSame(await run(folder, 'logs', '--json', '-fn0'), { status: 0, out, err: '' })
  test.strictSame(asked, [{ kind: 'logs', services: [], last: 0, since: null, until: null, follow: true }])
})

void t.test('logs tell what is missing of them, and what they do not understand', async (test) => {
  const { folder } = await fake(test, streaming([line(1, 'a', 'x'), { missed: 7 }, line(2, 'a', 'y'), { odd: true }]))
  test.strictSame(await run(folder, 'logs', '-f'), {
    status: 1,
    out: 'a | x\nsupervisor | ── 7 lines are missing here: they came faster than they were read ──\na | y\n',
    err: 'supervisor: cannot understand the supervisor’s answer: {"odd":true}\n',
  })
})

void t.test('Ctrl-C ends logs without a word', async (test) => {
  const { folder } = await fake(test, () => ({
    kind: 'stream',
    start: (sink) => {
      sink.write(line(1, 'app', 'x'))
      return () => {}
    },
  }))
  const child = start(folder, ['logs', '-f'])
  let [out, err] = ['', '']
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()))
  child.stdout?.on('data', (chunk: Buffer) => {
    out += chunk.toString()
    child.kill('SIGINT')
  })
  test.strictSame(await once(child, 'close'), [null, 'SIGINT'], 'which a shell makes 130 of')
  test.strictSame([out, err], ['app | x\n', ''])
})

void t.test('a reader who has enough ends logs quietly', async (test) => {
  const { folder } = await fake(test, () => ({
    kind: 'stream',
    start: (sink) => {
      const timer = setInterval(() => sink.write(line(1, 'app', 'x'.repeat(1000))), 5)
      return () => clearInterval(timer)
    },
  }))
  const child = start(folder, ['logs', '-f'])
  let err = ''
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()))
  if (child.stdout === null) throw new Error('internal error: stdout is piped')
  await once(child.stdout, 'data')
  child.stdout.destroy()
  const [status, signal] = (await once(child, 'close')) as [number | null, string | null]
  test.strictSame([status, signal, err], [0, null, ''])
})

const misuses: readonly (readonly [argv: readonly string[], message: string])[] = [
  [[], 'name a command; see "supervisor --help"'],
  [['nosuch'], 'no command "nosuch"; see "supervisor --help"'],
  [['stats'], 'no command "stats"; did you mean "status"?'],
  [['help', 'stats'], 'no command "stats"; did you mean "status"?'],
  [['--hlep'], 'unknown option "--hlep"; did you mean "--help"?'],
  [['-v'], 'unknown option "-v"; see "supervisor --help"'],
  [['a\u001B[2J'], 'no command "a\\x1b[2J"; see "supervisor --help"'],
  [['status', '--jsn'], 'unknown option "--jsn"; did you mean "--json"?'],
  [['status', '-x'], 'unknown option "-x"; see "supervisor status --help"'],
  [['status', '--json=yes'], 'option "--json" takes no value; see "supervisor status --help"'],
  [['start'], 'cannot start: name a service, or "*" for all of them; see "supervisor start --help"'],
  [['stop', 'a', '--timeout'], 'option "--timeout" needs a value; see "supervisor stop --help"'],
  [
    ['stop', 'a', '--timeout', '30'],
    'option "--timeout": "30" is no duration; write it as 500ms, 30s or 1m30s; see "supervisor stop --help"',
  ],
  [
    ['wait', '--timeout', '1000h'],
    'option "--timeout": "1000h" is too long; at most 596h is possible; see "supervisor wait --help"',
  ],
  [
    ['stop', 'a', '--timeout', '596h1ms'],
    'option "--timeout": "596h1ms" is too long; at most 596h is possible; see "supervisor stop --help"',
  ],
  [
    ['wait', '--for', 'healthy'],
    'option "--for": "healthy" is none of "ready", "stopped", "completed"; see "supervisor wait --help"',
  ],
  [
    ['logs', '--since', 'yesterday'],
    'option "--since": "yesterday" is no time; write it as 10m, 03:00, 2026-11-21 or 2026-11-21T03:00:00Z; see "supervisor logs --help"',
  ],
  [['logs', '-n', '-1'], 'option "-n": "-1" is no whole number from 0 to 1000000000; see "supervisor logs --help"'],
  [
    ['shutdown', '--code', '256'],
    'option "--code": "256" is no whole number from 0 to 255; see "supervisor shutdown --help"',
  ],
  [['health', 'app'], 'health takes no argument, but there is "app"; see "supervisor health --help"'],
  [['status', '--\u001B[2J'], 'unknown option "--\\x1b[2J"; see "supervisor status --help"'],
  [
    ['wait', '--timeout', '1000h'],
    'option "--timeout": "1000h" is too long; at most 596h is possible; see "supervisor wait --help"',
  ],
  [
    ['stop', 'a', '--timeout', '596h1ms'],
    'option "--timeout": "596h1ms" is too long; at most 596h is possible; see "supervisor stop --help"',
  ],
]

for (const [argv, message] of misuses) {
  void t.test(`bad usage is 64: ${JSON.stringify(argv.join(' '))}`, async (test) => {
    test.strictSame(await run('/nonexistent', ...argv), {
      status: 64,
      out: '',
      err: `supervisor: ${message}\n`,
    })
  })
}

for (const { name } of COMMANDS.filter((command) => !['init', 'up', 'check'].includes(command.name))) {
  void t.test(`${name} --help asks nobody`, async (test) => {
    test.strictSame(await run('/nonexistent', 'help', name), await run('/nonexistent', name, '--help'))
    const { status, out, err } = await run('/nonexistent', name, '--help')
    test.strictSame([status, err], [0, ''])
    test.match(out, new RegExp(`^Usage: supervisor ${name}[^]*\n {2}.*--help +show this\n$`, 'u'))
    test.ok(out.split('\n').every((one) => one.length <= 110))
  })
}

void t.test('graph says why the supervisor that runs does not show it', async (test) => {
  const { folder } = await fake(test, () => json({ status: 404, message: 'no service "webb"' }, 404))
  test.strictSame(await run(folder, 'graph', 'webb'), { status: 64, out: '', err: 'supervisor: no service "webb"\n' })
})

void t.test('as JSON, what a service says of itself does nothing to a terminal', async (test) => {
  const says = '\u009B2J\u202E'
  const reply = { ...well, services: well.services.map((service) => Object.assign({}, service, { says })) }
  const { folder } = await fake(test, () => json(reply))
  const { status, out } = await run(folder, 'status', '--json')
  test.match(out, String.raw`"says": "\u009b2J\u202e"`)
  test.strictSame([status, JSON.parse(out)], [0, reply])
})
