import t from 'tap'
import { COMMAND, withCommand } from '../../../src/core/supervisor/command.ts'
import { overallState, statusOf } from '../../../src/core/supervisor/status.ts'
import { failedServices, neverStarted } from '../../../src/core/supervisor/summary.ts'
import { unwellMembers } from '../../../src/core/supervisor/well.ts'
import { config, needs, restart, serviceConfig, TOLD } from '../support.ts'
import { Play } from './play.ts'
import { STACK, stackUp } from './stack.ts'

const db = serviceConfig({ name: 'db', ready: TOLD, description: 'the database', labels: new Map([['team', 'shop']]) })
const never = restart({ policy: 'no' })
const web = serviceConfig({ name: 'web' })
const HOOK = { argv: ['true'], timeoutMs: 10_000 }

void t.test('a row says where a service stands', (test) => {
  const play = new Play(config(db, serviceConfig({ name: 'app', dependsOn: [needs('db')] })))
  play.all('begin', 10)
  play.all('db spawned', 12)
  test.same(statusOf(play.supervisor, 1_510), [
    {
      name: 'db',
      description: 'the database',
      labels: { team: 'shop' },
      type: 'longrun',
      state: 'starting',
      health: 'none',
      pid: 100,
      run: 1,
      restarts: 0,
      since: 10,
      next: null,
      failures: 0,
      check: null,
      says: null,
      reason: 'not ready for 1.5 s of 1 min: no READY=1',
      cause: 'getting-ready',
      deadline: 60_012,
      waiting_for: [],
      blocked_by: [],
      last_line: null,
      exit: null,
      wanted: true,
      well: false,
    },
    {
      name: 'app',
      description: null,
      labels: {},
      type: 'longrun',
      state: 'waiting',
      health: 'none',
      pid: null,
      run: 0,
      restarts: 0,
      since: 0,
      next: null,
      failures: 0,
      check: null,
      says: null,
      reason: 'waiting for db: starting, not ready for 1.5 s of 1 min: no READY=1',
      cause: 'dependencies',
      deadline: null,
      waiting_for: [{ service: 'db', condition: 'service_ready', state: 'starting' }],
      blocked_by: ['db'],
      last_line: null,
      exit: null,
      wanted: true,
      well: false,
    },
  ])
  test.end()
})

void t.test('a row remembers how the last run ended', (test) => {
  const play = new Play(config(web))
  play.all('begin')
  play.all('web spawned')
  play.all('web dies SIGKILL', 20)
  play.all('web cleared', 21)
  play.all('web timer restart-delay', 121)
  play.all('web spawned', 123)
  const [row] = statusOf(play.supervisor, 200)
  test.match(row, {
    state: 'running',
    pid: 200,
    run: 2,
    restarts: 1,
    since: 123,
    reason: 'restarted once: killed by SIGKILL',
    exit: { code: null, signal: 'SIGKILL' },
    well: true,
  })
  test.end()
})

void t.test('a restart counts when it comes, not when it was decided', (test) => {
  const play = new Play(config(web))
  const counts = (...lines: readonly string[]): unknown => {
    play.acts(...lines)
    return statusOf(play.supervisor, 0).map(({ state, run, restarts, failures }) => ({
      state,
      run,
      restarts,
      failures,
    }))
  }
  const crashed = { state: 'backoff', run: 1, restarts: 0, failures: 1 }
  test.same(counts('begin', 'web spawned', 'web dies SIGKILL', 'web cleared'), [crashed])
  test.same(counts('web timer restart-delay'), [{ ...crashed, state: 'starting', run: 2, restarts: 1 }])
  test.same(counts('web spawned', 'web dies SIGKILL', 'web cleared', 'start web'), [
    { state: 'starting', run: 3, restarts: 1, failures: 0 },
  ])
  test.end()
})

void t.test('a restart on request is not told as the reason of the automatic ones before it', (test) => {
  const play = new Play(config(web))
  play.acts('begin', 'web spawned', 'web dies SIGKILL', 'web cleared', 'web timer restart-delay', 'web spawned')
  play.acts('restart web', 'web exits 0', 'web cleared', 'web spawned')
  test.match(statusOf(play.supervisor, 0)[0], { state: 'running', restarts: 1, reason: 'restarted once' })
  test.end()
})

void t.test('a row says what the service says, and when it is tried again', (test) => {
  const play = new Play(config(web))
  for (const line of ['begin', 'web spawned', 'web says STATUS=3 of 5 workers are up']) play.all(line)
  test.match(statusOf(play.supervisor, 0)[0], { says: '3 of 5 workers are up', next: null, failures: 0 })
  play.all('web exits 1', 50)
  play.all('web cleared', 60)
  test.match(statusOf(play.supervisor, 70)[0], { says: null, next: 160, failures: 1 })
  test.end()
})

void t.test('what hooks, reloads and keep-alive messages lead to is told', (test) => {
  const hooks = { postStart: [HOOK], preStop: [HOOK], stopCommand: HOOK, watchdogMs: 20_000 }
  const play = new Play(config(serviceConfig(hooks)))
  test.same(play.tells('begin', 'web spawned', 'web hook post-start'), ['web: starting', 'web: ready after 0 ms'])
  test.same(play.tells('web says RELOADING=1', 'web says READY=1'), ['web: reloading', 'web: reloaded'])
  test.same(play.tells('stop web'), ['web: stopping (pre_stop)'])
  test.same(play.tells('web hook pre-stop cannot drain\nexited with 1'), [
    'warn: web: pre_stop failed: exited with 1; stopping (stop_command, SIGKILL after 10 s)',
  ])
  test.same(play.tells('web hook stop-command exited with 2'), [
    'warn: web: stop_command failed: exited with 2; sending SIGTERM',
  ])
  play.acts('web exits 0', 'web cleared', 'start web', 'web spawned')
  test.same(play.tells('web hook post-start exited with 3'), [
    'warn: web: post_start failed: exited with 3; stopping (stop_command, SIGKILL after 10 s)',
  ])
  play.acts('web exits 0', 'web cleared', 'web timer restart-delay', 'web spawned', 'web hook post-start')
  test.same(play.tells('web timer watchdog'), [
    'warn: web: no WATCHDOG=1 within 20 s; stopping (SIGABRT, SIGKILL after 10 s)',
  ])
  test.end()
})

void t.test('a failure that leaves the others tells its way out', (test) => {
  const play = new Play(config(serviceConfig({ restart: never, onFailure: 'ignore' }), db))
  play.acts('begin', 'web spawned', 'web exits 3')
  test.same(play.tells('web cleared'), ['error: web: failed: exited with 3; `supervisor start web` tries again'])
  test.end()
})

void t.test('well is who takes nothing from the health of the set', (test) => {
  const play = new Play(withCommand(config(db, web), ['sh']))
  const unwell = (...lines: readonly string[]): readonly string[] => {
    play.acts(...lines)
    const rows = statusOf(play.supervisor, 0).flatMap(({ name, well }) => (well ? [] : [name]))
    const members = unwellMembers(play.supervisor.members.values()).map(({ service }) => service.config.name)
    if (overallState(play.supervisor) !== 'stopping') test.same(rows, members)
    return rows
  }
  test.same(unwell('begin', 'web spawned'), ['db'])
  test.same(unwell('db spawned', 'db ready', '(command) spawned'), [], 'nor does a command that has not ended yet')
  test.same(unwell('stop web'), [], 'nor who goes down on request')
  test.same(unwell('web exits 0', 'web cleared', 'db exits 1'), ['db'])
  test.same(unwell('SIGTERM'), ['db', 'web', '(command)'], 'when it is shut down, nothing is well')
  test.end()
})

void t.test('several restarts are counted, and the last is told', (test) => {
  const play = new Play(config(serviceConfig({ ready: TOLD })))
  play.acts('begin', 'web spawned', 'web exits 1', 'web cleared', 'web timer restart-delay', 'web spawned')
  play.all('web unready ECONNREFUSED', 1)
  play.all('web timer start-timeout', 60_000)
  play.acts('web exits 0', 'web cleared', 'web timer restart-delay', 'web spawned', 'web ready')
  const [row] = statusOf(play.supervisor, 70_000)
  test.equal(row?.reason, 'restarted 2 times, last: not ready within 1 min (ECONNREFUSED)')
  test.end()
})

void t.test('what comes up again below a oneshot that is done is named', (test) => {
  const play = stackUp()
  play.acts('stop db app')
  play.ends('app')
  play.ends('db')
  play.acts('start app')
  test.equal(
    statusOf(play.supervisor, 0).find(({ name }) => name === 'app')?.reason,
    'waiting for db: starting, not spawned yet',
  )
  test.end()
})

void t.test('who waits for a restart says so', (test) => {
  const play = stackUp()
  const RESTARTING = 'waiting for cache: stopping: to start again: SIGTERM sent 0 ms ago, SIGKILL in 10 s'
  play.acts('app exits 1', 'app cleared', 'restart cache', 'app timer restart-delay')
  test.equal(statusOf(play.supervisor, 0).find(({ name }) => name === 'app')?.reason, RESTARTING)
  test.end()
})

void t.test('who waits for what nobody brings says so until somebody does', (test) => {
  const services = [
    serviceConfig({ name: 'db' }),
    serviceConfig({ name: 'cache', ready: TOLD }),
    serviceConfig({ name: 'mail' }),
    serviceConfig({ name: 'app', dependsOn: [needs('db'), needs('cache'), needs('mail')] }),
    serviceConfig({ name: 'proxy', dependsOn: [needs('app')] }),
  ]
  const play = new Play(config(...services))
  const reason = (name: string): string => statusOf(play.supervisor, 0).find((row) => row.name === name)?.reason ?? ''
  play.acts('stop db mail', 'begin')
  test.equal(
    reason('app'),
    'waiting for db: stopped on request; for mail: stopped on request; for cache: starting, not spawned yet',
  )
  test.match(reason('proxy'), /^waiting for app, which waits for db: stopped on request; for app, which waits for mail/)
  play.acts('start app')
  const each = ['db', 'cache', 'mail'].map((name) => `for ${name}: starting, not spawned yet`)
  test.equal(reason('app'), `waiting ${each.join('; ')}`)
  test.end()
})

void t.test('the set as a whole is starting, running, degraded or stopping', (test) => {
  const play = new Play(STACK)
  const states = [overallState(play.supervisor)]
  const after = (...lines: readonly string[]): void => {
    play.acts(...lines)
    states.push(overallState(play.supervisor))
  }
  after('begin', 'init already-there', 'db spawned', 'db ready', 'cache spawned', 'cache ready', 'migrate spawned')
  after('migrate exits 0', 'migrate cleared', 'app spawned')
  after('cache dies SIGKILL')
  after('cache cleared', 'cache timer restart-delay', 'cache spawned', 'cache ready')
  after('stop cache')
  after('SIGTERM')
  test.same(states, ['starting', 'starting', 'running', 'degraded', 'running', 'running', 'stopping'])
  test.end()
})

void t.test('a set that waits for what has failed is not starting', (test) => {
  const bad = serviceConfig({ name: 'db', restart: never, onFailure: 'ignore' })
  const play = new Play(config(bad, serviceConfig({ name: 'app', dependsOn: [needs('db')] }), web))
  play.acts('begin', 'web spawned', 'db unspawnable gone')
  test.equal(overallState(play.supervisor), 'degraded')
  test.end()
})

void t.test('nor is one that waits for what was stopped on request', (test) => {
  const play = new Play(config(db, serviceConfig({ name: 'app', dependsOn: [needs('db')] })))
  play.acts('begin', 'stop db', 'db unspawnable gone')
  test.equal(play.state('app'), 'waiting')
  test.equal(overallState(play.supervisor), 'degraded')
  test.end()
})

void t.test('the last words name who has failed, in the order of the file', (test) => {
  const bad = serviceConfig({ name: 'b', onFailure: 'ignore', restart: restart({ maxAttempts: 2 }) })
  const play = new Play(config(bad, web, serviceConfig({ name: 'a', onFailure: 'ignore', restart: never })))
  play.acts('begin', 'a spawned', 'a dies SIGSEGV', 'a cleared')
  for (let run = 1; run <= 3; run++) play.acts('b spawned', 'b exits 1', 'b cleared', 'b timer restart-delay')
  test.same(failedServices(play.supervisor), [
    { name: 'b', why: 'failed: exited with 1, given up after 2 restarts within 1 min' },
    { name: 'a', why: 'failed: killed by SIGSEGV' },
  ])
  test.end()
})

void t.test('messages tell of the run that they are about', (test) => {
  const play = new Play(config(serviceConfig({ restart: restart({ delayMs: 0 }) })))
  play.acts('begin', 'web spawned')
  const told = (line: string): readonly string[] => play.all(line).filter((text) => text.startsWith('|'))
  test.same(told('web exits 1'), [])
  test.same(told('web cleared'), ['| warn: web: exited with 1; restarting at once', '| web: starting (run 2)'])
  test.same(told('web unspawnable no "serve" in PATH'), [
    '| warn: web: no "serve" in PATH; restarting at once',
    '| web: starting (run 3)',
  ])
  test.same(told('stop web'), [])
  test.same(told('web unspawnable no "serve" in PATH'), [], 'not that it exited with 1: that was another run')
  test.end()
})

void t.test('the last words name who never started because of it, and nobody else', (test) => {
  const services = [
    serviceConfig({ name: 'top', dependsOn: [needs('app')] }),
    serviceConfig({ name: 'app', dependsOn: [needs('migrate')] }),
    serviceConfig({ name: 'optional', dependsOn: [needs('migrate', { required: false }), needs('slow')] }),
    serviceConfig({ name: 'migrate', type: 'oneshot' }),
    serviceConfig({ name: 'slow', ready: TOLD }),
    serviceConfig({ name: 'unwanted', dependsOn: [needs('migrate')] }),
  ]
  const set = withCommand(config(...services), ['sh'])
  const wanted = ['top', 'app', 'optional', 'migrate', 'slow', COMMAND]
  const play = new Play(set, ...wanted)
  play.acts('begin', 'migrate spawned', 'slow spawned', 'migrate exits 3', 'migrate cleared')
  play.ends('slow')
  test.same(failedServices(play.supervisor), [{ name: 'migrate', why: 'failed: exited with 3' }])
  test.same(neverStarted(play.supervisor), ['top', 'app', COMMAND])
  test.end()
})

void t.test('a command that was not started names whom it waited for, as they stood then', (test) => {
  const set = withCommand({ ...config(db, web), command: { waitFor: 'ready', timeoutMs: 30_000 } }, ['sh'])
  const play = new Play(set)
  play.acts('begin', 'db spawned', 'web spawned')
  play.all('command-timeout', 30_000)
  play.ends('web')
  play.ends('db')
  const why = 'starting, not ready for 30 s of 1 min: no READY=1'
  test.same(failedServices(play.supervisor), [{ name: 'db', why }])
  test.same(neverStarted(play.supervisor), [COMMAND])
  test.end()
})
