import t from 'tap'
import { progressOf } from '../../../src/core/supervisor/awaiting.ts'
import { COMMAND, withCommand } from '../../../src/core/supervisor/command.ts'
import { statusOf } from '../../../src/core/supervisor/status.ts'
import { config, needsDone, restart, serviceConfig } from '../support.ts'
import { Play } from './play.ts'

const JOB = serviceConfig({
  name: 'job',
  type: 'oneshot',
  schedule: { kind: 'every', everyMs: 600_000 },
  onFailure: 'ignore',
})
const APP = serviceConfig({ name: 'app', dependsOn: [needsDone('job')] })

function reasonOf(play: Play, name: string): string | undefined {
  return statusOf(play.supervisor, 0).find((row) => row.name === name)?.reason
}

void t.test('a job waits for its time, is well, and keeps the set from its end', (test) => {
  const play = new Play(config(JOB))
  test.same(play.acts('begin'), ['job  await its next time', 'ready file present'])
  test.equal(reasonOf(play, 'job'), 'waiting for its next time')
  test.same(play.acts('job due'), ['job  spawn run 1'])
  test.same(play.acts('job spawned', 'job exits 0', 'job cleared'), [
    'job  clear away what is left',
    'job  await its next time',
  ])
  test.equal(reasonOf(play, 'job'), 'exited with 0; waiting for its next time')
  test.end()
})

void t.test('its failure is not for good, unless that shuts down', (test) => {
  const play = new Play(config(JOB))
  play.acts('begin', 'job due', 'job spawned')
  test.same(play.ends('job', 'exits 3'), ['job  clear away what is left', 'job  await its next time'])
  test.same(play.acts('job due'), ['job  spawn run 2'])
  const fatal = new Play(config({ ...JOB, onFailure: 'shutdown' }))
  fatal.acts('begin', 'job due', 'job spawned')
  test.same(fatal.ends('job', 'exits 3').slice(-1), ['end with 3'])
  test.end()
})

void t.test('who needs a job waits for its first good run, and for no other', (test) => {
  const play = new Play(config(JOB, APP))
  play.acts('begin')
  test.equal(reasonOf(play, 'app'), 'waiting for job: waiting for its next time')
  play.acts('job due', 'job spawned', 'job exits 3', 'job cleared')
  test.same(progressOf(play.supervisor, ['app'], 'ready'), { kind: 'pending' }, 'it has a next time')
  play.acts('job due', 'job spawned')
  test.equal(reasonOf(play, 'app'), 'waiting for job: running, at work for 0 ms')
  test.same(play.ends('job').slice(-1), ['app  spawn run 1'])
  play.up('app')
  play.acts('job due', 'job spawned', 'job exits 3', 'job cleared', 'restart app')
  test.same(play.ends('app').slice(-1), ['app  spawn run 2'])
  test.end()
})

void t.test('a job that runs again is lost to nobody', (test) => {
  const app = serviceConfig({ name: 'app', dependsOn: [needsDone('job', { whenLost: 'stop' })] })
  const play = new Play(config(JOB, app))
  play.acts('begin', 'job due', 'job spawned')
  play.ends('job')
  play.up('app')
  play.acts('job due', 'job spawned')
  play.ends('job', 'exits 3')
  play.acts('start job', 'job spawned', 'restart job')
  test.equal(play.state('app'), 'running')
  test.end()
})

void t.test('the command waits for no schedule', (test) => {
  const play = new Play(withCommand(config(JOB, serviceConfig()), ['sh']))
  play.acts('begin')
  test.same(play.acts('web spawned'), [`${COMMAND}  spawn run 1`, 'ready file present'])
  test.end()
})

void t.test('an optional job holds nobody back once it has failed', (test) => {
  const app = serviceConfig({ name: 'app', dependsOn: [needsDone('job', { required: false })] })
  const play = new Play(config(JOB, app))
  play.acts('begin', 'job due', 'job spawned', 'job exits 3')
  test.same(play.acts('job cleared'), ['job  await its next time', 'app  spawn run 1'])
  test.end()
})

void t.test('a start runs it at once, a stop takes its time away', (test) => {
  const play = new Play(config(JOB, serviceConfig()))
  play.acts('begin', 'web spawned')
  test.same(play.acts('start job'), ['job  await its next time no more', 'job  spawn run 1'])
  test.same(progressOf(play.supervisor, ['job'], 'ready'), { kind: 'pending' })
  play.acts('job spawned')
  play.ends('job')
  test.same(progressOf(play.supervisor, ['job'], 'ready'), { kind: 'done' })
  test.same(play.acts('stop job'), ['job  await its next time no more'])
  test.equal(reasonOf(play, 'job'), 'stopped on request')
  test.same(play.acts('job due'), [], 'too late')
  test.same(play.acts('start job'), ['job  spawn run 2'])
  test.end()
})

void t.test('in a shutdown no time comes any more, and what has failed stays told', (test) => {
  const play = new Play(config(JOB, serviceConfig()))
  play.acts('begin', 'web spawned', 'job due', 'job spawned', 'job exits 3', 'job cleared', 'SIGTERM')
  test.same(play.all('job due'), [])
  test.equal(play.state('job'), 'failed')
  test.end()
})

void t.test('nobody waits for what is asked for nothing at the moment', (test) => {
  const prepared = serviceConfig({
    name: 'prepared',
    type: 'oneshot',
    dependsOn: [needsDone('job', { required: false })],
  })
  const app = serviceConfig({ name: 'app', dependsOn: [needsDone('prepared')] })
  const play = new Play(config(JOB, prepared, app))
  play.acts('begin', 'job due', 'job unspawnable gone', 'prepared spawned', 'prepared exits 0')
  test.same(play.acts('prepared cleared'), ['app  spawn run 1'])
  test.end()
})

void t.test('a job that is to be tried again is', (test) => {
  const play = new Play(config({ ...JOB, restart: restart({ policy: 'on-failure', maxAttempts: 1 }) }))
  play.acts('begin', 'job due', 'job spawned', 'job exits 3', 'job cleared')
  test.equal(reasonOf(play, 'job'), 'exited with 3; next try in 100 ms (restart 1 of 1 within 1 min)')
  play.acts('job timer restart-delay', 'job spawned', 'job exits 4', 'job cleared')
  test.equal(reasonOf(play, 'job'), 'exited with 4, given up after 1 restart within 1 min; runs again at its next time')
  test.end()
})
