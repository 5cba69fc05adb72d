import { test } from 'tap'
import type { OnceResult, RunOnce } from '../../../src/system/checks/exec.ts'
import { createProbe } from '../../../src/system/probe.ts'
import { ask, requestOf } from './ask.ts'

const ARGV = ['pg_isready', '-q']

function runsTo(result: OnceResult): RunOnce {
  return (_service, _runId, _argv, done) => {
    setImmediate(done, result)
    return () => undefined
  }
}

const RESULTS: readonly (readonly [string, OnceResult, string | null])[] = [
  ['exit 0', { exit: { kind: 'code', code: 0 }, output: 'well\n', failure: null }, null],
  [
    'another exit, with the first line that says something',
    { exit: { kind: 'code', code: 2 }, output: '\n \r\n  no response \r\nmore\n', failure: null },
    'exited with 2: no response',
  ],
  ['another exit without output', { exit: { kind: 'code', code: 1 }, output: '', failure: null }, 'exited with 1'],
  ['a signal', { exit: { kind: 'signal', signal: 'SIGSEGV' }, output: '', failure: null }, 'killed by SIGSEGV'],
  [
    'a command that cannot be run',
    { exit: null, output: '', failure: 'cannot execute "pg_isready": not found in PATH (/bin)' },
    'cannot execute "pg_isready": not found in PATH (/bin)',
  ],
  ['no status', { exit: null, output: '', failure: null }, 'ended without a status'],
  [
    'a long line',
    { exit: { kind: 'code', code: 1 }, output: 'x'.repeat(5000), failure: null },
    `exited with 1: ${'x'.repeat(200)}`,
  ],
]

for (const [name, result, cause] of RESULTS) {
  void test(name, async (t) => {
    t.same(
      await ask({ kind: 'exec', argv: ARGV }, { runOnce: runsTo(result) }),
      cause === null ? { kind: 'passed' } : { kind: 'failed', why: `"pg_isready -q": ${cause}` },
    )
  })
}

void test('the command is run for the service and its run', async (t) => {
  const calls: unknown[] = []
  const runOnce: RunOnce = (service, runId, argv, done) => {
    calls.push([service.name, runId, argv])
    done({ exit: { kind: 'code', code: 0 }, output: '', failure: null })
    return () => calls.push('closed')
  }
  t.same(await ask({ kind: 'exec', argv: ARGV }, { runOnce }), { kind: 'passed' })
  t.same(calls, [['web', 'run-7', ARGV], 'closed'])
})

void test('a command that hangs is cancelled when its time is over, and what it says later is not heard', async (t) => {
  let cancelled = 0
  let late: (() => void) | null = null
  const runOnce: RunOnce = (_service, _runId, _argv, done) => {
    late = () => done({ exit: { kind: 'code', code: 0 }, output: '', failure: null })
    return () => cancelled++
  }
  t.same(await ask({ kind: 'exec', argv: ARGV }, { runOnce, timeoutMs: 50 }), {
    kind: 'failed',
    why: '"pg_isready -q": no answer within 0.05 s',
  })
  ;(late as (() => void) | null)?.()
  t.equal(cancelled, 1)
})

void test('cancelled in the very moment of its answer, an attempt says nothing', async (t) => {
  const answers: unknown[] = []
  const cancel = createProbe({
    runOnce: (_service, _runId, _argv, done) => {
      done({ exit: { kind: 'code', code: 0 }, output: '', failure: null })
      cancel()
      return () => answers.push('closed')
    },
  })(requestOf({ kind: 'exec', argv: ARGV }), (answer) => answers.push(answer))
  await ask({ kind: 'exec', argv: ARGV }, { runOnce: runsTo({ exit: null, output: '', failure: null }) })
  t.same(answers, ['closed'])
})

void test('a runner that throws is a failure and not an end of everything', async (t) => {
  t.same(await ask({ kind: 'exec', argv: ARGV }, { runOnce: throwError }), {
    kind: 'failed',
    why: '"pg_isready -q": internal error: no such run',
  })
})

function throwError(): never {
  throw new Error('internal error: no such run')
}
