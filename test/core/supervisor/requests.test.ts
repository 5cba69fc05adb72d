import t from 'tap'
import { config, needs, needsDone, restart, serviceConfig } from '../support.ts'
import { Play } from './play.ts'
import { STACK, stackUp } from './stack.ts'

void t.test('a start brings what is needed, and nothing more', (test) => {
  const play = new Play(STACK, 'cache')
  test.same(play.acts('begin'), ['cache  spawn run 1'])
  test.same(play.acts('start migrate'), ['init  spawn run 1'])
  test.equal(play.state('app'), 'stopped')
  play.acts('init already-there')
  test.same(play.up('db').slice(-1), ['migrate  spawn run 1'])
  test.end()
})

void t.test('a start brings an optional dependency too, and goes without it when that fails', (test) => {
  const cache = serviceConfig({ name: 'cache', onFailure: 'ignore', restart: restart({ policy: 'no' }) })
  const app = serviceConfig({ name: 'app', dependsOn: [needs('cache', { required: false })] })
  const play = new Play(config(cache, app, serviceConfig({ name: 'other' })), 'other')
  play.acts('begin')
  test.same(play.acts('start app'), ['cache  spawn run 1'])
  test.same(play.acts('cache unspawnable no "redis-server" in PATH'), ['app  spawn run 1'])
  test.end()
})

void t.test('a start runs a oneshot again that has run, but not one that is only needed', (test) => {
  const play = stackUp()
  test.same(play.acts('start migrate'), ['migrate  spawn run 2'])
  play.up('migrate')
  play.ends('migrate')
  play.acts('stop app')
  play.ends('app')
  test.same(play.acts('start app'), ['ready file absent', 'app  spawn run 2'])
  test.end()
})

void t.test('a start waits for what comes up below a oneshot that has run', (test) => {
  const play = stackUp()
  play.acts('stop db app')
  play.ends('app')
  play.ends('db')
  test.same(play.acts('start app'), ['ready file absent', 'db  spawn run 2'])
  test.same(play.up('db').slice(-1), ['app  spawn run 2'])
  test.end()
})

void t.test('a start tries again what has failed or waits for its next try, with what it needs', (test) => {
  const once = restart({ policy: 'no' })
  const db = serviceConfig({ name: 'db', onFailure: 'ignore', restart: once })
  const app = serviceConfig({ name: 'app', dependsOn: [needs('db')] })
  const play = new Play(config(db, app, serviceConfig({ name: 'other' })))
  play.acts('begin', 'db unspawnable no "pg" in PATH')
  test.equal(play.state('db'), 'failed')
  test.same(play.acts('start app'), ['db  spawn run 2'])
  play.up('db', 'app')
  play.ends('app', 'exits 1')
  test.equal(play.state('app'), 'backoff')
  test.same(play.acts('start app'), ['app  cancel restart-delay', 'app  spawn run 2'])
  test.end()
})

void t.test('a longrun that has ended well is started again when it is needed', (test) => {
  const db = serviceConfig({ name: 'db', restart: restart({ policy: 'on-failure' }) })
  const app = serviceConfig({ name: 'app', dependsOn: [needs('db')] })
  const play = new Play(config(db, app))
  play.acts('begin')
  play.up('db', 'app')
  play.ends('db')
  test.equal(play.state('db'), 'completed')
  play.acts('stop app')
  play.ends('app')
  test.same(play.acts('start app'), ['ready file absent', 'db  spawn run 2'])
  test.end()
})

void t.test('a restart goes down, then up, and leaves the others alone', (test) => {
  const play = stackUp()
  test.same(play.acts('restart app'), [
    'ready file absent',
    'app  send SIGTERM',
    'app  send SIGCONT',
    'app  start grace-period, 10 s',
  ])
  test.same(play.ends('app'), ['app  cancel grace-period', 'app  clear away what is left', 'app  spawn run 2'])
  test.same(play.up('app'), ['ready file present'])
  test.end()
})

void t.test('several are restarted in order: all down from the top, then up from the bottom', (test) => {
  const play = stackUp()
  test.same(play.acts('restart db app').slice(0, 2), ['ready file absent', 'app  send SIGTERM'])
  test.same(play.ends('app').slice(2, 3), ['db  send SIGTERM'])
  test.same(play.ends('db').slice(2), ['db  spawn run 2'], 'the app waits for it although its own condition holds')
  test.same(play.up('db').slice(-1), ['app  spawn run 2'])
  test.same(play.up('app'), ['ready file present'])
  test.end()
})

void t.test('a oneshot that is restarted with what stands on it runs when that is down', (test) => {
  const play = stackUp()
  test.same(play.acts('restart migrate app').slice(0, 2), ['ready file absent', 'app  send SIGTERM'])
  test.same(play.ends('app').slice(2), ['migrate  spawn run 2'])
  play.up('migrate')
  test.same(play.ends('migrate').slice(1), ['app  spawn run 2'])
  test.end()
})

void t.test('a start of a dependent does not call off a restart', (test) => {
  const play = stackUp()
  play.acts('restart db app', 'start app', 'restart app')
  play.ends('app')
  test.equal(play.state('db'), 'stopping')
  test.end()
})

void t.test('a restart tells nobody that a service has ended', (test) => {
  const db = serviceConfig({ name: 'db', restart: restart({ policy: 'no' }) })
  const app = serviceConfig({ name: 'app', dependsOn: [needs('db')] })
  const play = new Play(config(db, app))
  play.acts('begin')
  play.up('db', 'app')
  play.acts('restart db app')
  test.same(play.ends('db', 'exits 3'), ['db  clear away what is left'])
  test.equal(play.state('db'), 'stopped')
  test.same(play.ends('app').slice(2), ['db  spawn run 2'])
  test.end()
})

void t.test('a stop while it is being spawned is kept until it has spawned', (test) => {
  const play = new Play(config(serviceConfig({ name: 'db' }), serviceConfig({ name: 'other' })))
  play.acts('begin')
  test.same(play.acts('stop db'), [])
  test.same(play.acts('db spawned').slice(0, 1), ['db  send SIGTERM'])
  test.same(
    play.acts('start db', 'db exits 0', 'db cleared').slice(-1),
    ['db  spawn run 2'],
    'and a start after it too',
  )
  test.end()
})

void t.test('what was stopped on request keeps the set alive, and can be started', (test) => {
  const play = new Play(config(serviceConfig({ name: 'db' })))
  play.acts('begin')
  play.up('db')
  play.acts('stop db')
  test.same(play.ends('db'), ['db  cancel grace-period', 'db  clear away what is left'])
  test.same(play.acts('start db'), ['ready file absent', 'db  spawn run 2'])
  test.end()
})

void t.test('a reload and a signal reach those who are there', (test) => {
  const web = serviceConfig({ reloadSignal: 'SIGUSR2' })
  const play = new Play(config(web, serviceConfig({ name: 'idle' })), 'web')
  play.acts('begin')
  test.same(play.acts('reload web'), [], 'not before it has spawned')
  play.acts('web spawned')
  test.same(play.acts('reload web idle nobody'), ['web  send SIGUSR2'])
  test.same(play.acts('signal SIGUSR1 web idle'), ['web  send SIGUSR1'])
  test.equal(play.state('web'), 'running')
  test.end()
})

void t.test('a request for a service that is disabled or not declared changes nothing', (test) => {
  const off = serviceConfig({ name: 'off', enabled: false })
  const play = new Play(config(off, serviceConfig({ name: 'db' })))
  test.same(play.acts('begin'), ['db  spawn run 1'])
  test.same(play.acts('start off', 'stop off', 'restart off', 'start nobody', 'stop nobody', 'restart nobody'), [])
  test.equal(play.state('off'), 'disabled')
  test.end()
})

void t.test('a dependent of what needs a missing service waits, and nothing else does', (test) => {
  const app = serviceConfig({ name: 'app', dependsOn: [needsDone('nobody')] })
  const play = new Play(config(app, serviceConfig({ name: 'db' })))
  test.same(play.acts('begin'), ['db  spawn run 1'])
  test.equal(play.state('app'), 'waiting')
  test.end()
})
