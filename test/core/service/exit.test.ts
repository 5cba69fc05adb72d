import t from 'tap'
import { SIGNAL_NAMES, signalNumber } from '../../../src/core/config/signal.ts'
import {
  describeExit,
  describeFailure,
  exitStatus,
  failureStatus,
  type Exit,
  type Failure,
  type Said,
} from '../../../src/core/service/exit.ts'
import { NOTHING_SAID } from '../support.ts'

const WELL: Exit = { kind: 'code', code: 0 }
const BADLY: Exit = { kind: 'code', code: 3 }
const KILLED: Extract<Exit, { kind: 'signal' }> = { kind: 'signal', signal: 'SIGKILL' }
const CANNOT_BIND: Said = { statusText: 'cannot bind', errno: 98 }

void t.test('a code is its own status', (test) => {
  for (let code = 0; code <= 255; code++) {
    test.equal(exitStatus({ kind: 'code', code }), code)
    test.equal(describeExit({ kind: 'code', code }), `exited with ${code}`)
  }
  test.end()
})

void t.test('a signal’s status is 128 and its number', (test) => {
  test.equal(SIGNAL_NAMES.length, 31)
  for (const signal of SIGNAL_NAMES) {
    test.equal(exitStatus({ kind: 'signal', signal }), 128 + signalNumber(signal))
    test.equal(describeExit({ kind: 'signal', signal }), `killed by ${signal}`)
  }
  const known = { SIGINT: 130, SIGQUIT: 131, SIGABRT: 134, SIGKILL: 137, SIGSEGV: 139, SIGTERM: 143 } as const
  for (const [signal, status] of Object.entries(known)) {
    test.equal(exitStatus({ kind: 'signal', signal: signal as keyof typeof known }), status)
  }
  test.end()
})

void t.test('every failure has a status and words', (test) => {
  const table: Readonly<Record<Failure['kind'], readonly (readonly [Failure, number, string])[]>> = {
    exited: [
      [{ kind: 'exited', exit: { kind: 'code', code: 3 }, said: NOTHING_SAID }, 3, 'exited with 3'],
      [{ kind: 'exited', exit: { kind: 'signal', signal: 'SIGSEGV' }, said: NOTHING_SAID }, 139, 'killed by SIGSEGV'],
      [{ kind: 'exited', exit: BADLY, said: CANNOT_BIND }, 3, 'exited with 3 (it said: cannot bind; errno 98)'],
      [{ kind: 'exited', exit: KILLED, said: { statusText: 'ready', errno: null } }, 137, 'killed by SIGKILL'],
      [
        { kind: 'exited', exit: { ...KILLED, sender: 'unknown' }, said: NOTHING_SAID },
        137,
        'killed by SIGKILL, which the supervisor did not send',
      ],
      [
        { kind: 'exited', exit: { ...KILLED, sender: 'out-of-memory' }, said: NOTHING_SAID },
        137,
        'killed by the kernel, out of memory (SIGKILL)',
      ],
      [{ kind: 'exited', exit: KILLED, said: CANNOT_BIND }, 137, 'killed by SIGKILL (it said: cannot bind; errno 98)'],
      [{ kind: 'exited', exit: BADLY, said: { statusText: null, errno: 98 } }, 3, 'exited with 3 (errno 98)'],
      [{ kind: 'exited', exit: BADLY, said: { statusText: ' ', errno: 0 } }, 3, 'exited with 3'],
      [
        { kind: 'exited', exit: BADLY, said: { statusText: 'x'.repeat(4_096), errno: null } },
        3,
        `exited with 3 (it said: ${'x'.repeat(200)}…)`,
      ],
    ],
    'never-ready': [
      [{ kind: 'never-ready', exit: WELL, said: NOTHING_SAID }, 1, 'exited with 0 before it was ready'],
      [
        { kind: 'never-ready', exit: BADLY, said: CANNOT_BIND },
        3,
        'exited with 3 before it was ready (it said: cannot bind; errno 98)',
      ],
    ],
    'not-gone': [
      [
        { kind: 'not-gone', withinMs: 10_000, said: NOTHING_SAID },
        1,
        'it said that it ends and was not gone within 10 s',
      ],
      [
        { kind: 'not-gone', withinMs: 10_000, said: { statusText: 'closing 3 connections', errno: null } },
        1,
        'it said that it ends and was not gone within 10 s (it said: closing 3 connections)',
      ],
    ],
    'not-ready': [
      [{ kind: 'not-ready', withinMs: 60_000.4, lastAttempt: null, said: NOTHING_SAID }, 1, 'not ready within 1 min'],
      [
        {
          kind: 'not-ready',
          withinMs: 2_512.75,
          lastAttempt: 'connect 127.0.0.1:80: ECONNREFUSED',
          said: NOTHING_SAID,
        },
        1,
        'not ready within 2.5 s (connect 127.0.0.1:80: ECONNREFUSED)',
      ],
      [
        { kind: 'not-ready', withinMs: 5_000, lastAttempt: 'ECONNREFUSED', said: CANNOT_BIND },
        1,
        'not ready within 5 s (ECONNREFUSED; it said: cannot bind; errno 98)',
      ],
    ],
    'hook-failed': [
      [{ kind: 'hook-failed', hook: 'post-start', why: 'exited with 1' }, 1, 'post_start failed: exited with 1'],
    ],
    unhealthy: [
      [
        { kind: 'unhealthy', checks: 3, output: 'connect 127.0.0.1:80: ECONNREFUSED' },
        1,
        'unhealthy: 3 checks in a row failed (connect 127.0.0.1:80: ECONNREFUSED)',
      ],
      [{ kind: 'unhealthy', checks: 1, output: '' }, 1, 'unhealthy: a check failed'],
      [
        { kind: 'unhealthy', checks: 2, output: '  % Total\n\ncurl: (7) Failed to connect\r\n\n' },
        1,
        'unhealthy: 2 checks in a row failed (curl: (7) Failed to connect)',
      ],
      [
        { kind: 'unhealthy', checks: 2, output: 'x'.repeat(4_096) },
        1,
        `unhealthy: 2 checks in a row failed (${'x'.repeat(200)}…)`,
      ],
    ],
    watchdog: [
      [{ kind: 'watchdog', withinMs: 20_000, said: NOTHING_SAID }, 1, 'no WATCHDOG=1 within 20 s'],
      [{ kind: 'watchdog', withinMs: null, said: NOTHING_SAID }, 1, 'it asked to be ended (WATCHDOG=trigger)'],
      [
        { kind: 'watchdog', withinMs: null, said: CANNOT_BIND },
        1,
        'it asked to be ended (WATCHDOG=trigger; it said: cannot bind; errno 98)',
      ],
    ],
    'over-memory': [
      [
        { kind: 'over-memory', bytes: 126_353_408, limitBytes: 125_829_120 },
        1,
        'it takes 120.5 MiB, max_memory is 120 MiB',
      ],
    ],
    'spawn-failed': [
      [{ kind: 'spawn-failed', message: 'no "serve" in PATH', status: 127 }, 127, 'no "serve" in PATH'],
      [
        { kind: 'spawn-failed', message: '"/srv/run" is not executable', status: 126 },
        126,
        '"/srv/run" is not executable',
      ],
    ],
  }
  for (const [failure, status, words] of Object.values(table).flat()) {
    test.same([failureStatus(failure), describeFailure(failure)], [status, words])
  }
  test.end()
})
