import t from 'tap'
import { progressOf, type Goal } from '../../../src/core/supervisor/awaiting.ts'
import { config, restart, serviceConfig } from '../support.ts'
import { Play } from './play.ts'

const TASK = serviceConfig({ name: 'task', type: 'oneshot', onFailure: 'ignore', restart: restart({ policy: 'no' }) })
const SET = config(TASK, serviceConfig({ name: 'web' }))

function progress(play: Play, name: string, goal: Goal): string {
  return progressOf(play.supervisor, name, goal, 0).kind
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
