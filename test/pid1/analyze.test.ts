import t, { type Test } from 'tap'
import type { AnalyzeReply } from '../../src/core/control/analyze-reply.ts'
import type { GraphReply } from '../../src/core/control/graph-reply.ts'
import { readXml } from '../cli/xml.ts'
import { startContainer } from './support/container.ts'
import { UNLESS_PID_1 } from './support/requirements.ts'
import { makeStack, UNLESS_STACK } from './support/stack.ts'

void t.test('of the example it is told where the time of its start went', { skip: UNLESS_STACK }, async (test) => {
  const container = await (await makeStack(test)).start()
  test.equal((await container.supervisor('wait')).status, 0)
  const ran = await container.supervisor('analyze', '--json')
  test.strictSame([ran.status, ran.stderr], [0, ''])
  const reply = JSON.parse(ran.stdout) as AnalyzeReply
  checkSums(test, reply)
  const path = reply.critical_path.map(({ service }) => service)
  test.same(path, ['folders', 'postgres-init', 'postgres', 'migrate', 'app'])
  // Whoever is asked for the time of a container wants to know what the supervisor itself took of it.
  const { node_ms: node, begun_ms: begun } = reply.supervisor
  test.ok(node >= 0 && node < begun && begun < (reply.total_ms ?? 0), `${node} ms, ${begun} ms`)
  test.match((await container.supervisor('analyze')).stdout, /^example: all ready after [\d.]+ m?s\n\nSERVICE/u)
  test.equal(readXml((await container.supervisor('analyze', '--svg', '-')).stdout).name, 'svg')

  for (const name of ['postgres', 'redis', 'app'])
    await container.serviceThat(name, ({ health }) => health === 'healthy')
  const graph = JSON.parse((await container.supervisor('graph', '--json')).stdout) as GraphReply
  test.same(
    graph.services.map(({ name, state, health }) => `${name} ${state ?? ''} ${health}`),
    [
      'folders completed none',
      'postgres-init completed none',
      'postgres running healthy',
      'redis running healthy',
      'migrate completed none',
      'app running healthy',
    ],
  )
  test.equal(readXml((await container.supervisor('graph', '--format', 'svg')).stdout).name, 'svg')
})

/** Whole phases: each begins where the one before it ends, and the path ends with the last that was ready. */
function checkSums(
  test: Test,
  { supervisor, total_ms: total, services, critical_path: path, since }: AnalyzeReply,
): void {
  const { begun_ms: begun } = supervisor
  for (const { name, waited_ms: waited, took_ms: took, ready_ms: ready, runs } of services) {
    test.equal(runs.length, 1, name)
    test.equal(tenths(begun + waited), runs[0]?.asked_ms, name)
    test.equal(tenths(begun + waited + (took ?? 0)), ready, name)
  }
  const last = Math.max(...services.map(({ ready_ms: ready }) => ready ?? Infinity))
  test.strictSame([path[0]?.from_ms, path.at(-1)?.to_ms, total], [begun, last, last])
  for (const [index, { from_ms: from }] of path.entries()) if (index > 0) test.equal(from, path[index - 1]?.to_ms)
  const parts = path.reduce((sum, { from_ms: from, to_ms: to }) => sum + to - from, begun)
  test.equal(tenths(parts), total)
  test.ok(Date.parse(since) < Date.now())
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10
}

const FILE = `
services:
  slow: {command: sleep 1000, ready: {delay: 300ms}}
  crash:
    script: 'test -e again || { touch again; exit 3; }; exec sleep 1000'
    restart: {delay: 100ms, jitter: 0%}
  app: {command: sleep 1000, depends_on: [slow, crash]}
  stuck: {command: sleep 1000, depends_on: {never: {condition: service_started}}}
  never: {type: oneshot, command: 'false', on_failure: ignore, depends_on: [broken]}
  broken: {type: oneshot, command: 'false', on_failure: ignore}
`

void t.test('a start that does not come to its end is told as far as it goes', { skip: UNLESS_PID_1 }, async (test) => {
  const container = await startContainer(test, { file: FILE })
  test.equal((await container.supervisor('wait', 'app')).status, 0)
  const all = await container.supervisor('analyze')
  test.equal(all.status, 1)
  test.match(all.stdout, /: 3 of 6 services ready, .* after the start\n/u)
  const app = await container.supervisor('analyze', '--json', 'app')
  test.equal(app.status, 0)
  const reply = JSON.parse(app.stdout) as AnalyzeReply
  test.same(
    reply.critical_path.map(({ service, reached }) => [service, reached]),
    [
      ['slow', 'ready'],
      ['app', 'ready'],
    ],
  )
  test.match(reply.advice, [/^slow: "ready: \{delay: …\}" takes 300 ms/u])
  const crash = JSON.parse((await container.supervisor('analyze', '--json', 'crash')).stdout) as AnalyzeReply
  test.match(
    crash.services.map(({ runs }) => runs.map(({ outcome }) => outcome)),
    [['failed', null]],
  )
})
