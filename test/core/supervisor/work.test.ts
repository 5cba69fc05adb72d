import t from 'tap'
import { progressOf } from '../../../src/core/supervisor/awaiting.ts'
import { newSupervisor, type Supervisor } from '../../../src/core/supervisor/state.ts'
import { step } from '../../../src/core/supervisor/step.ts'
import type { RunEvent } from '../../../src/core/service/event.ts'
import { config, needs, serviceConfig, TOLD } from '../support.ts'

const LENGTH = 100

interface Counted {
  readonly supervisor: Supervisor
  /** About whom the graph was asked. */
  readonly asked: string[]
}

/** A chain, each on top of the one before; the first half is up, and its questions to the graph are counted. */
function chain(): Counted {
  const names = Array.from({ length: LENGTH }, (_, index) => `s${index}`)
  const services = names.map((name, index) =>
    serviceConfig({ name, ready: TOLD, dependsOn: index === 0 ? [] : [needs(`s${index - 1}`)] }),
  )
  let supervisor = step(newSupervisor(config(...services), new Set(names), 0), { kind: 'begun' }, NOW).supervisor
  for (const name of names.slice(0, LENGTH / 2)) {
    supervisor = happen(happen(supervisor, name, SPAWNED), name, READY)
  }
  return count(supervisor)
}

function count(supervisor: Supervisor): Counted {
  const asked: string[] = []
  const note =
    <Result>(ask: (name: string) => Result) =>
    (name: string): Result => {
      asked.push(name)
      return ask(name)
    }
  const { graph } = supervisor
  const counted = { ...graph, dependents: note(graph.dependents), dependencies: note(graph.dependencies) }
  return { supervisor: { ...supervisor, graph: counted }, asked }
}

const WIDTH = 20

/** Layers of which each service stands on every one of the layer below, all of them up. */
function layers(...prefixes: readonly string[]): Counted {
  const services = prefixes.flatMap((prefix, layer) =>
    row(prefix).map((name) => serviceConfig({ name, dependsOn: row(prefixes[layer - 1]).map((on) => needs(on)) })),
  )
  const set = config(...services)
  const names = [...set.services.keys()]
  const begun = step(newSupervisor(set, new Set(names), 0), { kind: 'begun' }, NOW).supervisor
  return count(names.reduce((supervisor, name) => happen(supervisor, name, SPAWNED), begun))
}

function row(prefix: string | undefined): readonly string[] {
  return prefix === undefined ? [] : Array.from({ length: WIDTH }, (_, column) => `${prefix}${column}`)
}

const NOW = { at: 0, chance: 0.5 }
const SPAWNED: RunEvent = { kind: 'spawned', run: 1, pid: 100 }
const READY: RunEvent = { kind: 'became-ready', run: 1 }
const EXITED: RunEvent = { kind: 'exited', run: 1, exit: { kind: 'code', code: 0 } }
const CLEARED: RunEvent = { kind: 'cleared', run: 1 }

function happen(supervisor: Supervisor, service: string, event: RunEvent): Supervisor {
  return step(supervisor, { kind: 'service', service, event }, NOW).supervisor
}

void t.test('a service on its way up is a matter for its neighbours, not for the whole set', (test) => {
  const { supervisor, asked } = chain()
  happen(happen(supervisor, 's50', SPAWNED), 's50', READY)
  test.ok(asked.length <= 10, `${asked.length} questions`)
  test.end()
})

void t.test('an answer to a question for readiness is a matter for nobody else', (test) => {
  const { supervisor, asked } = chain()
  const refused = { kind: 'attempt-failed', run: 1, why: 'ECONNREFUSED' } as const
  const once = happen(happen(supervisor, 's50', SPAWNED), 's50', refused)
  asked.length = 0
  test.equal(happen(once, 's50', refused), once, 'the same again changes nothing at all')
  happen(once, 's50', { ...refused, why: 'ETIMEDOUT' })
  test.same(asked, [])
  test.end()
})

void t.test('an event of an earlier run changes nothing at all', (test) => {
  const { supervisor } = chain()
  test.equal(happen(supervisor, 's50', { ...SPAWNED, run: 7 }), supervisor)
  test.end()
})

void t.test('who holds up those below is found in one pass for all that stand on the same', (test) => {
  const { supervisor, asked } = layers('base', 'middle', 'top')
  const shutdown = { kind: 'shutdown-requested', by: 'SIGTERM', status: 0, insist: false } as const
  const stopping = step(supervisor, shutdown, NOW).supervisor
  const [last = '', ...others] = row('middle')
  const almost = [...row('top'), ...others].reduce(
    (before, name) => happen(happen(before, name, EXITED), name, CLEARED),
    happen(stopping, last, EXITED),
  )
  asked.length = 0
  const done = happen(almost, last, CLEARED)
  test.same(
    row('base').map((name) => done.members.get(name)?.service.state.kind),
    row('base').map(() => 'stopping'),
  )
  test.ok(asked.length <= 5 * WIDTH, `${asked.length} questions`)
  test.end()
})

void t.test('who waits in vain in a whole chain is found in one pass', (test) => {
  const { supervisor, asked } = chain()
  const failed = happen(supervisor, 's50', { kind: 'spawn-failed', run: 1, message: 'gone', status: 127 })
  const names = [...failed.members.keys()]
  const given = step(failed, { kind: 'stop-requested', services: ['s50'] }, NOW).supervisor
  asked.length = 0
  test.same(progressOf(given, names, 'ready'), { kind: 'lost', names: names.slice(50) })
  test.ok(asked.length <= LENGTH, `${asked.length} questions`)
  test.end()
})
