import t from 'tap'
import { config, needs, restart, serviceConfig, TOLD } from '../core/support.ts'
import { supervised } from './supervised.ts'

const never = restart({ policy: 'no' })

void t.test(
  'the last words tell what failed and what it said, what never started because of it, and what ended all',
  (test) => {
    const set = supervised(
      config(
        serviceConfig({ name: 'migrate', type: 'oneshot', restart: never }),
        serviceConfig({ name: 'web', dependsOn: [needs('migrate', { condition: 'service_completed_successfully' })] }),
        serviceConfig({ name: 'proxy', dependsOn: [needs('web')] }),
      ),
    )
    const { machine, loop, told } = set
    loop.dispatch({ kind: 'begun' })
    machine.spawned('migrate')
    machine.says('migrate', 'no table "users"\nrolled back\n', 'stderr')
    told.length = 0
    machine.ends('migrate', 3)
    test.strictSame(told, [
      'error: migrate: failed: exited with 3',
      'error: shutting down: "migrate" has failed',
      'error: migrate: failed: exited with 3; its last lines:',
      'error:   no table "users"',
      'error:   rolled back',
      'error: never started because of that: web, proxy',
      'ended with status 3: "migrate" has failed',
    ])
    test.end()
  },
)

void t.test('of a command that was not started, they tell what those said last for whom it waited', (test) => {
  const command = { waitFor: 'ready', timeoutMs: 5_000 } as const
  const set = { ...config(serviceConfig({ name: 'db', ready: TOLD })), command }
  const { machine, loop, told } = supervised(set, { command: ['sh'] })
  loop.dispatch({ kind: 'begun' })
  machine.spawned('db')
  machine.says('db', 'FATAL: no disk\n')
  machine.pass(5_000)
  told.length = 0
  machine.ends('db')
  const why = 'starting, not ready for 5 s of 1 min: no READY=1'
  test.strictSame(told, [
    'db: stopped, exited with 0',
    `error: db: ${why}; its last lines:`,
    'error:   FATAL: no disk',
    'error: never started because of that: the command',
    'ended with status 1: the command was not started',
  ])
  test.end()
})

void t.test('they name who was in its back-off when the end came, with what it said last', (test) => {
  const db = serviceConfig({ name: 'db', ready: TOLD })
  const { machine, loop, told } = supervised(config(db, serviceConfig({ name: 'web', dependsOn: [needs('db')] })))
  loop.dispatch({ kind: 'begun' })
  machine.spawned('db')
  machine.says('db', 'FATAL: no disk\n')
  machine.ends('db', 3)
  told.length = 0
  loop.dispatch({ kind: 'shutdown-requested', by: 'SIGTERM', status: 0, insist: false })
  test.strictSame(told, [
    'shutting down: SIGTERM',
    'error: db: was in backoff: exited with 3; its last lines:',
    'error:   FATAL: no disk',
    'error: never started because of that: web',
    'ended with status 0: SIGTERM',
  ])
  test.end()
})

void t.test('nor do they name who runs again', (test) => {
  const { machine, loop, told } = supervised(config(serviceConfig({ name: 'db' })))
  loop.dispatch({ kind: 'begun' })
  machine.spawned('db')
  machine.ends('db', 3)
  machine.pass(100)
  machine.spawned('db')
  loop.dispatch({ kind: 'shutdown-requested', by: 'SIGTERM', status: 0, insist: false })
  told.length = 0
  machine.ends('db', 0)
  test.strictSame(told, ['db: stopped, exited with 0', 'ended with status 0: SIGTERM'])
  test.end()
})

void t.test('the status in the log says nothing twice', (test) => {
  const off = serviceConfig({ name: 'off', enabled: false })
  const db = serviceConfig({ name: 'db', ready: TOLD })
  const set = config(off, db, serviceConfig({ name: 'web', dependsOn: [needs('db')] }))
  const { loop, machine, reporter, told } = supervised(set)
  loop.dispatch({ kind: 'begun' })
  told.length = 0
  reporter.status(loop.supervisor(), machine.clock.now())
  test.strictSame(told, [
    'off: disabled by "enabled"',
    'db: starting, not spawned yet',
    'web: waiting for db: starting, not spawned yet',
  ])
  test.end()
})

void t.test('the status in the log tells what each has said last', (test) => {
  const { machine, loop, reporter, told } = supervised(config(serviceConfig({ name: 'db', ready: TOLD })))
  loop.dispatch({ kind: 'begun' })
  machine.spawned('db', 7)
  machine.says('db', 'recovering\n')
  told.length = 0
  reporter.status(loop.supervisor(), machine.clock.now())
  test.strictSame(told, ['db: starting, pid 7, not ready for 0 ms of 1 min: no READY=1; last line: "recovering"'])
  test.end()
})
