import t from 'tap'
import { isAt, progressOf, standingOf, type Aim } from '../../../src/core/supervisor/awaiting.ts'
import { config, needs, restart, serviceConfig, TOLD } from '../support.ts'
import { Play } from './play.ts'

const TASK = serviceConfig({ name: 'task', type: 'oneshot', onFailure: 'ignore', restart: restart({ policy: 'no' }) })
const SET = config(TASK, serviceConfig({ name: 'web' }))

function progress(play: Play, name: string, goal: Aim): string {
  return progressOf(play.supervisor, [name], goal).kind
}

void t.test('a longrun is ready when it runs, a oneshot only when it has completed', (test) => {
  const play = new Play(SET)
  play.acts('begin')
  play.up('task', 'web')
  test.equal(progress(play, 'web', 'ready'), 'done')
  test.equal(progress(play, 'task', 'ready'), 'pending')
  play.ends('task')
  test.equal(progress(play, 'task', 'ready'), 'done')
  test.end()
})

void t.test('nobody waits for a oneshot that has failed', (test) => {
  const play = new Play(SET)
  play.acts('begin')
  play.up('task')
  play.ends('task', 'exits 3')
  test.equal(progress(play, 'task', 'ready'), 'lost')
  test.equal(progress(play, 'task', 'completed'), 'lost')
  test.end()
})

void t.test('who waits for what has failed is lost, and who waits for him, however far above', (test) => {
  const services = [
    serviceConfig({ name: 'app', dependsOn: [needs('cache'), needs('task', { required: false })] }),
    serviceConfig({ name: 'cache', ready: TOLD, dependsOn: [needs('task')] }),
    TASK,
    serviceConfig({ name: 'mail', ready: TOLD }),
    serviceConfig({ name: 'proxy', dependsOn: [needs('mail'), needs('task', { required: false })] }),
    serviceConfig({ name: 'lonely', dependsOn: [needs('nobody')] }),
  ]
  const play = new Play(config(...services))
  const all = services.map(({ name }) => name)
  play.acts('begin')
  test.same(progressOf(play.supervisor, all, 'ready'), { kind: 'lost', names: ['lonely'] })
  test.same(progressOf(play.supervisor, all.slice(0, -1), 'ready'), { kind: 'pending' })
  play.acts('task unspawnable gone')
  test.same(progressOf(play.supervisor, all, 'ready'), { kind: 'lost', names: ['app', 'cache', 'task', 'lonely'] })
  test.same(progressOf(play.supervisor, ['mail', 'proxy'], 'ready'), { kind: 'pending' })
  play.up('mail', 'proxy')
  test.same(progressOf(play.supervisor, ['mail', 'proxy'], 'ready'), { kind: 'done' })
  test.end()
})

void t.test('nobody waits for the readiness of what has ended without it', (test) => {
  const db = serviceConfig({ name: 'db', ready: TOLD, onFailure: 'ignore', restart: restart({ policy: 'no' }) })
  const app = serviceConfig({ name: 'app', dependsOn: [needs('db')] })
  const optional = serviceConfig({ name: 'optional', dependsOn: [needs('db', { required: false })] })
  const play = new Play(config(db, app, optional))
  play.acts('begin', 'db spawned')
  test.same(play.ends('db').slice(-1), ['optional  spawn run 1'])
  test.equal(standingOf(play.supervisor, 'db', 0), 'failed: exited with 0 before it was ready')
  test.equal(progress(play, 'app', 'ready'), 'lost')
  test.end()
})

void t.test('who asked for a stop does not wait for a service that somebody wants up again', (test) => {
  const play = new Play(SET)
  play.acts('begin')
  play.up('task', 'web')
  play.acts('stop web')
  test.equal(progress(play, 'web', 'down'), 'pending')
  play.acts('start web')
  test.equal(progress(play, 'web', 'down'), 'lost')
  test.equal(progress(play, 'web', 'stopped'), 'pending')
  test.end()
})

void t.test('nobody who is not declared is anywhere', (test) => {
  const { supervisor } = new Play(SET)
  test.same(progressOf(supervisor, ['nobody'], 'stopped'), { kind: 'lost', names: ['nobody'] })
  test.equal(isAt(supervisor, 'nobody', 'stopped'), false)
  test.equal(standingOf(supervisor, 'nobody', 0), 'not declared')
  test.end()
})

void t.test('each goal is reached, under way or lost in each state', (test) => {
  const table: readonly (readonly [lines: readonly string[], ready: string, stopped: string, completed: string])[] = [
    [[], 'pending', 'pending', 'lost'],
    [['web spawned'], 'done', 'pending', 'lost'],
    [['web spawned', 'stop web'], 'lost', 'pending', 'lost'],
    [['web spawned', 'stop web', 'start web'], 'pending', 'pending', 'pending'],
    [['web spawned', 'restart web'], 'pending', 'pending', 'pending'],
    [['web spawned', 'web exits 1', 'web cleared'], 'pending', 'pending', 'lost'],
    [['web spawned', 'stop web', 'web exits 0', 'web cleared'], 'lost', 'done', 'lost'],
  ]
  for (const [lines, ...wanted] of table) {
    const play = new Play(SET)
    play.acts('begin', ...lines)
    const got = (['ready', 'stopped', 'completed'] as const).map((goal) => progress(play, 'web', goal))
    test.same(got, wanted, lines.join(', '))
  }
  test.end()
})

void t.test('a service stands in its state, for its reason', (test) => {
  const play = new Play(SET)
  play.acts('begin', 'web spawned')
  test.equal(standingOf(play.supervisor, 'web', 0), 'running')
  play.acts('web exits 3', 'web cleared')
  test.equal(standingOf(play.supervisor, 'web', 0), 'backoff: exited with 3; next try in 100 ms')
  test.end()
})
