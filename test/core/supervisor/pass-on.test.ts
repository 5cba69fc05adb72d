import t from 'tap'
import { FREE_SIGNALS } from '../../../src/core/config/free-signals.ts'
import type { SignalRoute } from '../../../src/core/config/model.ts'
import { SIGNAL_NAMES, type SignalName } from '../../../src/core/config/signal.ts'
import { COMMAND, withCommand } from '../../../src/core/supervisor/command.ts'
import { config, needs, serviceConfig, TOLD } from '../support.ts'
import { Play } from './play.ts'

const db = serviceConfig({ name: 'db', ready: TOLD })
const web = serviceConfig({ name: 'web', dependsOn: [needs('db')] })

function signals(...routes: readonly (readonly [SignalName, SignalRoute])[]): {
  readonly signals: ReadonlyMap<SignalName, SignalRoute>
} {
  return { signals: new Map(routes) }
}

void t.test('a signal goes to each service that the file names for it, as the one that it names', (test) => {
  const route = { signal: 'SIGHUP', services: ['db', 'web'] } as const
  const play = new Play({ ...config(db, web), ...signals(['SIGUSR2', route]) })
  play.acts('begin')
  play.up('db', 'web')
  test.same(play.all('got USR2'), ['db  send SIGHUP', 'web  send SIGHUP'])
  test.same(play.all('got ALRM'), [])
  test.end()
})

void t.test('who has no process gets nothing, and the log says so', (test) => {
  const route = { signal: 'SIGHUP', services: ['db', 'web'] } as const
  const play = new Play({ ...config(db, web), ...signals(['SIGUSR2', route]) })
  play.acts('begin', 'db spawned')
  test.same(play.all('got USR2'), [
    'db  send SIGHUP',
    '| warn: SIGUSR2: cannot send SIGHUP to "web": it has no process: waiting for db: starting, not ready for 0 ms of 1 min: no READY=1',
  ])
  play.acts('stop db', 'db exits 0', 'db cleared')
  test.same(play.all('got USR2').slice(0, 1), [
    '| warn: SIGUSR2: cannot send SIGHUP to "db": it has no process: stopped on request',
  ])
  test.end()
})

void t.test('what is mapped to nobody goes nowhere, not to the command either', (test) => {
  const route = { signal: 'SIGHUP', services: [] } as const
  const play = new Play(withCommand({ ...config(db), ...signals(['SIGUSR2', route]) }, ['sh']))
  play.acts('begin')
  play.up('db', COMMAND)
  test.same(play.all('got USR2'), [])
  test.end()
})

void t.test('the command gets the size of the terminal and what is mapped to no service, and nothing else', (test) => {
  const route = { signal: 'SIGUSR2', services: ['db'] } as const
  const play = new Play(withCommand({ ...config(db), ...signals(['SIGUSR2', route]) }, ['sh']))
  play.acts('begin')
  test.same(play.all('got ALRM'), [], 'it is not there yet')
  play.up('db', COMMAND)
  const got = SIGNAL_NAMES.map((signal) => [signal, play.acts(`got ${signal}`)] as const)
  test.same(Object.fromEntries(got.filter(([, acts]) => acts.length > 0)), {
    // These two come here only where there are no services.
    SIGHUP: [`${COMMAND}  send SIGHUP`],
    SIGUSR1: [`${COMMAND}  send SIGUSR1`],
    SIGUSR2: ['db  send SIGUSR2'],
    SIGALRM: [`${COMMAND}  send SIGALRM`],
    SIGSTKFLT: [`${COMMAND}  send SIGSTKFLT`],
    SIGVTALRM: [`${COMMAND}  send SIGVTALRM`],
    SIGWINCH: [`${COMMAND}  send SIGWINCH`],
  })
  test.same(FREE_SIGNALS, ['SIGUSR2', 'SIGALRM', 'SIGSTKFLT', 'SIGVTALRM'])
  test.end()
})

void t.test('during a shutdown signals are passed on to what is still there', (test) => {
  const play = new Play({ ...config(db), ...signals(['SIGUSR2', { signal: 'SIGUSR2', services: ['db'] }]) })
  play.acts('begin')
  play.up('db')
  play.acts('SIGTERM')
  test.same(play.all('got USR2'), ['db  send SIGUSR2'])
  play.ends('db')
  test.same(play.all('got USR2'), [], 'after the end there is nobody')
  test.end()
})
