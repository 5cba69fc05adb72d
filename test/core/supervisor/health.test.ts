import t from 'tap'
import type { ServiceConfig } from '../../../src/core/config/model.ts'
import { isAt } from '../../../src/core/supervisor/awaiting.ts'
import { overallState, statusOf, type CoreStatus } from '../../../src/core/supervisor/status.ts'
import { failedServices } from '../../../src/core/supervisor/summary.ts'
import { config, needs, serviceConfig, TOLD } from '../support.ts'
import { CHECK } from './checks.ts'
import { Play } from './play.ts'

const web = (keys: Partial<ServiceConfig> = {}): ServiceConfig => serviceConfig({ healthcheck: CHECK, ...keys })

function row(play: Play, now = 0): Partial<CoreStatus> {
  const { state, health, reason, well, check } = statusOf(play.supervisor, now)[0] ?? {}
  return { state, health, reason, well, check } as Partial<CoreStatus>
}

function ill(checks: number): string {
  return `unhealthy: ${checks} checks in a row failed (down); left as it is (on_unhealthy: ignore)`
}

void t.test('a row tells health beside the state', (test) => {
  const play = new Play(config(web({ ready: TOLD, healthcheck: { ...CHECK, retries: 2, onUnhealthy: 'ignore' } })))
  const told: (readonly [string, Partial<CoreStatus>])[] = []
  for (const line of ['begin', 'web ready', 'web fails down', 'web fails down', 'web passes']) {
    play.all(line === 'web ready' ? 'web spawned' : line, 5)
    play.all(line, 5)
    const { health, reason, well } = row(play)
    told.push([line, { health, reason, well } as Partial<CoreStatus>])
    play.all('web timer health-interval', 5)
  }
  test.same(told, [
    ['begin', { health: 'starting', reason: 'not spawned yet', well: false }],
    ['web ready', { health: 'starting', reason: 'no health check has passed yet', well: false }],
    ['web fails down', { health: 'unhealthy', reason: ill(2), well: false }],
    ['web fails down', { health: 'unhealthy', reason: ill(4), well: false }],
    ['web passes', { health: 'healthy', reason: '', well: true }],
  ])
  test.same(row(play).check, { at: 5, passed: true, output: '' })
  play.acts('web exits 0')
  test.match(row(play), { state: 'stopping', health: 'none' })
  test.end()
})

void t.test('who is not asked for health has none', (test) => {
  const play = new Play(config(serviceConfig()))
  play.acts('begin', 'web spawned')
  test.same(row(play), { state: 'running', health: 'none', reason: '', well: true, check: null })
  test.end()
})

void t.test('who is restarted for ill health says so while it stops', (test) => {
  const play = new Play(config(web()))
  play.acts('begin', 'web spawned', 'web passes', 'web timer health-interval')
  test.same(play.tells('web fails HTTP status 500'), [
    'warn: web: unhealthy: a check failed (HTTP status 500); stopping (SIGTERM, SIGKILL after 10 s)',
  ])
  test.match(row(play), {
    state: 'stopping',
    health: 'unhealthy',
    reason: 'unhealthy: a check failed (HTTP status 500); SIGTERM sent 0 ms ago, SIGKILL in 10 s',
  })
  play.acts('web exits 0')
  test.same(play.tells('web cleared'), ['warn: web: unhealthy: a check failed (HTTP status 500); next try in 100 ms'])
  test.end()
})

void t.test('who must not be unhealthy takes the set down with status 1, and is named at the end', (test) => {
  const sick = web({ healthcheck: { ...CHECK, onUnhealthy: 'shutdown' } })
  const play = new Play(config(serviceConfig({ name: 'db' }), { ...sick, dependsOn: [needs('db')] }))
  play.acts('begin')
  play.up('db', 'web')
  test.same(play.tells('web fails HTTP status 500'), [
    'warn: web: unhealthy: a check failed (HTTP status 500)',
    'error: shutting down: "web" is unhealthy',
    'web: stopping (SIGTERM, SIGKILL after 10 s)',
  ])
  test.equal(play.state('db'), 'running')
  play.ends('web')
  test.same(play.ends('db').slice(-1), ['end with 1'])
  test.same(failedServices(play.supervisor), [
    { name: 'web', why: 'failed: unhealthy: a check failed (HTTP status 500)' },
  ])
  test.end()
})

void t.test('a set is starting until all have passed a check, and degraded when one is unhealthy', (test) => {
  const play = new Play(config(web({ healthcheck: { ...CHECK, onUnhealthy: 'ignore' } })))
  const states = ['begin', 'web spawned', 'web fails down', 'web passes'].map((line) => {
    play.acts(line)
    return overallState(play.supervisor)
  })
  test.same(states, ['starting', 'starting', 'degraded', 'running'])
  test.end()
})

void t.test('nobody is ready while unhealthy', (test) => {
  const play = new Play(config(web({ healthcheck: { ...CHECK, onUnhealthy: 'ignore' } })))
  play.acts('begin', 'web spawned')
  test.equal(isAt(play.supervisor, 'web', 'ready'), true, 'before the first check')
  play.acts('web fails down')
  test.equal(isAt(play.supervisor, 'web', 'ready'), false)
  test.end()
})

void t.test('a dependent waits for health, and is told apart from readiness', (test) => {
  test.equal(appOn('service_ready').state('app'), 'starting')
  const play = appOn('service_healthy')
  const reason = (): string | undefined => statusOf(play.supervisor, 0)[1]?.reason
  test.equal(reason(), 'waiting for web: running, no health check has passed yet')
  play.acts('web fails down')
  test.equal(
    reason(),
    'waiting for web: running, unhealthy: a check failed (down); left as it is (on_unhealthy: ignore)',
  )
  play.acts('web timer health-interval', 'web passes')
  test.equal(play.state('app'), 'starting')
  test.end()
})

/** A service that runs and was not asked for its health yet, and an app on top of it. */
function appOn(condition: 'service_ready' | 'service_healthy'): Play {
  const app = serviceConfig({ name: 'app', dependsOn: [needs('web', { condition })] })
  const play = new Play(config(web({ healthcheck: { ...CHECK, onUnhealthy: 'ignore' } }), app))
  play.acts('begin', 'web spawned')
  return play
}

void t.test('who stops for ill health says so while its pre_stop runs', (test) => {
  const play = new Play(config(web({ preStop: [{ argv: ['true'], timeoutMs: 10_000 }] })))
  play.acts('begin', 'web spawned', 'web fails HTTP status 500')
  test.match(row(play), { reason: 'unhealthy: a check failed (HTTP status 500); pre_stop is running' })
  test.end()
})

void t.test('in a shutdown the ill wait for their turn: who stands on them goes first', (test) => {
  const play = new Play(config(web(), serviceConfig({ name: 'app', dependsOn: [needs('web')] })))
  play.acts('begin')
  play.up('web', 'app')
  play.acts('web passes', 'SIGTERM', 'web timer health-interval')
  test.same(play.acts('web fails HTTP status 500'), [])
  test.equal(play.state('web'), 'running')
  play.ends('app')
  test.equal(play.state('web'), 'stopping')
  test.end()
})
