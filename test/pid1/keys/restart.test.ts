import t from 'tap'
import { startContainer, type Container } from '../support/container.ts'
import { UNLESS_PID_1 } from '../support/requirements.ts'
import { IDLE, shell, written } from '../support/written.ts'

const skip = UNLESS_PID_1
const QUICK = { delay: '10ms', jitter: '0%' }

t.jobs = 4

void t.test(
  'restart and restart.policy: after which ends it is started again',
  { skip, buffered: true },
  async (test) => {
    const well = 'exit 0'
    const ill = 'exit 3'
    const file = written({
      'always-well': { script: well, restart: { ...QUICK, policy: 'always' } },
      'always-ill': { script: ill, restart: { ...QUICK, policy: 'always' } },
      'unless-well': { script: well, restart: { ...QUICK, policy: 'unless-stopped' } },
      'failure-well': { script: well, restart: 'on-failure' },
      'failure-ill': { script: ill, restart: { ...QUICK, policy: 'on-failure' } },
      'no-well': { script: well, restart: 'no' },
      'no-ill': { script: ill, restart: 'no', on_failure: 'ignore' },
      limited: { script: ill, restart: 'on-failure:2', on_failure: 'ignore' },
      'job-well': { type: 'oneshot', script: well },
      'job-ill': { type: 'oneshot', script: ill, on_failure: 'ignore' },
      'job-again': { type: 'oneshot', script: ill, restart: { ...QUICK, policy: 'on-failure' } },
      idle: IDLE,
    })
    const container = await startContainer(test, { file })
    const again = ['always-well', 'always-ill', 'unless-well', 'failure-ill', 'job-again']
    for (const name of again) await container.line(new RegExp(`${name}: starting \\(run 4\\)`))
    for (const name of ['failure-well', 'no-well', 'job-well']) {
      const completed = await container.serviceThat(name, ({ state }) => state === 'completed')
      test.match(completed, { run: 1, restarts: 0, exit: { code: 0 } })
    }
    for (const name of ['no-ill', 'job-ill']) {
      const failed = await container.serviceThat(name, ({ state }) => state === 'failed')
      test.match(failed, { run: 1, restarts: 0, exit: { code: 3 } })
    }
    test.match(await container.serviceThat('limited', ({ state }) => state === 'failed'), {
      run: 3,
      restarts: 2,
      reason: /^exited with 3, given up after 2 restarts within 1 min/,
    })
    test.equal((await container.supervisor('stop', 'unless-well')).status, 0)
    test.match(await container.service('unless-well'), { state: 'stopped', wanted: false, next: null })
  },
)

void t.test(
  'restart.prevent_exit_codes: after which it is not started again',
  { skip, buffered: true },
  async (test) => {
    const restart = { ...QUICK, prevent_exit_codes: [78] }
    const file = written({
      wrong: { script: 'exit 78', restart, on_failure: 'ignore' },
      unlucky: { script: 'exit 1', restart },
      idle: IDLE,
    })
    const container = await startContainer(test, { file })
    await container.line(/unlucky: starting \(run 4\)/u)
    test.match(await container.serviceThat('wrong', ({ state }) => state === 'failed'), {
      run: 1,
      restarts: 0,
      reason: 'exited with 78, one of its prevent_exit_codes',
    })
  },
)

void t.test('success_exit_codes: what counts as success', { skip, buffered: true }, async (test) => {
  const service = { script: 'exit 7', restart: 'no', on_failure: 'ignore' }
  const file = written({ plain: service, good: { ...service, success_exit_codes: [0, 7] }, idle: IDLE })
  const container = await startContainer(test, { file })
  test.equal((await container.serviceThat('plain', ({ pid, run }) => pid === null && run === 1)).state, 'failed')
  test.equal((await container.serviceThat('good', ({ pid, run }) => pid === null && run === 1)).state, 'completed')
})

for (const [keys, script, status] of [
  [{}, 'exit 5', 5],
  [{ on_failure: 'shutdown' }, 'exit 5', 5],
  [{ on_failure: 'ignore' }, 'exit 5', null],
  [{}, 'exit 0', null],
  [{ on_success: 'ignore' }, 'exit 0', null],
  [{ on_success: 'shutdown' }, 'exit 0', 0],
] as const) {
  const key = script === 'exit 5' ? 'on_failure' : 'on_success'
  const written_ = Object.values(keys)[0] ?? 'left out'
  void t.test(`${key}: ${written_}`, { skip, buffered: true }, async (test) => {
    const file = written({ job: { script: `echo ran; ${script}`, restart: 'no', ...keys }, idle: IDLE })
    const container = await startContainer(test, { file })
    await container.line(/^job +\| ran$/)
    if (status === null) {
      await container.serviceThat('job', ({ state }) => state === 'completed' || state === 'failed')
      test.equal((await container.service('idle')).state, 'running')
    } else {
      test.equal((await container.end()).status, status)
    }
  })
}

void t.test(
  'restart.max_attempts and restart.window: only restarts within it count',
  { skip, buffered: true },
  async (test) => {
    const script = 'echo ran; exit 1'
    const limit = { max_attempts: 3, delay: '20ms', max_delay: '20ms' }
    const file = written({
      long: { script, restart: { ...limit, window: '10m' }, on_failure: 'ignore' },
      short: { script, restart: { ...limit, window: '10ms' }, on_failure: 'ignore' },
      idle: IDLE,
    })
    const container = await startContainer(test, { file })
    await container.line(/short: starting \(run 8\)/)
    test.match(await container.serviceThat('long', ({ state }) => state === 'failed'), {
      run: 4,
      reason: /^exited with 1, given up after 3 restarts within 10 min/,
    })
  },
)

void t.test(
  'restart.reset_after: one that had been ready for so long is restarted at once',
  { skip, buffered: true },
  async (test) => {
    const script = 'sleep 0.6; exit 1'
    const delays = { delay: '10m', max_delay: '10m' }
    const file = written({
      steady: { script, restart: { ...delays, reset_after: '200ms' } },
      shaky: { script, restart: { ...delays, reset_after: '1h' } },
    })
    const container = await startContainer(test, { file })
    await container.line(/steady: exited with 1; restarting at once/)
    await container.line(/steady: starting \(run 3\)/)
    test.match(await container.serviceThat('shaky', ({ state }) => state === 'backoff'), {
      run: 1,
      failures: 1,
      reason: /^exited with 1; next try in (9|10|11) min/,
    })
  },
)

const DELAY_MS = 40
const FACTOR = 1.5
const MAX_MS = 400
const JITTER = 0.2
const CRASHES = 10

void t.test(
  'restart.delay, restart.factor, restart.max_delay and restart.jitter: ten crashes, as told and as measured',
  { skip, buffered: true },
  async (test) => {
    const restart = { delay: `${DELAY_MS}ms`, factor: FACTOR, max_delay: `${MAX_MS}ms`, reset_after: '1h' }
    const script = shell('echo "at $(date +%s%N)"; exit 1')
    const file = written({
      exact: { script, restart: { ...restart, jitter: '0%' } },
      varied: { script, restart: { ...restart, jitter: `${JITTER * 100}%` } },
    })
    const container = await startContainer(test, { file })
    await Promise.all(
      ['exact', 'varied'].map((name) => container.line(new RegExp(`${name}: starting \\(run ${CRASHES + 1}\\)`))),
    )
    await Promise.all(['exact', 'varied'].map((name) => runsOver(container, name)))
    const due = Array.from({ length: CRASHES }, (_, index) => Math.min(DELAY_MS * FACTOR ** index, MAX_MS))
    test.same(toldMs(container, 'exact'), due.map(Math.round))

    const varied = toldMs(container, 'varied')
    for (const [index, told] of varied.entries()) {
      const middle = due[index] ?? 0
      test.ok(Math.abs(told - middle) <= middle * JITTER + 1, `${told} ms, ${middle} ms give or take ${JITTER}`)
    }
    test.notSame(varied, due.map(Math.round), 'chance has a say')

    for (const [name, told] of [
      ['exact', due],
      ['varied', varied],
    ] as const) {
      const pauses = pausesMs(container, name)
      test.equal(pauses.length, CRASHES)
      // Told in whole milliseconds.
      for (const [index, pause] of pauses.entries())
        test.ok(pause >= (told[index] ?? 0) - 1, `${pause} of ${told[index]}`)
    }
  },
)

/** The run after the last crash has told when it was. */
function runsOver({ output }: Container, name: string): Promise<unknown> {
  const [last] = output.all(new RegExp(`${name}: starting \\(run ${CRASHES + 1}\\)`))
  return output.line(new RegExp(`^${name} +\\| at `), { after: last?.index ?? -1 })
}

/** The first ten delays, as they were told. */
function toldMs({ output }: Container, name: string): readonly number[] {
  const told = output.all(
    new RegExp(`${name}: exited with 1(?:, \\d+ runs in a row did not last)?; next try in (\\d+) ms`),
  )
  return told.slice(0, CRASHES).map(({ match }) => Number(match[1]))
}

/** The times from one run's own word to that of the next. */
function pausesMs({ output }: Container, name: string): readonly number[] {
  const at = output.all(new RegExp(`^${name} +\\| at (\\d+)$`)).map(({ match }) => Number(match[1]) / 1e6)
  return at.slice(1, CRASHES + 1).map((next, index) => next - (at[index] ?? 0))
}
