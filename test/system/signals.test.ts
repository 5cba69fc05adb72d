import t from 'tap'
import { AS_PID_1, runFixture, UNLESS_ROOT } from './fixture.ts'

const SIGNALS = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGTRAP',
  'SIGUSR1',
  'SIGUSR2',
  'SIGALRM',
  'SIGTERM',
  'SIGSTKFLT',
  'SIGXCPU',
  'SIGXFSZ',
  'SIGVTALRM',
  'SIGPROF',
  'SIGWINCH',
  'SIGPWR',
  'SIGSYS',
]
/** These must pass without a word. */
const SILENT = ['SIGPIPE', 'SIGIO', 'SIGCHLD', 'SIGURG', 'SIGCONT']

for (const { as, chain, skip } of [
  { as: 'PID 1', chain: AS_PID_1, skip: UNLESS_ROOT },
  { as: 'an ordinary process', chain: [], skip: false },
] as const) {
  void t.test(`as ${as}, signals are told and none of them kills or opens the inspector`, { skip }, async (test) => {
    const outcome = await runFixture(chain, 'takes-signals', [...SIGNALS, 'SIGTERM'])
    test.same(outcome, { told: [...SIGNALS, 'SIGTERM'], inspector: null })
  })
}

void t.test('signals that mean nothing to a supervisor pass unseen', async (test) => {
  const steps = SILENT.map((signal) => `${signal},SIGTERM`)
  const outcome = await runFixture([], 'takes-signals', steps)
  test.same(outcome, { told: SILENT.map(() => 'SIGTERM'), inspector: null })
})
