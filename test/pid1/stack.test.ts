import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { ServiceStatus, StatusReply } from '../../src/core/protocol.ts'
import { INIT, type Container } from './support/container.ts'
import { ROOT } from './support/requirements.ts'
import { get, makeStack, UNLESS_STACK } from './support/stack.ts'
import { until } from './support/until.ts'
import { signalProcess } from './support/processes.ts'

const skip = UNLESS_STACK
/** initdb takes a second on a machine with nothing else to do. */
const STARTED = { withinMs: 60_000 }

void t.test(
  'the example comes up, answers, goes down in order, and comes up again with its data',
  { skip },
  async (test) => {
    const stack = await makeStack(test)
    const first = await stack.start()
    await first.line(/app: ready/, STARTED)
    test.equal((await get(`${stack.url}/health`)).status, 200)
    test.equal((await get(stack.url)).body, '{"visits":{"postgres":1,"redis":1}}\n')
    test.strictSame(statesOf(await first.status()), {
      folders: 'completed',
      'postgres-init': 'completed',
      postgres: 'running',
      redis: 'running',
      migrate: 'completed',
      app: 'running',
    })

    first.signal('SIGTERM')
    const end = await first.end()
    test.equal(end.status, 0)
    checkOrderOfStop(test, first)
    test.match(end.text, /^postgres +\| .*database system is shut down/m)

    const second = await stack.start()
    await second.line(/app: ready/, STARTED)
    test.notMatch(second.output.text(), /initdb|postgres-init +\|/)
    test.match(second.output.text(), /postgres-init: completed: ".*cluster" is already there/)
    test.match(second.output.text(), /database system was shut down at/)
    test.equal((await get(stack.url)).body, '{"visits":{"postgres":2,"redis":2}}\n')
    second.signal('SIGTERM')
    test.equal((await second.end()).status, 0)
  },
)

void t.test(
  'kill -9 of Redis: it is back, the app untouched, restart count 1, the reason in the status',
  { skip },
  async (test) => {
    const stack = await makeStack(test)
    const container = await stack.start()
    await container.line(/app: ready/, STARTED)
    const before = await until('all to be well', async () => {
      const status = await container.status()
      return status.state === 'running' && status
    })
    signalProcess(container.processOf(pidOf(before, 'redis'))?.pid ?? 0, 'SIGKILL')
    await container.line(/redis: killed by SIGKILL, which the supervisor did not send; /)
    const redis = await container.serviceThat('redis', ({ run, well }) => run === 2 && well)
    test.match(redis, {
      restarts: 1,
      reason: 'restarted once: killed by SIGKILL, which the supervisor did not send',
      exit: { code: null, signal: 'SIGKILL' },
      well: true,
    })
    const after = await container.status()
    test.equal(after.state, 'running')
    // It may have been checked again, and say something about what it has lost.
    const unchecked = { check: null, last_line: null }
    for (const name of ['app', 'postgres'])
      test.strictSame({ ...rowOf(after, name), ...unchecked }, { ...rowOf(before, name), ...unchecked })
    await until('the app to reach Redis again', async () => (await get(`${stack.url}/health`)).status === 200)
  },
)

void t.test('SIGTERM during initdb ends in order with nothing left alive', { skip }, async (test) => {
  const stack = await makeStack(test)
  const container = await stack.start({ pid1: 'parent' })
  await until('initdb', () => container.processes().some(({ name }) => name === 'initdb'), STARTED.withinMs)
  container.signal('SIGTERM')
  const { status, text } = await container.end()
  test.equal(status, 0)
  test.match(text, /postgres-init: stopped/)
  test.notMatch(text, /supervisor +\| (postgres|migrate|app): starting/)
  test.strictSame(container.processes(), [])
})

void t.test(
  'with both servers saying READY=1 the app is spawned within 20 ms of the later one',
  { skip },
  async (test) => {
    const stack = await makeStack(test)
    // The servers alone, and an app that is ready once it is spawned: what happened when is in the status then.
    const example = readFileSync(join(ROOT, 'services.example.yaml'), 'utf8')
    const servers = example.slice(0, example.indexOf('\n  migrate:'))
    const file = `${servers}\n  app: {command: [sleep, '1000'], depends_on: [postgres, redis]}\n`
    const program = [INIT, '-f', join(stack.folder, 'services.yaml')]
    const delays: number[] = []
    // A fixed delay would be there each time; the machine's other work is not.
    while (delays.length < 5 && Math.min(...delays) > 20) {
      const container = await stack.start({ file, program })
      await container.line(/app: starting/, STARTED)
      const status = await until('the app', async () => {
        const now = await container.status()
        return rowOf(now, 'app').state === 'running' && now
      })
      const since = (name: string): number => Date.parse(rowOf(status, name).since)
      delays.push(since('app') - Math.max(since('postgres'), since('redis')))
      container.signal('SIGTERM')
      await container.end()
    }
    test.ok(Math.min(...delays) >= 0 && Math.min(...delays) <= 20, `after ${delays.join(', ')} ms`)
  },
)

/** The app first; then both servers get their signals before either of them is down. */
function checkOrderOfStop(test: Test, container: Container): void {
  const order = container.output
    .all(/^supervisor +\| (app|redis|postgres): (stopping|stopped)/)
    .map(({ match: [, name, what] }) => `${what} ${name}`)
  test.strictSame(order.slice(0, 2), ['stopping app', 'stopped app'])
  test.strictSame(order.slice(2, 4).toSorted(), ['stopping postgres', 'stopping redis'])
  test.strictSame(order.slice(4).toSorted(), ['stopped postgres', 'stopped redis'])
}

function statesOf({ services }: StatusReply): Record<string, string> {
  return Object.fromEntries(services.map(({ name, state }) => [name, state]))
}

function rowOf({ services }: StatusReply, name: string): ServiceStatus {
  const row = services.find((service) => service.name === name)
  if (row === undefined) throw new Error(`no service "${name}"`)
  return row
}

function pidOf(status: StatusReply, name: string): number {
  return rowOf(status, name).pid ?? 0
}
