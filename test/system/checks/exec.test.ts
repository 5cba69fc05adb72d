import { test } from 'tap'
import type { OnceEnd, OnceRequest, OnceResult, RunOnce } from '../../../src/system/checks/exec.ts'
import { createProbe } from '../../../src/system/probe.ts'
import { ask, requestOf, serve } from './ask.ts'

const ARGV = ['pg_isready', '-q']

function runsTo(result: OnceResult): RunOnce {
  return (_request, done) => {
    setImmediate(done, result)
    return () => undefined
  }
}

function code(status: number): OnceEnd {
  return { kind: 'exited', exit: { kind: 'code', code: status } }
}

const WELL: OnceResult = { end: code(0), output: '' }

const RESULTS: readonly (readonly [string, OnceResult, string | null])[] = [
  ['exit 0', { end: code(0), output: 'well\n' }, null],
  [
    'another exit, with the first line that says something',
    { end: code(2), output: '\n \r\n  no response \r\nmore\n' },
    'exited with 2: no response',
  ],
  ['another exit without output', { end: code(1), output: '' }, 'exited with 1'],
  [
    'a signal',
    { end: { kind: 'exited', exit: { kind: 'signal', signal: 'SIGSEGV' } }, output: '' },
    'killed by SIGSEGV',
  ],
  [
    'a command that cannot be run',
    { end: { kind: 'not-run', why: 'cannot execute "pg_isready": not found in PATH (/bin)' }, output: '' },
    'cannot execute "pg_isready": not found in PATH (/bin)',
  ],
  ['a command that hangs', { end: { kind: 'too-slow' }, output: '' }, 'no answer within 5 s'],
  ['a command that speaks and hangs', { end: { kind: 'too-slow' }, output: 'a\nb' }, 'no answer within 5 s: a'],
  ['a long line', { end: code(1), output: 'x'.repeat(5000) }, `exited with 1: ${'x'.repeat(200)}…`],
]

for (const [name, result, cause] of RESULTS) {
  void test(name, async (t) => {
    const isCut = result.end.kind === 'too-slow' && result.output !== ''
    const output = isCut ? `${result.output}\nno answer within 5 s` : result.output
    t.same(
      await ask({ kind: 'exec', argv: ARGV }, { runOnce: runsTo(result) }),
      cause === null ? { kind: 'passed', output } : { kind: 'failed', why: `"pg_isready -q": ${cause}`, output },
    )
  })
}

void test('the command is run for the service and its run, with its time', async (t) => {
  const calls: unknown[] = []
  const runOnce: RunOnce = ({ service, runId, argv, timeoutMs }: OnceRequest, done) => {
    calls.push([service.name, runId, argv, timeoutMs])
    done(WELL)
    return () => calls.push('closed')
  }
  t.same(await ask({ kind: 'exec', argv: ARGV }, { runOnce }), { kind: 'passed', output: '' })
  t.same(calls, [['web', 'run-7', ARGV, 5_000], 'closed'])
})

void test('a command whose time is over is waited for until it is gone', async (t) => {
  const silent = await serve(t, () => undefined)
  let gone: (() => void) | null = null
  let hasAnswered = false
  const runOnce: RunOnce = (_request, done) => {
    gone = () => done({ end: { kind: 'too-slow' }, output: 'so far' })
    return () => undefined
  }
  const answer = ask({ kind: 'exec', argv: ARGV }, { runOnce, timeoutMs: 10 }).finally(() => (hasAnswered = true))
  // Of another kind, with more time and begun later: its time is over, so that of the command is.
  await ask({ kind: 'redis', at: silent.at }, { timeoutMs: 50 })
  t.equal(hasAnswered, false)
  ;(gone as (() => void) | null)?.()
  t.same(await answer, {
    kind: 'failed',
    why: '"pg_isready -q": no answer within 0.01 s: so far',
    output: 'so far\nno answer within 0.01 s',
  })
})

void test('cancelled in the very moment of its answer, an attempt says nothing', async (t) => {
  const answers: unknown[] = []
  const cancel = createProbe({
    runOnce: (_request, done) => {
      done(WELL)
      cancel()
      return () => answers.push('closed')
    },
  })(requestOf({ kind: 'exec', argv: ARGV }), (answer) => answers.push(answer))
  await ask({ kind: 'exec', argv: ARGV }, { runOnce: runsTo(WELL) })
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
