import t from 'tap'
import type { Condition, Config, WhenLost } from '../../../src/core/config/model.ts'
import { alsoAffected } from '../../../src/core/supervisor/also-affected.ts'
import { standingOf } from '../../../src/core/supervisor/awaiting.ts'
import { config, needs, needsDone, restart, serviceConfig, TOLD } from '../support.ts'
import { CHECK } from './checks.ts'
import { Play } from './play.ts'

/** A database and an app on top of it. */
function pair(whenLost: WhenLost, condition: Condition = 'service_ready'): Config {
  return config(
    serviceConfig({ name: 'db', ready: TOLD, healthcheck: { ...CHECK, onUnhealthy: 'ignore' } }),
    serviceConfig({ name: 'app', dependsOn: [needs('db', { condition, whenLost })] }),
  )
}

function pairUp(whenLost: WhenLost, condition?: Condition): Play {
  const play = new Play(pair(whenLost, condition))
  play.acts('begin')
  play.up('db')
  play.acts('db passes')
  play.up('app')
  return play
}

/** A service that tells when it is ready, and an app that uses it and can do without. */
function optionalUp(whenLost: WhenLost): Play {
  const app = serviceConfig({ name: 'app', dependsOn: [needs('opt', { required: false, whenLost })] })
  const play = new Play(config(serviceConfig({ name: 'opt', ready: TOLD }), app))
  play.acts('begin')
  play.up('opt', 'app')
  return play
}

function lost(play: Play, name: string): readonly string[] {
  return [...(play.supervisor.members.get(name)?.lost ?? [])]
}

void t.test('a dependency that crashes, is stopped, is restarted or becomes unhealthy is lost', (test) => {
  for (const line of ['db dies SIGKILL', 'stop db', 'restart db', 'db fails refused']) {
    const play = pairUp('restart')
    play.acts(line)
    test.same(lost(play, 'app'), ['db'], line)
    test.equal(play.state('app'), 'running', line)
    const gone = pairUp('stop')
    gone.acts(line)
    test.equal(gone.state('app'), 'stopping', line)
    const indifferent = pairUp('ignore')
    indifferent.acts(line)
    test.same([lost(indifferent, 'app'), indifferent.state('app')], [[], 'running'], line)
  }
  test.end()
})

void t.test('what is lost depends on the condition', (test) => {
  const table: readonly (readonly [Condition, string, readonly string[]])[] = [
    ['service_started', 'db fails refused', []],
    ['service_ready', 'db fails refused', ['db']],
    ['service_healthy', 'db fails refused', ['db']],
    ['service_started', 'db exits 0', ['db']],
  ]
  for (const [condition, line, expected] of table) {
    const play = pairUp('restart', condition)
    play.acts(line)
    test.same(lost(play, 'app'), expected, `${condition}, ${line}`)
  }
  test.end()
})

void t.test('who has lost something is restarted once, when it is there again', (test) => {
  const play = pairUp('restart')
  test.same(play.tells('db dies SIGKILL'), ['app: lost db; will be restarted when it is ready again'])
  play.acts('db cleared', 'db timer restart-delay', 'db spawned')
  test.equal(play.state('app'), 'running')
  test.same(play.tells('db ready').slice(1, 2), ['app: restarting: db is ready again'])
  test.same(play.ends('app').slice(-1), ['app  spawn run 2'])
  test.same(play.acts('app spawned', 'db passes'), ['db  start health-interval, 30 s', 'ready file present'])
  test.end()
})

void t.test('who recovers from ill health has been lost as well', (test) => {
  const play = pairUp('restart')
  play.acts('db fails refused', 'db timer health-interval')
  test.same(play.tells('db passes'), [
    'db: healthy again',
    'app: restarting: db is ready again',
    'app: stopping (SIGTERM, SIGKILL after 10 s)',
  ])
  test.end()
})

void t.test('who ends for another reason waits for his conditions, and owes nothing when he starts', (test) => {
  const play = pairUp('restart')
  play.acts('db dies SIGKILL', 'app exits 1', 'db cleared', 'app cleared')
  play.acts('app timer restart-delay', 'db timer restart-delay')
  test.equal(play.state('app'), 'waiting')
  test.same(play.up('db').slice(-1), ['app  spawn run 2'])
  test.same(lost(play, 'app'), [])
  test.same(play.acts('app spawned', 'db passes').slice(-1), ['ready file present'])
  test.end()
})

void t.test('who can do without starts again without what was stopped, and once more with it', (test) => {
  const play = optionalUp('stop')
  test.same(play.tells('stop opt'), [
    'stopping opt also stops app (when_lost: stop)',
    'app: stopping (SIGTERM, SIGKILL after 10 s)',
  ])
  test.same(play.ends('app').slice(-1), ['opt  start grace-period, 10 s'])
  test.equal(play.state('app'), 'waiting', 'opt is still there')
  test.same(play.ends('opt').slice(-1), ['app  spawn run 2'])
  play.up('app')
  test.equal(standingOf(play.supervisor, 'app', 0), 'running, to be restarted when opt is ready again')
  play.acts('start opt', 'opt spawned')
  test.equal(play.state('app'), 'running')
  test.same(play.tells('opt ready').slice(1), [
    'app: restarting: opt is ready again',
    'app: stopping (SIGTERM, SIGKILL after 10 s)',
  ])
  test.same(play.ends('app').slice(-1), ['app  spawn run 3'])
  play.up('app')
  test.same([lost(play, 'app'), play.state('app')], [[], 'running'])
  test.end()
})

void t.test('who can do without waits for what comes back by itself, and starts once', (test) => {
  const play = optionalUp('stop')
  test.same(play.tells('opt dies SIGKILL').slice(0, 1), ['app: lost opt; stopping, to start again with or without it'])
  play.ends('app')
  play.acts('opt cleared')
  test.equal(play.state('app'), 'waiting')
  play.acts('opt timer restart-delay')
  test.same(play.up('opt').slice(-1), ['app  spawn run 2'])
  test.same(lost(play, 'app'), [])
  test.end()
})

void t.test('what was lost is owed for as long as nobody runs with it, whatever ends the runs between', (test) => {
  for (const whenLost of ['stop', 'restart'] as const) {
    const play = optionalUp(whenLost)
    play.acts('stop opt')
    if (whenLost === 'stop') play.ends('app')
    play.ends('opt')
    play.acts('app spawned', 'app exits 1', 'app cleared', 'app timer restart-delay', 'app spawned')
    test.same(lost(play, 'app'), ['opt'], whenLost)
    play.acts('start opt', 'opt spawned')
    test.match(play.tells('opt ready'), ['opt: ready after 0 ms', 'app: restarting: opt is ready again'], whenLost)
  }
  test.end()
})

void t.test('a stop on request and an end for good end what is owed', (test) => {
  const play = optionalUp('restart')
  play.acts('stop opt')
  test.same(lost(play, 'app'), ['opt'])
  play.acts('stop app')
  test.same(lost(play, 'app'), [])
  const app = serviceConfig({
    name: 'app',
    onFailure: 'ignore',
    restart: restart({ policy: 'no' }),
    dependsOn: [needs('db', { whenLost: 'restart' })],
  })
  const over = new Play(config(serviceConfig({ name: 'db' }), app))
  over.acts('begin', 'db spawned', 'app spawned', 'db dies SIGKILL')
  test.same(lost(over, 'app'), ['db'])
  over.ends('app', 'exits 3')
  test.same([lost(over, 'app'), over.state('app')], [[], 'failed'])
  test.end()
})

void t.test('who waits in vain to be restarted keeps nobody else from it', (test) => {
  const play = new Play(
    config(
      serviceConfig({ name: 'db' }),
      serviceConfig({ name: 'cache' }),
      serviceConfig({
        name: 'api',
        dependsOn: [needs('db', { whenLost: 'restart' }), needs('cache', { whenLost: 'restart' })],
      }),
      serviceConfig({
        name: 'web',
        dependsOn: [needs('db', { whenLost: 'restart' }), needs('api', { whenLost: 'restart' })],
      }),
    ),
  )
  play.acts('begin')
  play.up('db', 'cache', 'api', 'web')
  play.acts('stop cache')
  play.ends('cache')
  play.acts('db dies SIGKILL', 'db cleared', 'db timer restart-delay', 'db spawned')
  test.equal(play.state('web'), 'stopping')
  test.same([lost(play, 'api'), play.state('api')], [['cache', 'db'], 'running'])
  play.ends('web')
  play.up('web')
  play.acts('start cache', 'cache spawned')
  test.equal(play.state('api'), 'stopping', 'once that is there again')
  test.same(lost(play, 'web'), ['api'])
  test.end()
})

void t.test('who is stopped on request owes nothing, and is not brought back', (test) => {
  const play = pairUp('restart')
  play.acts('db dies SIGKILL', 'stop app')
  test.same(lost(play, 'app'), [])
  play.ends('app')
  play.acts('db cleared', 'db timer restart-delay')
  play.up('db')
  test.equal(play.state('app'), 'stopped')
  test.end()
})

void t.test('who is still starting can lose something too', (test) => {
  const play = new Play(pair('stop'))
  play.acts('begin')
  play.up('db')
  test.equal(play.state('app'), 'starting')
  play.acts('db dies SIGKILL')
  test.equal(play.state('app'), 'stopping')
  test.same(play.acts('app spawned').slice(0, 1), ['app  send SIGTERM'])
  test.end()
})

void t.test('a stop edge goes down before what is stopped, and waits for it', (test) => {
  const play = pairUp('stop')
  test.same(play.all('stop db'), [
    'ready file absent',
    '| stopping db also stops app (when_lost: stop)',
    '| app: stopping (SIGTERM, SIGKILL after 10 s)',
    'app  send SIGTERM',
    'app  send SIGCONT',
    'app  start grace-period, 10 s',
  ])
  test.match(play.ends('app')[2], 'db  ')
  play.ends('db')
  test.equal(play.state('app'), 'waiting')
  play.acts('start db')
  test.same(play.up('db').slice(-1), ['app  spawn run 2'])
  test.end()
})

void t.test('a restart takes a stop edge down first, and restarts a restart edge after it', (test) => {
  const first = pairUp('stop')
  test.same(first.tells('restart db').slice(0, 1), ['restarting db also restarts app (when_lost)'])
  test.equal(first.state('db'), 'running')
  first.ends('app')
  test.equal(first.state('db'), 'stopping')
  const after = pairUp('restart')
  after.acts('restart db')
  test.same([after.state('db'), after.state('app')], ['stopping', 'running'])
  after.ends('db')
  after.up('db')
  test.same(after.ends('app').slice(-1), ['app  spawn run 2'])
  test.end()
})

void t.test('a loss while it is restarted anyway is none', (test) => {
  const play = pairUp('restart')
  play.acts('restart app', 'db dies SIGKILL')
  test.same(lost(play, 'app'), [])
  play.ends('app')
  test.equal(play.state('app'), 'waiting')
  test.end()
})

void t.test('a shutdown is no loss', (test) => {
  const play = pairUp('stop')
  test.same(play.tells('SIGTERM'), ['shutting down: SIGTERM', 'app: stopping (SIGTERM, SIGKILL after 10 s)'])
  test.same(play.ends('app').slice(2, 3), ['db  cancel health-interval'])
  test.same(play.ends('db').slice(-1), ['end with 0'])
  test.end()
})

void t.test('a oneshot that has done its work is not lost, one that failed is', (test) => {
  const job = serviceConfig({ name: 'job', type: 'oneshot', onFailure: 'ignore', restart: restart({ policy: 'no' }) })
  const edge = needsDone('job', { condition: 'service_started', whenLost: 'restart' })
  for (const [line, expected] of [
    ['job exits 0', []],
    ['job exits 3', ['job']],
  ] as const) {
    const play = new Play(config(job, serviceConfig({ name: 'app', dependsOn: [edge] })))
    play.acts('begin')
    play.up('job', 'app')
    play.acts(line)
    test.same(lost(play, 'app'), expected, line)
  }
  test.end()
})

void t.test('a cascade restart is no failure', (test) => {
  const play = pairUp('restart')
  play.acts('db dies SIGKILL', 'db cleared', 'db timer restart-delay')
  play.up('db')
  play.ends('app', 'exits 1')
  const app = play.supervisor.members.get('app')?.service.history
  test.match(app, { run: 2, restarts: 0, shortRuns: 0, lastFailure: null })
  test.end()
})

void t.test('whom a stop and a restart take along is known before', (test) => {
  const play = new Play(
    config(
      serviceConfig({ name: 'db' }),
      serviceConfig({ name: 'app', dependsOn: [needs('db', { whenLost: 'stop' })] }),
      serviceConfig({ name: 'jobs', dependsOn: [needs('db', { whenLost: 'restart' })] }),
      serviceConfig({ name: 'proxy', dependsOn: [needs('app', { whenLost: 'stop' }), needs('jobs')] }),
      serviceConfig({ name: 'mail', dependsOn: [needs('jobs', { whenLost: 'restart' })] }),
    ),
  )
  play.acts('begin')
  play.up('db', 'app', 'jobs', 'proxy', 'mail')
  const also = (kind: 'stop' | 'restart', ...names: readonly string[]): readonly string[] =>
    alsoAffected(play.supervisor, kind, names)
  test.same(also('stop', 'db'), ['app', 'proxy'])
  test.same(also('stop', 'db', 'app'), ['proxy'])
  test.same(also('restart', 'db'), ['app', 'jobs', 'proxy', 'mail'])
  test.same(also('restart', 'mail'), [])
  test.same(also('stop', 'nobody'), [])
  test.same(play.tells('stop db').slice(0, 1), ['stopping db also stops app and proxy (when_lost: stop)'])
  test.same(also('stop', 'db'), [], 'once it is under way')
  test.end()
})

void t.test('a chain of thousands goes down and comes up in order', (test) => {
  const names = Array.from({ length: 2_000 }, (_, index) => `s${index}`)
  const services = names.map((name, index) =>
    serviceConfig({ name, dependsOn: index === 0 ? [] : [needs(`s${index - 1}`, { whenLost: 'stop' })] }),
  )
  const play = new Play(config(...services))
  play.acts('begin')
  play.up(...names)
  const acts = play.acts('s0 dies SIGKILL')
  test.equal(acts.filter((line) => line.endsWith('send SIGTERM')).length, 1, 'the last one goes first')
  test.equal(play.state('s1999'), 'stopping')
  test.end()
})
