import t from 'tap'
import type { Config } from '../../../src/core/config/model.ts'
import { config, needs, restart, serviceConfig, TOLD } from '../support.ts'
import { Play } from './play.ts'
import { STACK, stackUp } from './stack.ts'

const PAIR: Config = config(
  serviceConfig({ name: 'db', ready: TOLD }),
  serviceConfig({ name: 'app', dependsOn: [needs('db')] }),
)

void t.test('a shutdown before anything has spawned waits for the process that is on its way', (test) => {
  const play = new Play(PAIR)
  play.acts('begin')
  test.same(play.acts('SIGTERM'), [])
  test.same(play.acts('db spawned'), ['db  send SIGTERM', 'db  send SIGCONT', 'db  start grace-period, 10 s'])
  test.same(play.ends('db', 'dies SIGTERM'), ['db  cancel grace-period', 'db  clear away what is left', 'end with 0'])
  test.end()
})

void t.test('a shutdown during a spawn that fails ends at once, as asked', (test) => {
  const play = new Play(PAIR)
  play.acts('begin', 'SIGTERM')
  test.same(play.acts('db unspawnable no "pg" in PATH'), ['end with 0'])
  test.end()
})

void t.test('a shutdown while nothing has to be run ends at once', (test) => {
  const play = new Play(STACK, 'init')
  play.acts('begin', 'SIGTERM')
  test.same(play.acts('init already-there'), ['end with 0'])
  test.end()
})

void t.test('a shutdown during a wait for readiness stops asking', (test) => {
  const play = new Play(PAIR)
  play.acts('begin', 'db spawned', 'db unready ECONNREFUSED')
  test.same(play.acts('SIGTERM'), [
    'db  cancel start-timeout',
    'db  watch no more',
    'db  send SIGTERM',
    'db  send SIGCONT',
    'db  start grace-period, 10 s',
  ])
  test.same(play.acts('db ready', 'db says READY=1'), [], 'too late')
  test.same(play.ends('db').slice(-1), ['end with 0'])
  test.end()
})

void t.test('a shutdown during the grace period of a service that was too slow goes on with that stop', (test) => {
  const play = new Play(PAIR)
  play.acts('begin', 'db spawned', 'db timer start-timeout')
  test.same(play.acts('SIGTERM'), [])
  test.same(play.acts('db timer grace-period'), ['db  cancel grace-period', 'db  send SIGKILL to the group'])
  test.same(play.ends('db', 'dies SIGKILL').slice(-1), ['end with 0'])
  test.end()
})

void t.test('a shutdown while what a service left is cleared away ends when that is gone', (test) => {
  const play = new Play(PAIR)
  play.acts('begin', 'db spawned', 'db exits 1')
  test.same(play.acts('SIGTERM'), [])
  test.same(play.acts('db cleared'), ['end with 0'])
  test.end()
})

void t.test('a shutdown during a back-off ends at once', (test) => {
  const play = new Play(PAIR)
  play.acts('begin', 'db spawned')
  play.ends('db', 'exits 1')
  test.equal(play.state('db'), 'backoff')
  test.same(play.acts('SIGTERM'), ['db  cancel restart-delay', 'end with 0'])
  test.end()
})

void t.test('a shutdown during a restart does not bring it up again', (test) => {
  const play = stackUp()
  play.acts('restart app', 'SIGTERM')
  test.same(play.ends('app').slice(2, 3), ['cache  send SIGTERM'])
  test.equal(play.state('app'), 'stopped')
  test.end()
})

void t.test('a shutdown is told once, and nothing is asked for after it', (test) => {
  const play = stackUp()
  test.same(play.all('shutdown').slice(0, 3), [
    'ready file absent',
    '| shutting down: supervisor shutdown',
    '| app: stopping (SIGTERM, SIGKILL after 10 s)',
  ])
  test.same(play.acts('shutdown', 'start app', 'restart db', 'stop cache', 'start migrate'), [])
  test.end()
})

void t.test('a second signal kills all at once, in no order', (test) => {
  const play = stackUp()
  play.acts('SIGTERM')
  test.same(play.acts('SIGINT'), [
    'patience is over: SIGINT again',
    'db  send SIGKILL to the group',
    'cache  send SIGKILL to the group',
    'app  cancel grace-period',
    'app  send SIGKILL to the group',
  ])
  test.same(play.acts('SIGTERM', 'SIGTERM'), [], 'more cannot be done')
  play.ends('db', 'dies SIGKILL')
  play.ends('app', 'dies SIGKILL')
  test.same(play.ends('cache', 'dies SIGKILL').slice(-1), ['end with 0'])
  test.end()
})

void t.test('the first signal in a shutdown that has another cause is no impatience', (test) => {
  const fragile = serviceConfig({ name: 'fragile', restart: restart({ policy: 'no' }), onFailure: 'shutdown' })
  const play = new Play(config(serviceConfig({ name: 'db' }), fragile))
  play.acts('begin', 'db spawned', 'fragile spawned', 'fragile exits 3', 'fragile cleared')
  test.equal(play.state('db'), 'stopping')
  test.same(play.all('SIGTERM'), ['| SIGTERM: shutting down already; once more kills what is left'])
  test.same(play.acts('SIGTERM').slice(0, 1), ['patience is over: SIGTERM again'])
  test.same(play.ends('db', 'dies SIGKILL').slice(-1), ['end with 3'])
  test.end()
})

void t.test('nor is the first one after a request', (test) => {
  const play = stackUp()
  play.acts('shutdown')
  test.same(play.acts('SIGTERM'), [])
  test.same(play.acts('SIGINT').slice(0, 1), ['patience is over: SIGINT again'])
  test.end()
})

void t.test('what spawns after patience is over is killed as soon as it is there', (test) => {
  const play = new Play(PAIR)
  play.acts('begin', 'SIGTERM', 'SIGTERM')
  test.same(play.acts('db spawned').slice(-2), ['db  cancel grace-period', 'db  send SIGKILL to the group'])
  test.same(play.ends('db', 'dies SIGKILL').slice(-1), ['end with 0'])
  test.end()
})

void t.test('what is cleared away when patience ends is waited for', (test) => {
  const play = new Play(PAIR)
  play.acts('begin', 'db spawned', 'db exits 0', 'SIGTERM')
  test.same(play.acts('SIGTERM'), ['patience is over: SIGTERM again'])
  test.same(play.acts('db cleared'), ['end with 0'])
  test.end()
})

void t.test('when the budget of the shutdown is over all that is left is killed', (test) => {
  const play = new Play({ ...PAIR, shutdownTimeoutMs: 8_000 })
  play.acts('begin')
  play.up('db', 'app')
  test.same(play.acts('shutdown').slice(0, 3), [
    'ready file absent',
    'start shutdown-timeout, 8 s',
    'app  send SIGTERM',
  ])
  test.same(play.acts('shutdown-timeout'), [
    'patience is over: shutdown.timeout (8 s) is over',
    'db  send SIGKILL to the group',
    'app  cancel grace-period',
    'app  send SIGKILL to the group',
  ])
  test.same(play.acts('SIGTERM'), [])
  test.end()
})

void t.test('the end comes once, and nothing after it', (test) => {
  const play = new Play(PAIR)
  play.acts('begin', 'SIGTERM', 'db unspawnable gone')
  test.same(play.acts('SIGTERM', 'db spawned', 'shutdown-timeout', 'start app', 'begin'), [])
  test.end()
})
