import t from 'tap'
import { config, needs, serviceConfig } from '../support.ts'
import { Play } from './play.ts'
import { STACK, stackUp } from './stack.ts'

void t.test('each service starts the moment its last condition holds', (test) => {
  const play = new Play(STACK)
  test.same(play.acts('begin'), ['init  spawn run 1', 'cache  spawn run 1'])
  test.same(play.acts('init already-there'), ['db  spawn run 1'])
  test.same(play.up('db'), [
    'db  start start-timeout, 1 min',
    'db  watch for readiness',
    'db  cancel start-timeout',
    'db  watch no more',
    'migrate  spawn run 1',
  ])
  test.same(play.acts('migrate spawned', 'migrate exits 0'), ['migrate  clear away what is left'])
  test.same(play.acts('migrate cleared'), [], 'the cache is not ready')
  test.same(play.up('cache').slice(-1), ['app  spawn run 1'])
  test.same(play.up('app'), ['ready file present'])
  test.end()
})

void t.test('a spawn is not enough for a service that tells when it is ready', (test) => {
  const play = new Play(STACK)
  play.acts('begin', 'init already-there', 'db spawned', 'db unready starting up', 'db says STATUS=recovering')
  test.equal(play.state('migrate'), 'waiting')
  test.same(play.acts('db says READY=1').slice(-1), ['migrate  spawn run 1'])
  test.end()
})

void t.test('stop order is start order reversed, through oneshots that are done too', (test) => {
  const play = stackUp()
  test.same(play.acts('SIGTERM'), [
    'ready file absent',
    'app  send SIGTERM',
    'app  send SIGCONT',
    'app  start grace-period, 10 s',
  ])
  test.same(play.acts('app exits 0'), ['app  cancel grace-period', 'app  clear away what is left'])
  const sideBySide = [
    'cache  send SIGTERM',
    'cache  send SIGCONT',
    'cache  start grace-period, 10 s',
    'db  send SIGTERM',
    'db  send SIGCONT',
    'db  start grace-period, 10 s',
  ]
  test.same(play.acts('app cleared'), sideBySide)
  test.same(play.ends('db', 'exits 0').slice(2), [])
  test.same(play.ends('cache', 'dies SIGTERM').slice(2), ['end with 0'])
  test.end()
})

void t.test('what is left behind is cleared away before the next one is told', (test) => {
  const play = stackUp()
  play.acts('SIGTERM', 'app exits 0')
  test.equal(play.state('db'), 'running')
  play.acts('app cleared')
  test.equal(play.state('db'), 'stopping')
  test.end()
})

void t.test('only those that go down too are waited for', (test) => {
  const play = stackUp()
  test.same(play.acts('stop db'), ['db  send SIGTERM', 'db  send SIGCONT', 'db  start grace-period, 10 s'])
  test.equal(play.state('app'), 'running')
  test.end()
})

void t.test('what has no process is stopped at once, whoever stands on it', (test) => {
  const play = new Play(config(serviceConfig({ name: 'db' }), serviceConfig({ name: 'app', dependsOn: [needs('db')] })))
  play.acts('begin')
  play.up('db', 'app')
  play.ends('db', 'exits 1')
  test.equal(play.state('db'), 'backoff')
  test.same(play.acts('stop db app').slice(0, 2), ['db  cancel restart-delay', 'app  send SIGTERM'])
  test.equal(play.state('db'), 'stopped')
  test.end()
})

void t.test('what crashes while it waits for its stop does not come back', (test) => {
  const play = stackUp()
  play.acts('stop db app')
  test.same(play.ends('db', 'exits 1'), ['db  clear away what is left'])
  test.equal(play.state('db'), 'stopped')
  test.end()
})
