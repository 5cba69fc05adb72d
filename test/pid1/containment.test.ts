import t from 'tap'
import { startContainer, type Container } from './support/container.ts'
import { UNLESS_PID_1 } from './support/requirements.ts'
import { until } from './support/until.ts'
import { script } from '../system/fixture.ts'
import { signalProcess } from './support/processes.ts'

const skip = UNLESS_PID_1

/** A shell that ignores SIGTERM and has daemonised a child, which ignores it too, into a session of its own. */
const DAEMON = `
services:
  daemon:
    script: |
      trap '' TERM
      ${script('double-forks-and-ignores-sigterm')}
    stop_grace_period: 100ms
    ready: {log: daemon}
  other:
    command: [sleep, '2000']
`

/** The pids inside of the daemon and its child. */
async function daemonOf(container: Container, after = -1): Promise<readonly number[]> {
  const { match } = await container.line(/daemon (\d+) (\d+)$/, { after })
  return [Number(match[1]), Number(match[2])]
}

for (const pid1 of ['program', 'parent'] as const) {
  const where = pid1 === 'program' ? 'as PID 1' : 'below another PID 1'

  void t.test(
    `${where} a stop leaves neither a service that ignores SIGTERM nor its daemon`,
    { skip },
    async (test) => {
      const container = await startContainer(test, { file: DAEMON, pid1 })
      const daemon = await daemonOf(container)
      test.ok(daemon.every((pid) => container.processOf(pid) !== null))
      test.equal((await container.supervisor('stop', 'daemon')).status, 0)
      test.strictSame(container.names(), ['sleep'])
      test.match(await container.service('daemon'), {
        state: 'stopped',
        well: true,
        exit: { code: null, signal: 'SIGKILL' },
      })
    },
  )

  void t.test(`${where} nothing of an earlier run is left when the next one starts`, { skip }, async (test) => {
    const container = await startContainer(test, { file: DAEMON, pid1 })
    const first = await daemonOf(container)
    const { pid } = await container.serviceThat('daemon', ({ state }) => state === 'running')
    signalProcess(container.processOf(pid ?? 0)?.pid ?? 0, 'SIGKILL')
    const next = await container.line(/daemon: starting \(run 2\)/)
    const second = await daemonOf(container, next.index)
    test.ok(first.every((gone) => second.includes(gone) || container.processOf(gone) === null))
    // The service and its `sleep`, the daemon and its `sleep`, and the other service.
    await until('one run only', () => container.names().length === 5)
  })
}

void t.test('when everything has ended, nothing that was left behind is alive', { skip }, async (test) => {
  const container = await startContainer(test, { file: DAEMON, pid1: 'parent' })
  await daemonOf(container)
  container.signal('SIGTERM')
  test.equal((await container.end()).status, 0)
  test.strictSame(container.processes(), [])
})

void t.test("the command's daemons do not outlive it", { skip }, async (test) => {
  const container = await startContainer(test, {
    pid1: 'parent',
    command: ['sh', '-c', `${script('double-forks-and-ignores-sigterm')} & sleep 0.2; exit 5`],
  })
  test.equal((await container.end()).status, 5)
  test.strictSame(container.processes(), [])
})

void t.test('a daemon that nothing marks does not outlive the run that left it', { skip }, async (test) => {
  const container = await startContainer(test, {
    file: `
services:
  leaves:
    script: |
      env -i setsid -f sleep 3000
      exit 1
    restart: {policy: on-failure, delay: 1ms, max_attempts: 4}
    on_failure: ignore
  killed:
    type: oneshot
    script: kill -34 $$$$
    restart: 'no'
    on_failure: ignore
  other:
    command: [sleep, '2000']
`,
  })
  await container.line(/leaves: failed/)
  await container.line(/killed: failed: exited with 162/)
  await until('none but the other service', () => container.processes().length === 2)
  test.strictSame(container.names(), ['sleep'])
})
