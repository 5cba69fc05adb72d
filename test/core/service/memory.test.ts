import t from 'tap'
import { serviceConfig } from '../support.ts'
import { HOOK } from './cases.ts'
import { begin, brief, spawned } from './life.ts'

const LIMIT = 120 * 1024 * 1024

void t.test('what it takes is measured from time to time, while it runs', (test) => {
  const life = begin(serviceConfig({ maxMemoryBytes: LIMIT }))
  life.on(0, { kind: 'dependencies-met' })
  test.same(brief(life.onRun(0, { kind: 'spawned', pid: 300 })), ['memory-interval in 5000'])
  test.same(brief(life.onRun(5_000, { kind: 'timer-expired', timer: 'memory-interval' })), ['measure-memory'])
  for (const bytes of [0, LIMIT, null]) {
    test.same(brief(life.onRun(5_100, { kind: 'memory-measured', bytes })), ['memory-interval in 5000'])
  }
  test.end()
})

void t.test('a service that takes more than it may is stopped in good order, and has failed', (test) => {
  const life = spawned(serviceConfig({ maxMemoryBytes: LIMIT, preStop: [HOOK] }))
  test.same(brief(life.onRun(5_100, { kind: 'memory-measured', bytes: LIMIT + 1 })), ['no memory-interval', 'pre-stop'])
  life.onRun(5_200, { kind: 'hook-ended', hook: 'pre-stop', why: null })
  life.onRun(5_300, { kind: 'exited', exit: { kind: 'code', code: 0 } })
  life.onRun(5_400, { kind: 'cleared' })
  test.same(life.state(), { kind: 'backoff', since: 5_400, run: 1, until: 5_500 })
  test.same(life.history().lastFailure, { kind: 'over-memory', bytes: LIMIT + 1, limitBytes: LIMIT })
  test.end()
})

void t.test('a measurement that comes late ends nothing', (test) => {
  const life = spawned(serviceConfig({ maxMemoryBytes: LIMIT }))
  life.on(1, { kind: 'stop-requested' })
  const before = life.state()
  test.same(life.onRun(2, { kind: 'memory-measured', bytes: LIMIT + 1 }), [])
  test.equal(life.state(), before)
  test.end()
})
