import t from 'tap'
import { withCommand } from '../../../src/core/supervisor/command.ts'
import { config, restart, serviceConfig, TOLD } from '../support.ts'
import { Play } from './play.ts'
import { stackUp } from './stack.ts'

const db = serviceConfig({ name: 'db', ready: TOLD })
const web = serviceConfig({ name: 'web' })

void t.test('it is there when the last one is ready, and gone when one is not', (test) => {
  const play = new Play(config(db, web))
  test.same(files(play, 'begin', 'web spawned', 'db spawned', 'db ready'), ['present'])
  test.same(files(play, 'web dies SIGKILL'), ['absent'])
  test.same(files(play, 'web cleared', 'web timer restart-delay'), [])
  test.same(files(play, 'web spawned'), ['present'])
  test.end()
})

void t.test('what is stopped on request is not missed', (test) => {
  const play = new Play(config(db, web))
  play.acts('begin')
  play.up('db', 'web')
  test.same(files(play, 'stop web', 'web exits 0', 'web cleared'), [])
  test.same(files(play, 'start web'), ['absent'])
  test.same(files(play, 'web spawned'), ['present'])
  test.same(files(play, 'restart web'), ['absent'])
  test.end()
})

void t.test('who stops the only one that is not well has all well', (test) => {
  const play = new Play(config(db, web))
  play.acts('begin')
  play.up('web')
  test.same(files(play, 'stop db'), ['present'])
  test.end()
})

void t.test('what has completed, is disabled or was never wanted is well; what has failed is not', (test) => {
  const job = serviceConfig({ name: 'job', type: 'oneshot' })
  const off = serviceConfig({ name: 'off', enabled: false })
  const bad = serviceConfig({ name: 'bad', onFailure: 'ignore', restart: restart({ policy: 'no' }) })
  const play = new Play(config(job, off, web, { ...bad, name: 'spare' }), 'job', 'off', 'web')
  test.same(files(play, 'begin', 'web spawned', 'job spawned', 'job exits 0', 'job cleared').slice(-1), ['present'])
  const failing = new Play(config(bad, web))
  test.same(files(failing, 'begin', 'web spawned', 'bad unspawnable gone'), [])
  test.end()
})

void t.test('a oneshot is ready when it is done, and later runs take nothing from that', (test) => {
  const job = serviceConfig({ name: 'job', type: 'oneshot' })
  const play = new Play(config(job, web))
  test.same(files(play, 'begin', 'web spawned', 'job spawned'), [])
  test.same(files(play, 'job exits 0'), ['present'])
  test.same(files(play, 'job cleared', 'start job', 'job spawned', 'job exits 0', 'job cleared'), [])
  test.end()
})

void t.test('it goes when the shutdown begins, and does not come back', (test) => {
  const play = stackUp()
  test.same(files(play, 'SIGTERM'), ['absent'])
  test.same(files(play, 'app exits 0', 'app cleared', 'SIGTERM'), [])
  test.end()
})

void t.test('it goes before anything else is done, and comes when all is done', (test) => {
  const play = new Play(config(web, db))
  play.all('begin')
  play.all('db spawned')
  test.same(play.all('web spawned'), [])
  test.same(play.all('db ready', 1), [
    '| db: ready after 1 ms',
    'db  cancel start-timeout',
    'db  watch no more',
    'ready file present',
  ])
  test.same(play.all('SIGTERM'), [
    'ready file absent',
    '| shutting down: SIGTERM',
    '| web: stopping (SIGTERM, SIGKILL after 10 s)',
    'web  send SIGTERM',
    'web  send SIGCONT',
    'web  start grace-period, 10 s',
    '| db: stopping (SIGTERM, SIGKILL after 10 s)',
    'db  send SIGTERM',
    'db  send SIGCONT',
    'db  start grace-period, 10 s',
  ])
  test.end()
})

void t.test('it is gone before the end', (test) => {
  const job = serviceConfig({ name: 'job', type: 'oneshot', onSuccess: 'shutdown' })
  const play = new Play(config(web, job), 'job')
  play.acts('begin', 'job spawned')
  test.same(play.acts('job exits 0'), ['job  clear away what is left', 'ready file present'])
  test.same(play.acts('job cleared'), ['ready file absent', 'end with 0'])
  test.end()
})

void t.test('the command is not part of what has to be ready', (test) => {
  const play = new Play(withCommand(config(web), ['sh']))
  test.same(files(play, 'begin', 'web spawned'), ['present'])
  test.end()
})

function files(play: Play, ...lines: readonly string[]): readonly string[] {
  return play
    .acts(...lines)
    .flatMap((line) => (line.startsWith('ready file ') ? [line.slice('ready file '.length)] : []))
}
