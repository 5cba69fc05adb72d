import t from 'tap'
import { COMMAND, withCommand } from '../../../src/core/supervisor/command.ts'
import { config, needs, needsDone, restart, serviceConfig, TOLD } from '../support.ts'
import { Play } from './play.ts'
import { STACK } from './stack.ts'

const never = restart({ policy: 'no' })

void t.test('a service that has failed for good takes the set down with its status', (test) => {
  const play = new Play(STACK)
  play.acts('begin', 'init already-there')
  play.up('db', 'cache', 'migrate')
  test.same(play.ends('migrate', 'exits 3').slice(1, 3), ['db  send SIGTERM', 'db  send SIGCONT'])
  test.equal(play.state('app'), 'stopped', 'it was never spawned')
  play.ends('cache')
  test.same(play.ends('db').slice(-1), ['end with 3'])
  test.end()
})

void t.test('the status of a failure is its own: a signal, a spawn, no readiness', (test) => {
  const db = serviceConfig({ name: 'db', ready: TOLD, restart: never })
  const endings: readonly (readonly [status: number, lines: readonly string[]])[] = [
    [137, ['db spawned', 'db dies SIGKILL', 'db cleared']],
    [127, ['db unspawnable no "pg" in PATH']],
    [1, ['db spawned', 'db timer start-timeout', 'db exits 0', 'db cleared']],
    [1, ['db spawned', 'db exits 0', 'db cleared']],
    [0, ['db spawned', 'db ready', 'db exits 0', 'db cleared']],
  ]
  for (const [status, lines] of endings) {
    const play = new Play(config(db))
    play.acts('begin')
    test.same(play.acts(...lines).slice(-1), [`end with ${status}`], lines.join(', '))
  }
  test.end()
})

void t.test('a failure after too many restarts takes the set down as well', (test) => {
  const play = new Play(config(serviceConfig({ name: 'db', restart: restart({ maxAttempts: 1 }) })))
  play.acts('begin', 'db spawned')
  play.ends('db', 'exits 1')
  play.acts('db timer restart-delay', 'db spawned', 'db exits 2')
  test.same(play.all('db cleared'), [
    '| error: db: failed: exited with 2, given up after 1 restart within 1 min',
    '| error: shutting down: "db" has failed',
    'end with 2',
  ])
  test.end()
})

void t.test('a failure that is ignored leaves the others', (test) => {
  const db = serviceConfig({ name: 'db', restart: never, onFailure: 'ignore' })
  const play = new Play(config(db, serviceConfig({ name: 'web' })))
  play.acts('begin')
  play.up('db', 'web')
  test.same(play.ends('db', 'exits 1'), ['ready file absent', 'db  clear away what is left'])
  test.equal(play.state('web'), 'running')
  test.end()
})

void t.test('an essential service takes the set down when it has ended well', (test) => {
  const job = serviceConfig({ name: 'job', type: 'oneshot', onSuccess: 'shutdown', successExitCodes: [0, 42] })
  const play = new Play(config(job, serviceConfig({ name: 'web' })))
  play.acts('begin')
  play.up('job', 'web')
  play.acts('job exits 42')
  test.same(play.all('job cleared').slice(1, 3), [
    '| job: completed: exited with 42',
    '| shutting down: "job" has ended',
  ])
  test.same(play.ends('web').slice(-1), ['end with 42'])
  test.end()
})

void t.test('nobody starts on an end that takes everything down', (test) => {
  const cache = serviceConfig({ name: 'cache', restart: never })
  const after = serviceConfig({ name: 'after', dependsOn: [needs('cache', { condition: 'service_completed' })] })
  const play = new Play(config(cache, after))
  play.acts('begin')
  play.up('cache')
  test.same(play.ends('cache', 'exits 1'), ['cache  clear away what is left', 'end with 1'])
  test.end()
})

void t.test('when nothing is left that could move, the set ends with the first failure', (test) => {
  const job = serviceConfig({ name: 'job', type: 'oneshot', onFailure: 'ignore' })
  const play = new Play(config(job, serviceConfig({ name: 'app', dependsOn: [needsDone('job')] })))
  play.acts('begin')
  play.up('job')
  test.same(play.ends('job', 'exits 4'), ['job  clear away what is left', 'end with 4'])
  const good = new Play(config({ ...job, name: 'one' }, { ...job, name: 'two' }))
  good.acts('begin')
  good.up('one', 'two')
  test.same(good.ends('one'), ['one  clear away what is left'])
  test.same(good.ends('two').slice(-2), ['ready file absent', 'end with 0'])
  test.same(new Play(config()).all('begin'), ['| shutting down: nothing is left to run', 'end with 0'])
  test.end()
})

void t.test('the command starts when all services are up, is told first, and gives the status', (test) => {
  const play = new Play(withCommand(STACK, ['npm', 'start']))
  play.acts('begin', 'init already-there')
  play.up('db', 'cache', 'migrate')
  test.same(play.ends('migrate').slice(1), ['app  spawn run 1'])
  test.same(play.up('app'), [`${COMMAND}  spawn run 1`, 'ready file present'])
  play.up(COMMAND)
  test.same(play.acts('SIGTERM').slice(0, 2), ['ready file absent', `${COMMAND}  send SIGTERM`])
  test.equal(play.state('app'), 'running')
  test.end()
})

void t.test('the command’s end is the end, with its status', (test) => {
  const endings = { 'exits 0': 0, 'exits 7': 7, 'dies SIGKILL': 137, 'dies SIGTERM': 143 }
  for (const [how, status] of Object.entries(endings)) {
    const play = new Play(withCommand(config(serviceConfig({ name: 'db' })), ['sh']))
    play.acts('begin')
    play.up('db', COMMAND)
    test.same(play.ends(COMMAND, how).slice(1, 3), ['ready file absent', 'db  send SIGTERM'])
    test.same(play.ends('db', 'exits 1').slice(-1), [`end with ${status}`], how)
  }
  const missing = new Play(withCommand(config(), ['nosuch']))
  missing.acts('begin')
  test.same(missing.acts(`${COMMAND} unspawnable no "nosuch" in PATH`).slice(-1), ['end with 127'])
  test.end()
})

void t.test('it is told how the command ends, and that everything waits for it', (test) => {
  const ends = { 'exits 7': 'exited with 7', 'dies SIGKILL': 'killed by SIGKILL' }
  for (const [how, told] of Object.entries(ends))
    test.same(withDb().tells(`${COMMAND} ${how}`, `${COMMAND} cleared`).slice(0, 1), [
      `shutting down: the command has ended, ${told}`,
    ])
  const play = withDb()
  const deaf = ['SIGTERM', `${COMMAND} timer grace-period`, `${COMMAND} dies SIGKILL`, `${COMMAND} cleared`]
  test.same(play.tells(...deaf).slice(0, 4), [
    'shutting down: SIGTERM',
    'the command: stopping (SIGTERM, SIGKILL after 10 s)',
    'warn: the command: its grace period is over; SIGKILL',
    'the command: stopped, killed by SIGKILL',
  ])
  const missing = new Play(withCommand(config(), ['nosuch']))
  missing.acts('begin')
  test.same(missing.tells(`${COMMAND} unspawnable no "nosuch"`), [
    'error: no "nosuch"',
    'shutting down: the command was not started',
  ])
  test.end()
})

void t.test('a command that is told to stop ends with the status of the request', (test) => {
  const play = new Play(withCommand(config(), ['sh']))
  play.acts('begin')
  play.up(COMMAND)
  play.acts('SIGTERM')
  test.same(play.ends(COMMAND, 'dies SIGTERM').slice(-1), ['end with 0'])
  test.end()
})

void t.test('the command is not spawned on top of a failure, and not held back by one that is ignored', (test) => {
  const db = serviceConfig({ name: 'db', restart: never })
  const app = serviceConfig({ name: 'app', dependsOn: [needs('db')] })
  const fatal = new Play(withCommand(config(db), ['sh']))
  fatal.acts('begin')
  test.same(fatal.acts('db unspawnable gone'), ['end with 127'])
  const ignored = new Play(withCommand(config({ ...db, onFailure: 'ignore' }, app), ['sh']))
  ignored.acts('begin')
  test.same(ignored.acts('db unspawnable gone'), [`${COMMAND}  spawn run 1`], 'the app waits in vain')
  test.end()
})

/** A command that runs beside a service. */
function withDb(): Play {
  const play = new Play(withCommand(config(serviceConfig({ name: 'db' })), ['sh']))
  play.acts('begin')
  play.up('db', COMMAND)
  return play
}
