import t from 'tap'
import { serviceConfig, TOLD } from '../support.ts'
import { HOOK } from './cases.ts'
import { begin, brief, spawned } from './life.ts'

void t.test('post_start runs once it is ready by its own word, and only then it runs', (test) => {
  const life = spawned(serviceConfig({ ready: TOLD, postStart: [HOOK] }))
  test.same(brief(life.onRun(5, { kind: 'became-ready' })), ['unwatch-readiness', 'post-start'])
  test.equal(life.state().kind, 'starting')
  test.same(brief(life.onRun(9, { kind: 'hook-ended', hook: 'post-start', why: null })), ['no start-timeout'])
  const state = life.state()
  test.same(state.kind === 'running' && [state.since, state.startedInMs], [9, 9])
  test.end()
})

void t.test('without a way to tell when it is ready, post_start follows the spawn, in the start timeout', (test) => {
  const life = begin(serviceConfig({ postStart: [HOOK] }))
  life.on(0, { kind: 'dependencies-met' })
  test.same(brief(life.onRun(2, { kind: 'spawned', pid: 300 })), ['start-timeout in 60000', 'post-start'])
  test.same(life.state(), {
    kind: 'starting',
    step: 'post-start',
    since: 0,
    run: 1,
    process: { pid: 300, statusText: null, errno: null },
    spawnedAt: 2,
    until: 60_002,
    watchdogMs: null,
  })
  test.end()
})

void t.test('a post_start that fails, or is too slow, ends the run', (test) => {
  const life = spawned(serviceConfig({ postStart: [HOOK], preStop: [HOOK] }))
  test.same(
    brief(life.onRun(5, { kind: 'hook-ended', hook: 'post-start', why: 'exited with 2' })),
    ['no start-timeout', 'cancel-hook', 'SIGTERM', 'SIGCONT', 'grace-period in 10000'],
    'it never ran: there is no pre_stop',
  )
  life.onRun(6, { kind: 'exited', exit: { kind: 'signal', signal: 'SIGTERM' } })
  life.onRun(7, { kind: 'cleared' })
  test.same(life.history().lastFailure, { kind: 'hook-failed', hook: 'post-start', why: 'exited with 2' })
  test.equal(life.state().kind, 'backoff')

  const slow = spawned(serviceConfig({ postStart: [HOOK] }))
  test.same(brief(slow.onRun(60_000, { kind: 'timer-expired', timer: 'start-timeout' })).slice(0, 3), [
    'no start-timeout',
    'cancel-hook',
    'SIGTERM',
  ])
  test.end()
})

void t.test('a process that ends while post_start runs takes it along', (test) => {
  const life = spawned(serviceConfig({ postStart: [HOOK] }))
  test.same(brief(life.onRun(5, { kind: 'exited', exit: { kind: 'code', code: 1 } })), [
    'no start-timeout',
    'cancel-hook',
    'clear',
  ])
  test.same(life.onRun(6, { kind: 'hook-ended', hook: 'post-start', why: null }), [], 'whatever it still says')
  test.end()
})

void t.test('pre_stop comes before the signal, whether it ends well or not', (test) => {
  for (const why of [null, 'exited with 1']) {
    const life = spawned(serviceConfig({ preStop: [HOOK] }))
    test.same(brief(life.on(100, { kind: 'stop-requested' })), ['pre-stop'])
    test.same(brief(life.onRun(2_100, { kind: 'hook-ended', hook: 'pre-stop', why })), [
      'SIGTERM',
      'SIGCONT',
      'grace-period in 10000',
    ])
    test.same(life.state(), {
      kind: 'stopping',
      step: 'grace',
      since: 100,
      run: 1,
      process: { pid: 300, statusText: null, errno: null },
      until: 12_100,
      ending: { kind: 'requested' },
    })
  }
  test.end()
})

void t.test('only what runs has something to do before its stop', (test) => {
  const life = spawned(serviceConfig({ ready: TOLD, preStop: [HOOK] }))
  test.same(brief(life.on(1, { kind: 'stop-requested' })), [
    'no start-timeout',
    'unwatch-readiness',
    'SIGTERM',
    'SIGCONT',
    'grace-period in 10000',
  ])
  test.end()
})

void t.test('a process that ends while pre_stop runs takes it along', (test) => {
  const life = spawned(serviceConfig({ preStop: [HOOK] }))
  life.on(1, { kind: 'stop-requested' })
  test.same(brief(life.onRun(2, { kind: 'exited', exit: { kind: 'code', code: 0 } })), ['cancel-hook', 'clear'])
  test.same(life.onRun(3, { kind: 'hook-ended', hook: 'pre-stop', why: null }), [])
  life.onRun(4, { kind: 'cleared' })
  test.same(life.state(), { kind: 'stopped', since: 4, because: 'requested' })
  test.end()
})

void t.test('who has no patience waits for no hook', (test) => {
  const keys = { postStart: [HOOK], preStop: [HOOK], stopCommand: HOOK }
  const starting = spawned(serviceConfig(keys))
  test.same(brief(starting.on(1, { kind: 'kill-requested' })), ['no start-timeout', 'cancel-hook', 'SIGKILL'])

  const running = spawned(serviceConfig({ ...keys, postStart: [] }))
  test.same(brief(running.on(1, { kind: 'kill-requested' })), ['SIGKILL'])

  const stopping = spawned(serviceConfig({ ...keys, postStart: [] }))
  stopping.on(1, { kind: 'stop-requested' })
  test.same(brief(stopping.on(2, { kind: 'kill-requested' })), ['cancel-hook', 'SIGKILL'])
  test.same(stopping.on(3, { kind: 'kill-requested' }), [])
  test.end()
})

void t.test('stop_command stands for the signal, which follows when it fails', (test) => {
  const life = spawned(serviceConfig({ stopCommand: HOOK, stopSignal: 'SIGQUIT' }))
  test.same(brief(life.on(1, { kind: 'stop-requested' })), ['stop-command', 'grace-period in 10000'])
  const before = life.state()
  test.same(brief(life.onRun(5, { kind: 'hook-ended', hook: 'stop-command', why: 'exited with 1' })), [
    'SIGQUIT',
    'SIGCONT',
  ])
  test.equal(life.state(), before, 'its grace period goes on')
  test.end()
})

void t.test('after a stop_command that ended well the process has the rest of its grace period', (test) => {
  const life = spawned(serviceConfig({ stopCommand: HOOK }))
  life.on(1, { kind: 'stop-requested' })
  test.same(life.onRun(5, { kind: 'hook-ended', hook: 'stop-command', why: null }), [])
  test.same(brief(life.onRun(10_001, { kind: 'timer-expired', timer: 'grace-period' })), [
    'no grace-period',
    'cancel-hook',
    'SIGKILL',
  ])
  test.end()
})

void t.test('a process that ends while stop_command runs takes it along', (test) => {
  const life = spawned(serviceConfig({ stopCommand: HOOK }))
  life.on(1, { kind: 'stop-requested' })
  test.same(brief(life.onRun(2, { kind: 'exited', exit: { kind: 'code', code: 0 } })), [
    'no grace-period',
    'cancel-hook',
    'clear',
  ])
  test.end()
})

void t.test('a stop before the process came uses its stop_command too', (test) => {
  const life = begin(serviceConfig({ stopCommand: HOOK, preStop: [HOOK] }))
  life.on(0, { kind: 'dependencies-met' })
  test.same(life.on(1, { kind: 'stop-requested' }), [])
  test.same(brief(life.onRun(2, { kind: 'spawned', pid: 300 })), ['stop-command', 'grace-period in 10000'])
  test.end()
})
