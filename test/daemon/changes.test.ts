import t from 'tap'
import { config, needs, restart, serviceConfig, TOLD } from '../core/support.ts'
import { controlled, type Controlled } from './controlled.ts'

const DB = serviceConfig({ name: 'db', ready: TOLD })
const APP = serviceConfig({ name: 'app', ready: TOLD, dependsOn: [needs('db')] })
const MISSING = { message: 'cannot execute "/nonexistent": no such file', status: 127 } as const

void t.test('a start ends with the first run that fails, though it is tried again', (test) => {
  const { ask, machine } = controlled(config(DB))
  machine.process('db').listener.failed(MISSING)
  const { got } = ask('POST /v1/start', { services: ['db'] })
  const waiting = ask('GET /v1/wait?service=db')
  test.strictSame(got, [], 'what failed before was another matter')
  machine.process('db').listener.failed(MISSING)
  test.strictSame(got, [{ ok: false, reasons: [`db: backoff: ${MISSING.message}; next try in 100 ms`], also: [] }])
  machine.pass(100)
  isReady(machine, 'db')
  test.strictSame(waiting.got, [{ ok: true, reasons: [] }], 'who only waits goes on waiting')
  test.end()
})

void t.test('a restart ends with the first run of its own that fails, not with that which it ends', (test) => {
  const { ask, machine } = up(controlled(config(DB)))
  machine.process('db').listener.exited({ kind: 'code', code: 3 })
  const { got } = ask('POST /v1/restart', { services: ['db'] })
  machine.process('db').listener.outputEnded()
  machine.clears('db')
  test.strictSame(got, [])
  machine.spawned('db')
  machine.ends('db')
  test.strictSame(got, [
    { ok: false, reasons: ['db: backoff: exited with 0 before it was ready; next try in 100 ms'], also: [] },
  ])
  test.end()
})

void t.test('a failure that is followed at once by another run ends it as well', (test) => {
  const at = serviceConfig({ name: 'db', ready: TOLD, restart: restart({ delayMs: 0 }) })
  const { ask, machine } = controlled(config(at))
  const { got } = ask('POST /v1/start', { services: ['db'] })
  machine.spawned('db')
  machine.ends('db', 3)
  test.strictSame(got, [
    { ok: false, reasons: ['db: starting, not spawned yet; the run before: exited with 3'], also: [] },
  ])
  test.end()
})

void t.test('what fails below a service that waits for it ends its start, and is named', (test) => {
  const mid = serviceConfig({ name: 'mid', dependsOn: [needs('db')] })
  const top = serviceConfig({ name: 'top', dependsOn: [needs('mid')] })
  const other = serviceConfig({ name: 'other', ready: TOLD })
  const { ask, machine } = controlled(config(DB, mid, top, other))
  const first = ask('POST /v1/start', { services: ['other', 'top'] })
  const second = ask('POST /v1/start', { services: ['other'] })
  machine.process('db').listener.failed(MISSING)
  test.strictSame(first.got, [
    {
      ok: false,
      reasons: [
        `top: waiting for mid, which waits for db: backoff: ${MISSING.message}; next try in 100 ms`,
        `db: backoff: ${MISSING.message}; next try in 100 ms`,
      ],
      also: [],
    },
  ])
  test.strictSame(second.got, [], 'it has nothing to do with that')
  test.end()
})

void t.test('what has failed for good below it is named with it', (test) => {
  const db = { ...DB, onFailure: 'ignore', restart: restart({ policy: 'no' }) } as const
  const { ask, machine } = controlled(config(db, APP, serviceConfig({ name: 'other' })))
  const { got } = ask('POST /v1/start', { services: ['app'] })
  machine.spawned('db')
  machine.ends('db', 3)
  test.strictSame(got, [
    {
      ok: false,
      reasons: ['app: waiting for db: failed: exited with 3', 'db: failed: exited with 3'],
      also: [],
    },
  ])
  test.end()
})

void t.test('what fails below a service that does not wait for it any more is nothing to its start', (test) => {
  const { ask, machine } = controlled(config(DB, APP))
  const { got } = ask('POST /v1/start', { services: ['app'] })
  isReady(machine, 'db')
  machine.ends('db', 3)
  test.strictSame(got, [])
  isReady(machine, 'app')
  test.strictSame(got, [{ ok: true, reasons: [], also: [] }])
  test.end()
})

void t.test('a restart of what has failed waits for those that go down before it', (test) => {
  const db = { ...DB, onFailure: 'ignore', restart: restart({ policy: 'no' }) } as const
  const { ask, machine } = controlled(config(db, APP))
  isReady(machine, 'db')
  isReady(machine, 'app')
  machine.ends('db', 3)
  const { got } = ask('POST /v1/restart', { services: ['db', 'app'] })
  test.strictSame(got, [], 'app is on its way down')
  machine.ends('app')
  isReady(machine, 'db')
  isReady(machine, 'app')
  test.strictSame(got, [{ ok: true, reasons: [], also: [] }])
  test.end()
})

function up(set: Controlled): Controlled {
  isReady(set.machine, 'db')
  return set
}

function isReady(machine: Controlled['machine'], name: string): void {
  machine.spawned(name)
  machine.process(name).listener.notified('READY=1')
}
