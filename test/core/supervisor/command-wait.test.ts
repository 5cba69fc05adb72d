import t from 'tap'
import type { CommandStart, ServiceConfig } from '../../../src/core/config/model.ts'
import { COMMAND, withCommand } from '../../../src/core/supervisor/command.ts'
import { config, needs, restart, serviceConfig, TOLD } from '../support.ts'
import { Play } from './play.ts'

const db = serviceConfig({ name: 'db', ready: TOLD })
const web = serviceConfig({ name: 'web', dependsOn: [needs('db')] })
const job = serviceConfig({ name: 'job', type: 'oneshot' })
const SPAWNED = `${COMMAND}  spawn run 1`

function play(start: Partial<CommandStart>, ...services: readonly ServiceConfig[]): Play {
  const command = { waitFor: 'ready', timeoutMs: null, ...start } as const
  return new Play(withCommand({ ...config(...services), command }, ['sh']))
}

void t.test('a command that waits for all to be started does not wait for them to be ready or completed', (test) => {
  const set = play({ waitFor: 'started' }, db, job)
  test.same(set.acts('begin'), ['db  spawn run 1', 'job  spawn run 1'])
  test.notOk(set.acts('db spawned').includes(SPAWNED))
  test.ok(set.acts('job spawned').includes(SPAWNED))
  test.equal(set.state('db'), 'starting')
  test.equal(set.state('job'), 'running')
  test.end()
})

void t.test('it does wait for those that wait themselves', (test) => {
  const set = play({ waitFor: 'started' }, db, web)
  set.acts('begin', 'db spawned')
  test.notOk(set.acts('db ready').includes(SPAWNED))
  test.ok(set.acts('web spawned').includes(SPAWNED))
  test.end()
})

void t.test(
  'one that waits for nothing starts beside the first services, is told first, and gives the status',
  (test) => {
    const set = play({ waitFor: 'nothing' }, db, web)
    test.same(set.acts('begin'), ['db  spawn run 1', SPAWNED])
    set.up(COMMAND, 'db', 'web')
    test.same(set.acts('SIGTERM').slice(0, 2), ['ready file absent', `${COMMAND}  send SIGTERM`])
    test.equal(set.state('web'), 'running')
    test.same(set.ends(COMMAND, 'dies SIGTERM').slice(2, 3), ['web  send SIGTERM'])
    const short = play({ waitFor: 'nothing' }, db)
    short.acts('begin')
    short.up(COMMAND)
    short.ends(COMMAND, 'exits 6')
    short.acts('db spawned')
    test.same(short.ends('db').slice(-1), ['end with 6'], 'it may end before the services are there')
    test.end()
  },
)

for (const waitFor of ['ready', 'started'] as const) {
  void t.test(`one that waits until all are ${waitFor} does not wait for what has its own time`, (test) => {
    const nightly = { ...job, schedule: { kind: 'every', everyMs: 60_000 } } as const
    const set = play({ waitFor }, db, nightly)
    set.acts('begin')
    test.ok(set.up('db').includes(SPAWNED))
    set.up(COMMAND)
    set.acts('job due', 'job spawned')
    test.same(set.acts('SIGTERM').slice(1, 2), [`${COMMAND}  send SIGTERM`], 'and is told before it')
    test.equal(set.state('job'), 'running')
    test.end()
  })
}

void t.test('its timer runs from the first event until it starts', (test) => {
  const set = play({ timeoutMs: 30_000 }, db)
  test.same(set.acts('begin'), ['db  spawn run 1', 'start command-timeout, 30 s'])
  test.same(set.up('db').slice(-3), [SPAWNED, 'cancel command-timeout', 'ready file present'])
  test.same(set.acts('command-timeout'), [], 'too late')
  const atOnce = play({ timeoutMs: 30_000 })
  test.same(atOnce.acts('begin'), [SPAWNED, 'ready file present'], 'it did not wait')
  const without = new Play({ ...config(db), command: { waitFor: 'ready', timeoutMs: 30_000 } })
  test.same(without.acts('begin'), ['db  spawn run 1'], 'there is nobody who waits')
  test.end()
})

void t.test('when it is over nothing is started, and everything goes down with status 1 and the reason', (test) => {
  const set = play({ timeoutMs: 30_000 }, db, web, job)
  set.acts('begin', 'db spawned', 'db unready connect 127.0.0.1:5432: ECONNREFUSED')
  set.up('job')
  set.ends('job')
  test.same(set.all('command-timeout', 30_000), [
    '| error: shutting down: the command was not started: not all services ready within 30 s: ' +
      'waiting for db (starting, not ready for 30 s of 1 min: connect 127.0.0.1:5432: ECONNREFUSED)',
    '| db: stopping (SIGTERM, SIGKILL after 10 s)',
    'db  cancel start-timeout',
    'db  watch no more',
    'db  send SIGTERM',
    'db  send SIGCONT',
    'db  start grace-period, 10 s',
    'cancel command-timeout',
  ])
  test.equal(set.state(COMMAND), 'stopped')
  test.same(set.ends('db').slice(-1), ['end with 1'])
  test.end()
})

void t.test('each that holds it up is named', (test) => {
  const set = play({ waitFor: 'started', timeoutMs: 5_000 }, db, { ...job, restart: restart() })
  set.acts('begin', 'job spawned', 'job exits 3')
  set.all('job cleared', 4_950)
  test.same(set.all('command-timeout', 5_000).slice(0, 1), [
    '| error: shutting down: the command was not started: not all services started within 5 s: ' +
      'waiting for db (starting, not spawned yet), job (backoff: exited with 3; next try in 50 ms)',
  ])
  test.end()
})

void t.test('a shutdown before it has started ends the wait, with its own status', (test) => {
  const set = play({ timeoutMs: 30_000 }, db)
  set.acts('begin')
  test.same(set.acts('SIGTERM'), ['cancel command-timeout'])
  test.same(set.acts('command-timeout'), [])
  set.acts('db spawned')
  test.same(set.ends('db').slice(-1), ['end with 0'])
  test.end()
})
