import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import t, { type Test } from 'tap'
import type { ServiceStatus, StatusReply } from '../../src/core/protocol.ts'
import { ClientTerminal, type OnScreen } from '../pid1/support/client-terminal.ts'
import type { Size } from '../pid1/support/pty.ts'
import { until } from '../pid1/support/until.ts'
import { fake, json, run, type Answer } from './support.ts'

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url))
const SMALL: Size = { columns: 80, rows: 24 }
const LARGE: Size = { columns: 200, rows: 50 }

/** It reads the same all through a test: 2d 12h. */
const since = new Date(Date.now() - 2.5 * 86_400_000 - 30_000).toISOString()

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
  since,
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
}
const failed: ServiceStatus = {
  ...running,
  name: 'migrate',
  type: 'oneshot',
  state: 'failed',
  pid: null,
  cpu: null,
  memory: null,
  processes: null,
  well: false,
  reason: 'exited with 3 after it could not reach the database at 127.0.0.1:5432, as it had been told to',
}
const shop: StatusReply = {
  name: 'shop',
  state: 'degraded',
  reason: '',
  supervisor: { cpu: 0.2, memory: 50 * 2 ** 20 },
  services: [running, { ...running, name: 'web', cpu: 30, memory: 300 * 2 ** 20 }, failed],
}
const crowd: StatusReply = {
  ...shop,
  services: Array.from({ length: 100 }, (_, index) => (index === 77 ? failed : { ...running, name: `app-${index}` })),
}

/** A supervisor whose status can be changed, and a command in front of a terminal. */
async function sit(
  test: Test,
  words: readonly string[],
  { size = SMALL, reply = shop, environment = {}, ...more }: { readonly reply?: StatusReply } & Partial<OnScreen> = {},
): Promise<{
  readonly terminal: ClientTerminal
  readonly change: (next: StatusReply | 'broken') => void
  readonly asked: unknown[]
}> {
  let current: StatusReply | 'broken' = reply
  const answer: Answer = () =>
    current === 'broken' ? json({ status: 500, message: 'it is broken' }, 500) : json(current)
  const { folder, asked } = await fake(test, answer)
  const own = { PATH: process.env['PATH'] ?? '', TERM: 'xterm', PIDONE_RUNTIME_DIR: folder }
  const program = [process.execPath, MAIN, ...words]
  const terminal = new ClientTerminal(test, {
    words: program,
    environment: { ...own, ...environment },
    size,
    folder: '/',
    ...more,
  })
  return { terminal, change: (next) => void (current = next), asked }
}

/** How the terminal treats what is typed (stty(1)). */
function modesOf({ pty }: ClientTerminal): string {
  return spawnSync('stty', ['-g'], { stdio: [pty.slave, 'pipe', 'inherit'], encoding: 'utf8' }).stdout
}

const TIME = /\d\d:\d\d:\d\d/gu
const ESC = '\u001B'
const AS_FOUND = { screen: 'normal', cursor: true, wraps: true }
const TAKEN = { screen: 'alternate', cursor: false, wraps: false }

/** What it has written last may still be on its way when it has ended. */
async function untilAsFound(terminal: ClientTerminal): Promise<void> {
  await until('the terminal as it was found', async () => isDeepStrictEqual(await terminal.look(), AS_FOUND))
}

const STATUS = `NAME     STATE    HEALTH  PID  UPTIME  RESTARTS    CPU     MEMORY
app      running  -         7  2d 12h         0   1.5%    1.0 MiB
web      running  -         7  2d 12h         0  30.0%  300.0 MiB
migrate  failed   -         -       -         0      -          -
  2d 12h ago: exited with 3 after it could not reach the database at
  127.0.0.1:5432, as it had been told to

shop: degraded, 1 of 3 services not as wanted: migrate (failed)
q quits   TIME`

// Each waits for the most part.
t.jobs = 4

void t.test('status --watch fills a terminal of 80 columns, and q gives it back', async (test) => {
  const { terminal } = await sit(test, ['status', '--watch'])
  const modes = modesOf(terminal)
  const text = await terminal.see(/q quits/u)
  test.equal(text.replace(TIME, 'TIME').trimEnd(), STATUS)
  test.strictSame(await terminal.look(), TAKEN)
  test.not(modesOf(terminal), modes)
  terminal.pty.type('x\u001B[Aq')
  test.equal(await terminal.ended, 0)
  await untilAsFound(terminal)
  test.equal(modesOf(terminal), modes)
  test.equal((await terminal.lines()).join(''), '', 'nothing is left on the screen that was there before')
})

void t.test('it is drawn over line by line, only what has changed, and follows the size', async (test) => {
  const { terminal, change } = await sit(test, ['status', '--watch', '--interval', '250ms'])
  await terminal.see(/q quits/u)
  const before = terminal.pty.screen.length
  const [app = running, ...others] = shop.services
  change({ ...shop, services: [{ ...app, restarts: 7 }, ...others] })
  await terminal.see(/^app .* 2d 12h {9}7 /mu)
  const after = terminal.pty.screen.slice(before)
  test.notMatch(terminal.pty.screen, `${ESC}[2J`)
  test.notMatch(after, /web|migrate/u, 'what is as it was stays')
  test.equal(after.split(`${ESC}[?2026h`).length, after.split(`${ESC}[?2026l`).length)
  terminal.resize(LARGE)
  await terminal.see(/^migrate .* - {2}2d 12h ago: exited with 3 .* as it had been told to$/mu)
  terminal.resize({ columns: 40, rows: 8 })
  test.equal(
    (await terminal.see(/and 2 more/u)).replace(TIME, 'TIME'),
    `NAME     STATE   PID  UPTIME  RESTARTS
migrate  failed    -       -         0
  2d 12h ago: exited with 3 after it co…
… and 2 more

shop: degraded, 1 of 3 services not as
wanted: migrate (failed)
q quits   TIME`,
  )
})

void t.test('more services than lines: the worst come first, and the rest is counted', async (test) => {
  const { terminal } = await sit(test, ['status', '--watch'], { reply: crowd })
  const lines = (await terminal.see(/q quits/u)).split('\n')
  test.match(lines[1], /^migrate /u)
  test.match(lines[4], /^app-0 /u)
  test.strictSame(lines.slice(-4, -1), [
    '… and 83 more',
    '',
    'shop: degraded, 1 of 100 services not as wanted: migrate (failed)',
  ])
  test.equal(lines.length, SMALL.rows)
})

for (const command of [['status', '--watch'], ['top']]) {
  void t.test(`${command.join(' ')} gives the terminal back at Ctrl-C and at SIGTERM`, async (test) => {
    for (const [how, ended] of [
      ['Ctrl-C', 0],
      ['SIGTERM', 'SIGTERM'],
    ] as const) {
      const { terminal } = await sit(test, command)
      const modes = modesOf(terminal)
      await terminal.see(/q quits/u)
      test.strictSame(await terminal.look(), TAKEN)
      if (how === 'Ctrl-C') terminal.pty.type('\u0003')
      else terminal.child.kill(how)
      test.equal(await terminal.ended, ended)
      await untilAsFound(terminal)
      test.equal(modesOf(terminal), modes, how)
    }
  })
}

void t.test('Ctrl-Z gives the terminal to the shell, and fg takes it again', async (test) => {
  const { terminal } = await sit(test, [], { words: ['bash', '--norc', '-i'] })
  await terminal.see(/[$#]$/mu)
  terminal.pty.type(`echo before; '${process.execPath}' '${MAIN}' top\r`)
  await terminal.see(/q quits/u)
  terminal.pty.type('\u001A')
  await terminal.see(/before\n[^]*Stopped/u)
  await untilAsFound(terminal)
  terminal.pty.type('fg\r')
  await terminal.see(/q quits/u)
  test.strictSame(await terminal.look(), TAKEN)
  terminal.pty.type('q')
  await terminal.see(/before\n[^]*Stopped/u)
  terminal.pty.type('exit\r')
  test.equal(await terminal.ended, 0)
})

void t.test('where nobody could let it go on, Ctrl-Z does not stop it', async (test) => {
  const { terminal } = await sit(test, ['top'])
  await terminal.see(/q quits/u)
  terminal.pty.type('\u001A')
  await until('the screen again', () => terminal.pty.screen.split(`${ESC}[?1049h`).length === 3)
  await terminal.see(/q quits/u)
  terminal.pty.type('q')
  test.equal(await terminal.ended, 0)
})

void t.test('a supervisor that does not answer is told of, asked on, and shown again', async (test) => {
  const { terminal, change } = await sit(test, ['status', '--watch', '--interval', '250ms'])
  await terminal.see(/q quits/u)
  change('broken')
  const text = await terminal.see(/No answer/u)
  test.equal(
    text.replace(TIME, 'TIME').trimEnd(),
    STATUS.replace('q quits   TIME', 'No answer since TIME, asking on: it is broken'),
  )
  change(shop)
  await terminal.see(/q quits/u)
})

void t.test('without a supervisor it ends at once, and has not touched the terminal', async (test) => {
  const { terminal } = await sit(test, ['top'], { environment: { PIDONE_RUNTIME_DIR: '/nowhere' } })
  test.equal(await terminal.ended, 3)
  await terminal.see(/no supervisor is running/u)
  test.notMatch(terminal.pty.screen, ESC)
})

const TOP = `shop: degraded, 1 of 3 services not as wanted: migrate (failed)

NAME           CPU ▾  LAST 21m                  MEMORY            PROCS  STATE
web            30.0%                      █  300.0 MiB  ━━━━━━━━      2  running
app             1.5%                      ▁    1.0 MiB                2  running
migrate            -                      ▁          -                -  failed
(supervisor)    0.2%                      ▁   50.0 MiB  ━╸            1
(total)        31.7%                      ▆  351.0 MiB                5

c CPU   m memory   n name   q quits   CORES   TIME`

void t.test('top shows CPU and memory, the one that has most first, and sorts by keys', async (test) => {
  const { terminal } = await sit(test, ['top', '--interval', '1m'])
  const shown = async (pattern: RegExp): Promise<string> =>
    (await terminal.see(pattern))
      .replace(TIME, 'TIME')
      .replace(/\d+ cores?/u, 'CORES')
      .trimEnd()
  test.equal(await shown(/q quits/u), TOP)
  terminal.pty.type('n')
  test.match(await shown(/NAME ▾/u), /\napp .*\nmigrate .*\nweb .*\n\(supervisor\)/u)
  terminal.pty.type('m')
  test.match(await shown(/MEMORY ▾/u), /\nweb .*\napp .*\nmigrate .*\n\(supervisor\)/u)
  terminal.resize(LARGE)
  test.match(await shown(/LAST 1h/u), /^web {12}30\.0% {61}█ {2}300\.0 MiB {2}━{20} {6}2 {2}running$/mu)
})

void t.test('top draws what the CPU was, and has as many services as there are lines', async (test) => {
  const { terminal, change } = await sit(test, ['top', '--interval', '250ms'], { reply: crowd })
  test.match(await terminal.see(/… and 84 more\n\(supervisor\) .*\n\(total\) .*\n\nc CPU/u), /q quits/u)
  change(shop)
  await terminal.see(/^web .* █+ /mu)
  change({ ...shop, services: [{ ...running, name: 'web', cpu: 100 }] })
  await terminal.see(/^web +100\.0% +▃+█+ /mu)
})

void t.test('top keeps to ASCII where the locale says so', async (test) => {
  const { terminal } = await sit(test, ['top'], { environment: { LC_ALL: 'C' } })
  test.match(await terminal.see(/q quits/u), /CPU \*[^]*web +30\.0% +# {2}300\.0 MiB {2}=======/u)
})

void t.test('a terminal that cannot be written over gets one table after the other, until Ctrl-C', async (test) => {
  const { terminal } = await sit(test, ['status', '--watch', '--interval', '250ms'], { environment: { TERM: 'dumb' } })
  await until('three tables', () => terminal.pty.screen.split('NAME').length > 3)
  test.notMatch(terminal.pty.screen, ESC)
  test.match(terminal.pty.screen, /^ {2}2d 12h ago: exited with 3 .* database at\r\n {2}127/mu, 'in its width')
  terminal.pty.type('\u0003')
  test.equal(await terminal.ended, 'SIGINT', '130 in a shell')
})

void t.test('without a terminal top prints a table of now, and ends', async (test) => {
  const { folder, asked } = await fake(test, () => json(shop))
  test.strictSame(await run(folder, 'top', '--interval', '250ms', 'web', 'm*'), {
    status: 0,
    err: '',
    out: `NAME             CPU     MEMORY  PROCS  STATE
web            30.0%  300.0 MiB      2  running
app             1.5%    1.0 MiB      2  running
migrate            -          -      -  failed
(supervisor)    0.2%   50.0 MiB      1
(total)        31.7%  351.0 MiB      5
`,
  })
  const question = { kind: 'status', services: ['web', 'm*'], usage: true }
  test.strictSame(asked, [question, question], 'asked before, so that it is the CPU since then')
  const { out } = await run(folder, 'top', '--interval', '250ms', '-n', '2', '--json')
  test.strictSame(
    out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
    [shop, shop],
  )
  const two = await run(folder, 'top', '--interval', '250ms', '-n2')
  test.equal(two.out.split('\n\nNAME').length, 2)
})

void t.test('without a terminal status --watch prints until there is no answer', async (test) => {
  const replies = [json(shop), json(shop)]
  const { folder } = await fake(test, () => replies.shift() ?? json({ status: 500, message: 'enough' }, 500))
  const { status, out, err } = await run(folder, 'status', '--watch', '--interval', '250ms', '--json')
  test.strictSame([status, err], [1, 'supervisor: enough\n'])
  test.strictSame(
    out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
    [shop, shop],
  )
})

void t.test('an interval that is too short, or means nothing, is refused', async (test) => {
  const { folder } = await fake(test, () => json(shop))
  const err = async (...words: readonly string[]): Promise<string> => (await run(folder, ...words)).err
  test.match(await err('top', '--interval', '10ms'), '"10ms" is too short; at least 250ms is possible')
  test.match(await err('top', '-n', '0'), '"0" is no whole number from 1 to 1000000000')
  test.match(
    await err('status', '--interval', '1s'),
    'option "--interval" goes with --watch; see "supervisor status --help"',
  )
})
