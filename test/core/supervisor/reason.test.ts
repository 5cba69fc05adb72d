import t from 'tap'
import type { ServiceConfig } from '../../../src/core/config/model.ts'
import { CAUSES, type Cause, type StateName } from '../../../src/core/protocol.ts'
import type { LastLineOf } from '../../../src/core/supervisor/look.ts'
import { statusOf } from '../../../src/core/supervisor/status.ts'
import { config, needs, restart, serviceConfig, TOLD } from '../support.ts'
import { CHECK } from './checks.ts'
import { Play } from './play.ts'

/** What is seen, of which service, after which lines. */
interface Case {
  readonly reason: string
  readonly cause: Cause | null
  readonly keys?: Partial<ServiceConfig>
  readonly lines?: readonly string[]
}

/** When it is looked at, ms; everything happens at 0. */
const NOW = 2_000
const HOOK = { argv: ['drain', '-v'], timeoutMs: 10_000 }
const NEVER = restart({ policy: 'no' })
const CHECKED = { ...CHECK, retries: 3 }
const IGNORED = { ...CHECKED, onUnhealthy: 'ignore' } as const
const HOURLY = { kind: 'every', everyMs: 3_600_000 } as const
const LONG = restart({ delayMs: 6_000 })
const [up, gone] = [['web spawned'], ['web exits 1', 'web cleared']]

const CASES: Readonly<Record<StateName, readonly Case[]>> = {
  waiting: [
    {
      reason: 'waiting for db: starting, not ready for 2 s of 1 min: no READY=1; last line: "db at work"',
      cause: 'dependencies',
      keys: { dependsOn: [needs('db')] },
    },
    { reason: 'waiting for nobody: not declared', cause: 'dependencies', keys: { dependsOn: [needs('nobody')] } },
    { reason: 'waiting for its next time', cause: 'schedule', keys: { type: 'oneshot', schedule: HOURLY } },
  ],
  starting: [
    { reason: 'not spawned yet', cause: 'spawning' },
    ...(
      [
        [{ kind: 'notify-systemd' }, 'no READY=1'],
        [{ kind: 'notify-fd', fd: 3 }, 'no newline on fd 3'],
        [{ kind: 'notify-fd', fd: 'auto' }, 'no newline on $NOTIFY_FD'],
        [{ kind: 'log', source: '^listening' }, 'no line matches "^listening"'],
        [
          { kind: 'poll', probe: { kind: 'tcp', host: '127.0.0.1', port: 1 }, intervalMs: 250, timeoutMs: 1_000 },
          'no answer',
        ],
      ] as const
    ).map(([ready, missing]): Case => ({
      reason: `not ready for 2 s of 1 min: ${missing}; last line: "web at work"`,
      cause: 'getting-ready',
      keys: { ready },
      lines: up,
    })),
    {
      reason: 'not ready for 2 s of 1 min: connect 127.0.0.1:8000: ECONNREFUSED; last line: "web at work"',
      cause: 'getting-ready',
      keys: { ready: TOLD },
      lines: [...up, 'web unready connect 127.0.0.1:8000: ECONNREFUSED'],
    },
    {
      reason: 'not ready for 2 s of 1 min: no READY=1; it says: recovering, 30 %',
      cause: 'getting-ready',
      keys: { ready: TOLD },
      lines: [...up, 'web says STATUS=recovering, 30 %'],
    },
    {
      reason: 'not ready for 2 s of 1 min 30 s that it asked for: no READY=1; last line: "web at work"',
      cause: 'getting-ready',
      keys: { ready: TOLD },
      lines: [...up, 'web says EXTEND_TIMEOUT_USEC=90000000'],
    },
    {
      reason: 'not ready for 2 s: no READY=1; last line: "web at work"',
      cause: 'getting-ready',
      keys: { ready: TOLD, startTimeoutMs: null },
      lines: up,
    },
    {
      reason: 'ready in 3 s; last line: "web at work"',
      cause: 'getting-ready',
      keys: { ready: { kind: 'delay', delayMs: 5_000 } },
      lines: up,
    },
    {
      reason: 'post_start is running ("drain -v"), 2 s of 1 min are over; last line: "web at work"',
      cause: 'post-start',
      keys: { postStart: [HOOK] },
      lines: up,
    },
    {
      reason: 'post_start is running (2 commands), 2 s of 1 min are over; last line: "web at work"',
      cause: 'post-start',
      keys: { postStart: [HOOK, HOOK] },
      lines: up,
    },
  ],
  running: [
    { reason: '', cause: null, lines: up },
    { reason: 'at work for 2 s; last line: "web at work"', cause: null, keys: { type: 'oneshot' }, lines: up },
    { reason: 'reloading', cause: 'reloading', lines: [...up, 'web says RELOADING=1'] },
    { reason: 'no health check has passed yet', cause: null, keys: { healthcheck: CHECKED }, lines: up },
    {
      reason: 'failed checks in a row: 1 of 3 (no disk)',
      cause: null,
      keys: { healthcheck: CHECKED },
      lines: [...up, 'web passes', 'web fails no disk'],
    },
    {
      reason: 'unhealthy: 3 checks in a row failed (no disk); left as it is (on_unhealthy: ignore)',
      cause: 'unhealthy',
      keys: { healthcheck: IGNORED },
      lines: [...up, 'web fails x', 'web fails x', 'web fails no disk'],
    },
    {
      reason: 'restarted 2 times, last: exited with 1',
      cause: null,
      lines: [...up, ...gone, 'web timer restart-delay', ...up, ...gone, 'web timer restart-delay', ...up],
    },
    {
      reason: 'to be restarted when db is ready again',
      cause: null,
      keys: { dependsOn: [needs('db', { whenLost: 'restart' })] },
      lines: ['db ready', ...up, 'db exits 1'],
    },
    {
      reason: 'to be stopped after above and top, which depend on it',
      cause: null,
      lines: [...up, 'above spawned', 'top spawned', 'stop web above top'],
    },
  ],
  stopping: [
    { reason: 'to be stopped as soon as it is spawned', cause: 'requested', lines: ['stop web'] },
    { reason: 'SIGTERM sent 2 s ago, SIGKILL in 8 s', cause: 'requested', lines: [...up, 'stop web'] },
    {
      reason: 'SIGTERM sent 2 s ago, SIGKILL in 28 s, as it asked for more time',
      cause: 'requested',
      lines: [...up, 'stop web', 'web says EXTEND_TIMEOUT_USEC=30000000'],
    },
    {
      reason: 'to shut down (SIGTERM): SIGTERM sent 2 s ago, SIGKILL in 8 s',
      cause: 'requested',
      keys: { ready: TOLD },
      lines: [...up, 'SIGTERM'],
    },
    {
      reason: 'to start again: SIGTERM sent 2 s ago, SIGKILL in 8 s',
      cause: 'requested',
      lines: [...up, 'restart web'],
    },
    {
      reason: 'to start again with db: SIGTERM sent 2 s ago, SIGKILL in 8 s',
      cause: 'requested',
      keys: { dependsOn: [needs('db', { whenLost: 'stop' })] },
      lines: ['db ready', ...up, 'db exits 1'],
    },
    {
      reason: 'pre_stop is running for 2 s ("drain -v")',
      cause: 'requested',
      keys: { preStop: [HOOK] },
      lines: [...up, 'stop web'],
    },
    {
      reason: 'SIGTERM sent, SIGKILL in 8 s',
      cause: 'requested',
      keys: { preStop: [HOOK] },
      lines: [...up, 'stop web', 'web hook pre-stop'],
    },
    {
      reason: 'stop_command ("drain -v") begun 2 s ago, SIGKILL in 8 s',
      cause: 'requested',
      keys: { stopCommand: HOOK },
      lines: [...up, 'stop web'],
    },
    {
      reason: 'SIGKILL sent, not gone yet',
      cause: 'requested',
      lines: [...up, 'stop web', 'web timer grace-period'],
    },
    {
      reason: 'it says that it ends; SIGKILL in 8 s',
      cause: 'announced',
      lines: [...up, 'web says STOPPING=1'],
    },
    {
      reason: 'unhealthy: 3 checks in a row failed (no disk); SIGTERM sent 2 s ago, SIGKILL in 8 s',
      cause: 'unhealthy',
      keys: { healthcheck: CHECKED },
      lines: [...up, 'web fails x', 'web fails x', 'web fails no disk'],
    },
    {
      reason: 'no WATCHDOG=1 within 20 s; SIGABRT sent 2 s ago, SIGKILL in 8 s',
      cause: 'watchdog',
      keys: { watchdogMs: 20_000, stopCommand: HOOK },
      lines: [...up, 'web timer watchdog'],
    },
    { reason: 'exited with 1; killing what it left behind', cause: 'exited', lines: [...up, 'web exits 1'] },
    {
      reason: 'no WATCHDOG=1 within 20 s; killing what it left behind',
      cause: 'watchdog',
      keys: { watchdogMs: 20_000 },
      lines: [...up, 'web timer watchdog', 'web dies SIGABRT'],
    },
  ],
  stopped: [
    {
      reason: 'stopped on request',
      cause: 'requested',
      lines: [...up, 'stop web', 'web exits 0', 'web cleared'],
    },
    {
      reason: 'stopped by the shutdown (SIGTERM)',
      cause: 'requested',
      lines: [...up, 'SIGTERM', 'web exits 0', 'web cleared'],
    },
  ],
  backoff: [
    {
      reason: 'exited with 1; next try in 4 s; last line: "web at work"',
      cause: 'exited',
      keys: { restart: LONG },
      lines: [...up, ...gone],
    },
    {
      reason: 'exited with 1, 2 runs in a row did not last; next try in 10 s; last line: "web at work"',
      cause: 'exited',
      keys: { restart: LONG },
      lines: [...up, ...gone, 'web timer restart-delay', ...up, ...gone],
    },
    {
      reason: 'exited with 0; next try in 4 s; last line: "web at work"',
      cause: 'exited',
      keys: { restart: LONG },
      lines: [...up, 'web exits 0', 'web cleared'],
    },
    {
      reason: 'killed by the kernel, out of memory (SIGKILL); next try in 4 s; last line: "web at work"',
      cause: 'out-of-memory',
      keys: { restart: LONG },
      lines: [...up, 'web dies for-memory', 'web cleared'],
    },
    {
      reason: 'killed by SIGKILL, which the supervisor did not send; next try in 4 s; last line: "web at work"',
      cause: 'exited',
      keys: { restart: LONG },
      lines: [...up, 'web dies by-somebody', 'web cleared'],
    },
    {
      reason: 'exited with 1; next try in 4 s (restart 1 of 3 within 1 min); last line: "web at work"',
      cause: 'exited',
      keys: { restart: { ...LONG, maxAttempts: 3 } },
      lines: [...up, ...gone],
    },
    {
      reason: 'exited with 0 before it was ready; next try in 4 s; last line: "web at work"',
      cause: 'never-ready',
      keys: { restart: LONG, ready: TOLD },
      lines: [...up, 'web exits 0', 'web cleared'],
    },
    {
      reason: 'no "serve" in PATH; next try in 4 s',
      cause: 'spawn-failed',
      keys: { restart: LONG },
      lines: ['web unspawnable no "serve" in PATH'],
    },
  ],
  completed: [
    {
      reason: 'exited with 0',
      cause: 'exited',
      keys: { type: 'oneshot' },
      lines: [...up, 'web exits 0', 'web cleared'],
    },
    {
      reason: 'exited with 42, not restarted (restart: no)',
      cause: 'exited',
      keys: { restart: NEVER, successExitCodes: [42] },
      lines: [...up, 'web exits 42', 'web cleared'],
    },
    {
      reason: 'exited with 42, one of its prevent_exit_codes',
      cause: 'exited',
      keys: { restart: restart({ preventExitCodes: [42] }), successExitCodes: [42] },
      lines: [...up, 'web exits 42', 'web cleared'],
    },
    {
      reason: 'exited with 0; waiting for its next time',
      cause: 'exited',
      keys: { type: 'oneshot', schedule: HOURLY },
      lines: ['web due', ...up, 'web exits 0', 'web cleared'],
    },
    {
      reason: '"/data/there" is already there',
      cause: 'already-there',
      keys: { creates: '/data/there' },
      lines: ['web already-there'],
    },
  ],
  failed: [
    {
      reason: 'exited with 1; last line: "web at work"',
      cause: 'exited',
      keys: { restart: NEVER },
      lines: [...up, ...gone],
    },
    {
      reason: 'exited with 1, one of its prevent_exit_codes; last line: "web at work"',
      cause: 'exited',
      keys: { restart: restart({ preventExitCodes: [78, 1] }) },
      lines: [...up, ...gone],
    },
    {
      reason: 'exited with 1, given up after 1 restart within 1 min; last line: "web at work"',
      cause: 'exited',
      keys: { restart: restart({ maxAttempts: 1 }) },
      lines: [...up, ...gone, 'web timer restart-delay', ...up, ...gone],
    },
    {
      reason: 'not ready within 1 min (no READY=1); last line: "web at work"',
      cause: 'not-ready',
      keys: { restart: NEVER, ready: TOLD },
      lines: [...up, 'web timer start-timeout', 'web dies SIGTERM', 'web cleared'],
    },
    {
      reason: 'not ready within 1 min (post_start was still running); last line: "web at work"',
      cause: 'not-ready',
      keys: { restart: NEVER, postStart: [HOOK] },
      lines: [...up, 'web timer start-timeout', 'web dies SIGTERM', 'web cleared'],
    },
    {
      reason: 'post_start failed: "migrate": exited with 3',
      cause: 'hook-failed',
      keys: { restart: NEVER, postStart: [HOOK] },
      lines: [...up, 'web hook post-start "migrate": exited with 3', 'web dies SIGTERM', 'web cleared'],
    },
    {
      reason: 'unhealthy: 3 checks in a row failed (x); last line: "web at work"',
      cause: 'unhealthy',
      keys: { restart: NEVER, healthcheck: CHECKED },
      lines: [...up, 'web fails x', 'web fails x', 'web fails x', 'web dies SIGTERM', 'web cleared'],
    },
    {
      reason: 'it said that it ends and was not gone within 0 ms; last line: "web at work"',
      cause: 'not-gone',
      keys: { restart: NEVER, stopGracePeriodMs: 0 },
      lines: [...up, 'web says STOPPING=1', 'web timer grace-period', 'web dies SIGKILL', 'web cleared'],
    },
    {
      reason: 'it takes 2 GiB, max_memory is 1 GiB; last line: "web at work"',
      cause: 'over-memory',
      keys: { restart: NEVER, maxMemoryBytes: 2 ** 30 },
      lines: [...up, `web takes ${2 ** 31}`, 'web dies SIGTERM', 'web cleared'],
    },
    {
      reason: 'no "serve" in PATH',
      cause: 'spawn-failed',
      keys: { restart: NEVER },
      lines: ['web unspawnable no "serve" in PATH'],
    },
    {
      reason: 'exited with 1; runs again at its next time; last line: "web at work"',
      cause: 'exited',
      keys: { type: 'oneshot', schedule: HOURLY },
      lines: ['web due', ...up, ...gone],
    },
  ],
  disabled: [{ reason: 'disabled by "enabled"', cause: 'disabled', keys: { enabled: false } }],
}

for (const [state, cases] of Object.entries(CASES)) {
  void t.test(`a service that is ${state} says why`, (test) => {
    for (const { reason, cause, keys = {}, lines = [] } of cases) {
      const services = [
        serviceConfig({ name: 'db', ready: TOLD }),
        serviceConfig({ onFailure: 'ignore', ...keys }),
        serviceConfig({ name: 'above', dependsOn: [needs('web')] }),
        serviceConfig({ name: 'top', dependsOn: [needs('above')] }),
      ]
      const play = new Play(config(...services))
      play.acts('begin', 'db spawned', ...lines)
      const row = statusOf(play.supervisor, NOW, says(lines)).find(({ name }) => name === 'web')
      test.same([row?.state, row?.cause, row?.reason], [state, cause, reason], lines.join(', '))
    }
    test.end()
  })
}

/** Each says something as soon as it has a process. */
function says(lines: readonly string[]): LastLineOf {
  return (name) => (name === 'db' || lines.includes(`${name} spawned`) ? `${name} at work` : null)
}

void t.test('quotes in a last line do not end it', (test) => {
  const play = new Play(config(serviceConfig({ name: 'web', restart: NEVER })))
  play.acts('begin', ...up, ...gone)
  const [row] = statusOf(play.supervisor, NOW, () => String.raw`role "app" in C:\data`)
  test.equal(row?.reason, String.raw`exited with 1; last line: "role \"app\" in C:\\data"`)
  test.end()
})

void t.test('every cause has its case', (test) => {
  const seen = new Set(Object.values(CASES).flatMap((cases) => cases.map(({ cause }) => cause)))
  // These need another set: who was not named with `up`, and other ways to be switched off.
  const elsewhere: readonly Cause[] = ['not-asked', 'profiles', 'scale']
  test.same(
    CAUSES.filter((cause) => !seen.has(cause)),
    elsewhere,
  )
  test.end()
})

void t.test('a disabled service says what it is that keeps it down', (test) => {
  const absences = new Map([['hidden', 'profiles'] as const, ['none', 'scale'] as const, ['off', 'disabled'] as const])
  const disabled = { enabled: false, profiles: ['debug', 'dev'] }
  const services = [...absences.keys()].map((name) => serviceConfig({ name, ...disabled }))
  const play = new Play({ ...config(...services), absences })
  test.same(
    statusOf(play.supervisor, 0).map(({ cause, reason }) => [cause, reason]),
    [
      ['profiles', 'disabled: none of its profiles is chosen (debug, dev)'],
      ['scale', 'disabled by "scale: 0"'],
      ['disabled', 'disabled by "enabled"'],
    ],
  )
  test.end()
})

void t.test('who was never asked for says so', (test) => {
  const play = new Play(config(serviceConfig({ name: 'db', ready: TOLD }), serviceConfig()), 'db')
  play.all('begin')
  test.match(statusOf(play.supervisor, 0)[1], {
    state: 'stopped',
    cause: 'not-asked',
    reason: 'not asked for',
    wanted: false,
    well: true,
  })
  test.end()
})
