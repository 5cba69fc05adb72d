import t from 'tap'
import type { AnalyzeReply } from '../../src/core/control/analyze-reply.ts'
import type { GraphReply } from '../../src/core/control/graph-reply.ts'
import { config, needs, needsDone, serviceConfig, TOLD } from '../core/support.ts'
import { controlled } from './controlled.ts'

const SET = {
  ...config(
    serviceConfig({ name: 'init', type: 'oneshot' }),
    serviceConfig({ name: 'db', ready: TOLD, dependsOn: [needsDone('init')] }),
    serviceConfig({ name: 'cache', enabled: false }),
    serviceConfig({
      name: 'web-1',
      instance: { service: 'web', number: 1 },
      dependsOn: [{ ...needs('db'), required: false, whenLost: 'restart' }],
    }),
  ),
  droppedEdges: [
    { service: 'web-1', dependency: 'cache', because: 'disabled' },
    { service: 'web-1', dependency: 'nobody', because: 'not-in-the-file' },
  ],
} as const

void t.test('the graph is told with where everybody stands, without the command', async (test) => {
  const { ask, machine } = controlled(SET, { command: ['bash'] })
  machine.spawned('init')
  const plain = { instance: null, enabled: true, health: 'none' }
  const [reply] = ask('GET /v1/graph').got as GraphReply[]
  test.same(reply, {
    name: 'shop',
    services: [
      { ...plain, name: 'init', type: 'oneshot', state: 'running' },
      { ...plain, name: 'db', type: 'longrun', state: 'waiting' },
      { ...plain, name: 'cache', type: 'longrun', enabled: false, state: 'disabled' },
      { ...plain, name: 'web-1', type: 'longrun', instance: { service: 'web', number: 1 }, state: 'waiting' },
    ],
    edges: [
      {
        from: 'db',
        to: 'init',
        condition: 'service_completed_successfully',
        required: true,
        when_lost: 'ignore',
        dropped: null,
      },
      { from: 'web-1', to: 'db', condition: 'service_ready', required: false, when_lost: 'restart', dropped: null },
      {
        from: 'web-1',
        to: 'cache',
        condition: 'service_ready',
        required: false,
        when_lost: 'ignore',
        dropped: 'disabled',
      },
    ],
  })
})

void t.test('who is named is shown with all that he needs', async (test) => {
  const { ask } = controlled(SET)
  const names = (query: string): readonly string[] => {
    const [reply] = ask(`GET /v1/graph?${query}`).got as GraphReply[]
    return reply?.services.map(({ name }) => name) ?? []
  }
  test.same(names('service=db'), ['init', 'db'])
  test.same(names('service=web'), ['init', 'db', 'cache', 'web-1'])
  test.match(ask('GET /v1/graph?service=dbb').got, [{ status: 404, message: 'no service "dbb"; did you mean "db"?' }])
})

void t.test('a start is told with its date and the supervisor’s own part', async (test) => {
  const { ask, machine } = controlled(SET)
  machine.pass(5)
  machine.spawned('init')
  machine.pass(25)
  machine.ends('init')
  machine.pass(10)
  const [reply] = ask('GET /v1/analyze').got as AnalyzeReply[]
  test.match(reply, {
    name: 'shop',
    since: '2025-12-31T23:59:59.940Z',
    now_ms: 100,
    supervisor: { node_ms: 10, begun_ms: 60 },
    total_ms: null,
    critical_path: [
      { service: 'init', reached: 'completed', from_ms: 60, to_ms: 90 },
      { service: 'db', reached: null, from_ms: 90, to_ms: 100 },
    ],
  })
  test.same(
    reply?.services.map(({ name }) => name),
    ['init', 'db', 'web-1'],
  )
})

void t.test('a secret that looks like a name does not stand in it, and takes no word of the protocol', async (test) => {
  const set = config(serviceConfig({ name: 'hunter2' }), serviceConfig({ name: 'web', dependsOn: [needs('hunter2')] }))
  const { ask } = controlled(set)
  const text = JSON.stringify([ask('GET /v1/graph').got, ask('GET /v1/analyze').got])
  test.notMatch(text, /hunter2/u)
  test.match(text, /"from":"web","to":"\*\*\*","condition":"service_ready"/u)
})
