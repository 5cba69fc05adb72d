import t from 'tap'
import type { Asker } from '../../src/core/control/access.ts'
import type { StatusReply } from '../../src/core/protocol.ts'
import { config, serviceConfig } from '../core/support.ts'
import { controlled, type Controlled } from './controlled.ts'

const ALICE: Asker = { uid: 1000, name: 'alice', access: 'admin', isOwn: false }
const NOBODY_KNOWN: Asker = { uid: 4711, name: null, access: 'admin', isOwn: false }
const WEB = serviceConfig({ name: 'web' })
const DB = serviceConfig({ name: 'db' })

function up({ machine }: Controlled): void {
  machine.spawned('web')
  machine.spawned('db')
}

/** Why each service is in its state. */
function reasons({ ask }: Controlled): readonly string[] {
  const [status] = ask('GET /v1/status').got as readonly StatusReply[]
  return status?.services.map(({ name, state, reason }) => `${name} ${state}: ${reason}`) ?? []
}

void t.test('whatever is asked for is told with the name of who asked, before it is done', async (test) => {
  const set = controlled(config(WEB, DB))
  up(set)
  const { ask, told } = set
  const from = told.length
  ask('POST /v1/signal', { services: ['web'], signal: 'USR1' })
  ask('POST /v1/reload', { services: ['*'] }, ALICE)
  ask('POST /v1/stop', { services: ['web'] }, NOBODY_KNOWN)
  ask('POST /v1/restart', { services: ['db'], dry_run: true })
  ask('POST /v1/start', { services: ['db'] }, ALICE)
  ask('POST /v1/shutdown', undefined, ALICE)
  ask('POST /v1/stop', { services: ['db'] })
  test.strictSame(told.slice(from), [
    'asked by root: send SIGUSR1 to web',
    'asked by user "alice" (uid 1000): reload web and db',
    'asked by uid 4711: stop web',
    'web: stopping (SIGTERM, SIGKILL after 10 s)',
    'asked by user "alice" (uid 1000): start db',
    'shutting down: supervisor shutdown, asked by user "alice" (uid 1000)',
    'db: stopping (SIGTERM, SIGKILL after 10 s)',
  ])
})

void t.test('of many services that are asked for ten are named', async (test) => {
  const names = Array.from({ length: 13 }, (_, index) => `s${index}`)
  const { ask, told } = controlled(config(...names.map((name) => serviceConfig({ name }))))
  ask('POST /v1/reload', { services: ['*'] })
  test.equal(told.at(-1), 's12: starting', 'none has a process: nothing is sent')
  ask('POST /v1/start', { services: ['*'] })
  test.equal(told.at(-1), 'asked by root: start s0, s1, s2, s3, s4, s5, s6, s7, s8, s9 and 3 others')
  ask('POST /v1/start', { services: names.slice(2) })
  test.equal(told.at(-1), `asked by root: start ${names.slice(2, 12).join(', ')} and s12`)
})

void t.test('what is stopped on request says of whom, the first who asked', async (test) => {
  const set = controlled(config(WEB, DB))
  up(set)
  set.ask('POST /v1/stop', { services: ['web'] }, ALICE)
  set.ask('POST /v1/stop', { services: ['web'] })
  set.machine.ends('web')
  test.strictSame(reasons(set), ['web stopped: stopped on request of user "alice" (uid 1000)', 'db running: '])
  set.ask('POST /v1/start', { services: ['web'] })
  set.machine.spawned('web')
  set.loop.dispatch({ kind: 'stop-requested', services: ['web'] })
  set.machine.ends('web')
  test.strictSame(reasons(set), ['web stopped: stopped on request', 'db running: '], 'nobody on the socket')
})

void t.test('what nobody wanted up is stopped on request from the first request on', async (test) => {
  const set = controlled(config(WEB, DB), { wanted: ['db'] })
  set.machine.spawned('db')
  test.strictSame(reasons(set), ['web stopped: not asked for', 'db running: '])
  set.ask('POST /v1/stop', { services: ['web'] }, ALICE)
  test.strictSame(reasons(set), ['web stopped: stopped on request of user "alice" (uid 1000)', 'db running: '])
})
