import { readFileSync } from 'node:fs'
import t from 'tap'
import { startContainer } from '../support/container.ts'
import { until } from '../support/until.ts'
import { UNLESS_PID_1 } from '../support/requirements.ts'
import { IDLE, shell, written } from '../support/written.ts'
import { program } from '../../system/fixture.ts'
import { signalProcess } from '../support/processes.ts'

const skip = UNLESS_PID_1
const SAYS = `${process.execPath} ${program('says-notify')}`
const READY = { notify: 'systemd' }

t.jobs = 4

void t.test('watchdog: a service that is silent for too long gets SIGABRT', { skip, buffered: true }, async (test) => {
  const file = written({
    silent: { command: `${SAYS} READY=1 wait`, ready: READY, watchdog: '300ms', restart: 'no', on_failure: 'ignore' },
    speaks: { command: `${SAYS} READY=1 every=100,WATCHDOG=1`, ready: READY, watchdog: '3s' },
    beaten: { command: `${SAYS} READY=1 WATCHDOG=trigger wait`, ready: READY, restart: 'no', on_failure: 'ignore' },
    slower: { command: `${SAYS} READY=1 WATCHDOG_USEC=900000000 wait`, ready: READY, watchdog: '300ms' },
  })
  const container = await startContainer(test, { file })
  test.match(await container.serviceThat('silent', ({ state }) => state === 'failed'), {
    reason: /^no WATCHDOG=1 within 300 ms/,
    exit: { code: null, signal: 'SIGABRT' },
  })
  test.match(await container.serviceThat('beaten', ({ state }) => state === 'failed'), {
    reason: /^it asked to be ended \(WATCHDOG=trigger\)/,
    exit: { code: null, signal: 'SIGABRT' },
  })
  for (const name of ['speaks', 'slower']) {
    test.match(await container.serviceThat(name, ({ state }) => state === 'running'), { run: 1 })
  }
})

void t.test(
  'watchdog: keep-alives hold it up for much longer than its period',
  { skip, buffered: true },
  async (test) => {
    const file = written({
      speaks: { command: `${SAYS} READY=1 every=200,WATCHDOG=1`, ready: READY, watchdog: '2s' },
      clock: { type: 'oneshot', script: 'sleep 5; echo over', depends_on: ['speaks'] },
    })
    const container = await startContainer(test, { file })
    await container.line(/^clock +\| over$/)
    const { state, run, pid } = await container.service('speaks')
    test.match({ state, run }, { state: 'running', run: 1 })
    const environment = readFileSync(`/proc/${container.processOf(pid ?? 0)?.pid}/environ`, 'utf8').split('\0')
    test.same(
      environment.filter((variable) => variable.startsWith('WATCHDOG_')),
      ['WATCHDOG_USEC=2000000'],
    )
  },
)

void t.test('ready.notify: MAINPID is followed, and STATUS is shown', { skip, buffered: true }, async (test) => {
  const file = written({
    forks: {
      script: shell(`sleep 1000 & ${SAYS} "MAINPID=$!" "STATUS=two wares left" READY=1`),
      ready: READY,
      restart: 'no',
      on_failure: 'ignore',
    },
    idle: IDLE,
  })
  const container = await startContainer(test, { file })
  const { pid, says } = await container.serviceThat('forks', ({ state }) => state === 'running')
  test.equal(says, 'two wares left')
  // Until then its parent has its status, and that one's own end would count.
  const main = await until('it to be an orphan', () => {
    const seen = container.processOf(pid ?? 0)
    return seen?.parent === container.pid && seen
  })
  test.equal(main.name, 'sleep')
  signalProcess(main.pid, 'SIGKILL')
  const { exit } = await container.serviceThat('forks', ({ state }) => state === 'failed')
  test.same(exit, { code: null, signal: 'SIGKILL' })
  test.same(container.names(), ['sleep'])
})

void t.test('ready.notify: RELOADING=1 is shown until the next READY=1', { skip, buffered: true }, async (test) => {
  const file = written({
    web: {
      command: `${SAYS} READY=1 on=SIGUSR1,RELOADING=1 on=SIGUSR2,READY=1 wait`,
      ready: READY,
      reload_signal: 'USR1',
    },
  })
  const container = await startContainer(test, { file })
  await container.serviceThat('web', ({ state }) => state === 'running')
  test.equal((await container.supervisor('reload', 'web')).status, 0)
  test.equal((await container.serviceThat('web', ({ reason }) => reason === 'reloading')).state, 'running')
  test.equal((await container.supervisor('signal', 'USR2', 'web')).status, 0)
  test.match(await container.serviceThat('web', ({ reason }) => reason === ''), { state: 'running', run: 1 })
  await container.line(/web: reloaded/)
})

void t.test(
  'ready.notify: EXTEND_TIMEOUT_USEC lengthens a start and a stop',
  { skip, buffered: true },
  async (test) => {
    const stop = `trap '${SAYS} EXTEND_TIMEOUT_USEC=30000000; sleep 4; echo tidy; exit 0' TERM`
    const file = written({
      starts: {
        command: `${SAYS} EXTEND_TIMEOUT_USEC=30000000 every=4500,READY=1`,
        ready: READY,
        start_timeout: '3s',
      },
      stops: {
        script: shell(`${stop}; ${SAYS} READY=1; while :; do sleep 0.05; done`),
        ready: READY,
        stop_grace_period: '3s',
      },
    })
    const container = await startContainer(test, { file })
    test.equal((await container.serviceThat('starts', ({ state }) => state === 'running')).run, 1)
    container.signal('SIGTERM')
    test.match((await container.end()).text, /^stops +\| tidy$/m)
  },
)

void t.test('ready.notify: what it said last is told with its failure', { skip, buffered: true }, async (test) => {
  const file = written({
    binds: {
      script: shell(`${SAYS} "STATUS=cannot bind" ERRNO=98; exit 3`),
      ready: READY,
      restart: 'no',
      on_failure: 'ignore',
    },
    forks: { command: ['true'], ready: READY, restart: 'no', on_failure: 'ignore' },
    idle: IDLE,
  })
  const container = await startContainer(test, { file })
  await container.line(/error: binds: failed: exited with 3 \(it said: cannot bind; errno 98\)/)
  await container.line(/error: forks: failed: exited with 0 before it was ready/)
})

void t.test(
  'ready.notify: STOPPING=1 is an end of its own accord, within its grace period',
  { skip, buffered: true },
  async (test) => {
    const file = written({
      leaves: {
        script: shell(`trap 'echo got TERM' TERM; ${SAYS} READY=1 STOPPING=1; sleep 1000`),
        ready: READY,
        stop_grace_period: '300ms',
        restart: 'no',
        on_failure: 'ignore',
      },
      idle: IDLE,
    })
    const container = await startContainer(test, { file })
    test.match(await container.serviceThat('leaves', ({ state }) => state === 'failed'), {
      exit: { code: null, signal: 'SIGKILL' },
      reason: /^it said that it ends and was not gone within 300 ms/,
    })
    await container.line(/leaves: it says that it ends; stopping \(SIGKILL after 300 ms\)/)
    test.notMatch(container.output.text(), /got TERM/)
  },
)
