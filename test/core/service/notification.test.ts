import t from 'tap'
import type { ServiceConfig } from '../../../src/core/config/model.ts'
import type { ServiceProcess } from '../../../src/core/service/state.ts'
import { NOTHING_SAID, restart, serviceConfig, TOLD } from '../support.ts'
import { HEALTHCHECK, HOOK } from './cases.ts'
import { brief, spawned, type Life } from './life.ts'

void t.test('READY=1 counts only where it is asked for', (test) => {
  const forms: readonly (readonly [ServiceConfig['ready'], string])[] = [
    [{ kind: 'notify-systemd' }, 'running'],
    [{ kind: 'notify-fd', fd: 3 }, 'running'],
    [{ kind: 'poll', probe: HEALTHCHECK.probe, intervalMs: 250, timeoutMs: 1_000 }, 'starting'],
    [{ kind: 'log', source: 'up' }, 'starting'],
    [{ kind: 'delay', delayMs: 100 }, 'starting'],
  ]
  for (const [ready, kind] of forms) {
    const life = spawned(serviceConfig({ ready, watchdogMs: 20_000 }))
    say(life, 1, 'READY=1')
    test.equal(life.state().kind, kind, ready?.kind ?? '')
  }
  test.end()
})

void t.test('each line of a message meets the state that the lines before it led to', (test) => {
  const life = spawned(serviceConfig({ ready: TOLD }))
  test.same(say(life, 5, 'RELOADING=1\nREADY=1\nSTATUS=serving\nSTOPPING=1\nREADY=1'), [
    'no start-timeout',
    'unwatch-readiness',
    'grace-period in 10000',
  ])
  test.same(life.state(), {
    kind: 'stopping',
    step: 'grace',
    since: 5,
    run: 1,
    process: { pid: 300, statusText: 'serving', errno: null },
    until: 10_005,
    ending: { kind: 'announced', readyForMs: 0 },
  })
  test.end()
})

void t.test('what it tells of itself is kept until it tells something else, in every state with a process', (test) => {
  const life = spawned(serviceConfig({ ready: TOLD, postStart: [HOOK], preStop: [HOOK] }))
  const seen: (ServiceProcess | null)[] = []
  const note = (message: string): void => {
    say(life, 1, message)
    seen.push(process(life))
  }
  note('STATUS=loading')
  note('READY=1\nERRNO=2')
  note('STATUS=warm')
  life.onRun(2, { kind: 'hook-ended', hook: 'post-start', why: null })
  note('STATUS=serving\nERRNO=0')
  life.on(3, { kind: 'stop-requested' })
  note('STATUS=')
  life.onRun(4, { kind: 'hook-ended', hook: 'pre-stop', why: null })
  note('STATUS=bye')
  test.same(seen, [
    { pid: 300, statusText: 'loading', errno: null },
    { pid: 300, statusText: 'loading', errno: 2 },
    { pid: 300, statusText: 'warm', errno: 2 },
    { pid: 300, statusText: 'serving', errno: 0 },
    { pid: 300, statusText: null, errno: 0 },
    { pid: 300, statusText: 'bye', errno: 0 },
  ])
  test.end()
})

void t.test('what it told of itself last is part of its failure, however it ends', (test) => {
  const said = { statusText: 'cannot bind', errno: 98 }
  const exit = { kind: 'code', code: 3 } as const
  const table: readonly (readonly [string, (life: Life) => void, object])[] = [
    ['by itself', (life) => life.onRun(5, { kind: 'exited', exit }), { kind: 'exited', exit, said }],
    [
      'as it has said',
      (life) => {
        say(life, 4, 'READY=1\nSTOPPING=1')
        life.onRun(5, { kind: 'exited', exit })
      },
      { kind: 'exited', exit, said },
    ],
    [
      'by its watchdog',
      (life) => {
        say(life, 4, 'WATCHDOG=trigger')
        life.onRun(5, { kind: 'exited', exit })
      },
      { kind: 'watchdog', withinMs: null, said },
    ],
  ]
  for (const [name, end, failure] of table) {
    const life = spawned(serviceConfig({ ready: TOLD }))
    say(life, 1, 'STATUS=starting\nSTATUS=cannot bind\nERRNO=98')
    end(life)
    life.onRun(6, { kind: 'cleared' })
    test.same(life.history().lastFailure, failure, name)
  }
  test.end()
})

void t.test('the same words again are no change', (test) => {
  const life = spawned(serviceConfig({ ready: TOLD }))
  say(life, 1, 'STATUS=loading\nERRNO=2')
  const before = life.state()
  test.same(say(life, 2, 'STATUS=loading\nERRNO=2\nFDSTORE=1'), [])
  test.equal(life.state(), before)
  test.end()
})

void t.test('the main process is another one when that is known to be of the run, not by word alone', (test) => {
  const life = spawned(serviceConfig({ ready: TOLD }))
  test.same(life.onRun(1, { kind: 'notified', message: 'MAINPID=301' }), [
    { kind: 'follow-main-process', run: 1, pid: 301 },
  ])
  test.equal(process(life)?.pid, 300)
  life.onRun(2, { kind: 'main-process-changed', pid: 301 })
  test.equal(process(life)?.pid, 301)
  test.same(say(life, 3, 'MAINPID=301'), [], 'it is that already')
  test.end()
})

void t.test('a start that asks for more time gets it, from when it asks', (test) => {
  const life = spawned(serviceConfig({ ready: TOLD, startTimeoutMs: 60_000 }))
  test.same(say(life, 10_000, 'EXTEND_TIMEOUT_USEC=40000000'), [], 'it has more left')
  test.same(say(life, 50_000, 'EXTEND_TIMEOUT_USEC=40000000'), ['start-timeout in 40000'])
  const state = life.state()
  test.equal('until' in state && state.until, 90_000)
  test.same(say(life, 55_000, 'EXTEND_TIMEOUT_USEC=1000'), [], 'it is never shortened')
  test.end()
})

void t.test('who was not ready in the time that it had asked for is told with that time', (test) => {
  const life = spawned(serviceConfig({ ready: TOLD, startTimeoutMs: 60_000 }))
  say(life, 50_000, 'EXTEND_TIMEOUT_USEC=40000000')
  life.onRun(90_000, { kind: 'timer-expired', timer: 'start-timeout' })
  const state = life.state()
  test.same('ending' in state && state.ending, {
    kind: 'failed',
    failure: { kind: 'not-ready', withinMs: 90_000, lastAttempt: 'no READY=1', said: NOTHING_SAID },
    readyForMs: null,
  })
  test.end()
})

void t.test('a start without a limit needs no more time', (test) => {
  const life = spawned(serviceConfig({ ready: TOLD, startTimeoutMs: null }))
  test.same(say(life, 1, 'EXTEND_TIMEOUT_USEC=40000000'), [])
  test.end()
})

void t.test('a stop that asks for more time gets it; in between it means nothing', (test) => {
  const life = spawned(serviceConfig({ watchdogMs: 20_000, preStop: [HOOK] }))
  test.same(say(life, 1, 'EXTEND_TIMEOUT_USEC=40000000'), [], 'running')
  life.on(10, { kind: 'stop-requested' })
  test.same(say(life, 11, 'EXTEND_TIMEOUT_USEC=40000000'), [], 'pre_stop')
  life.onRun(20, { kind: 'hook-ended', hook: 'pre-stop', why: null })
  test.same(say(life, 30, 'EXTEND_TIMEOUT_USEC=40000000'), ['grace-period in 40000'])
  const state = life.state()
  test.equal('until' in state && state.until, 40_030)
  life.on(40, { kind: 'kill-requested' })
  test.same(say(life, 50, 'EXTEND_TIMEOUT_USEC=90000000'), [], 'killed')
  test.end()
})

void t.test('between RELOADING=1 and READY=1 it reloads', (test) => {
  const life = spawned(serviceConfig({ ready: TOLD }))
  say(life, 1, 'READY=1')
  const seen = ['RELOADING=1', 'RELOADING=1', 'READY=1', 'READY=1'].map((message) => {
    say(life, 2, message)
    const state = life.state()
    return state.kind === 'running' && state.isReloading
  })
  test.same(seen, [true, true, false, false])
  test.end()
})

void t.test('who says that it stops is sent nothing, and its exit is judged', (test) => {
  const table = [
    { code: 0, state: 'completed' },
    { code: 3, state: 'backoff' },
  ] as const
  for (const { code, state } of table) {
    const keys = { ready: TOLD, preStop: [HOOK], stopCommand: HOOK, restart: restart({ policy: 'on-failure' }) }
    const life = spawned(serviceConfig(keys))
    say(life, 1, 'READY=1')
    test.same(say(life, 2, 'STOPPING=1'), ['grace-period in 10000'])
    life.onRun(3, { kind: 'exited', exit: { kind: 'code', code } })
    life.onRun(4, { kind: 'cleared' })
    test.equal(life.state().kind, state)
  }
  test.end()
})

void t.test('who says that it stops and does not is killed, which is a failure', (test) => {
  const life = spawned(serviceConfig({ watchdogMs: 20_000 }))
  say(life, 1, 'STOPPING=1')
  test.same(brief(life.onRun(10_001, { kind: 'timer-expired', timer: 'grace-period' })), ['no grace-period', 'SIGKILL'])
  life.onRun(10_002, { kind: 'exited', exit: { kind: 'signal', signal: 'SIGKILL' } })
  life.onRun(10_003, { kind: 'cleared' })
  test.same(life.history().lastFailure, { kind: 'not-gone', withinMs: 10_000, said: NOTHING_SAID })
  test.end()
})

void t.test('a stop on request of what stops already is a stop on request', (test) => {
  const life = spawned(serviceConfig({ watchdogMs: 20_000 }))
  say(life, 1, 'STOPPING=1')
  test.same(life.on(2, { kind: 'stop-requested' }), [])
  life.onRun(3, { kind: 'exited', exit: { kind: 'code', code: 3 } })
  life.onRun(4, { kind: 'cleared' })
  test.same(life.state(), { kind: 'stopped', since: 4, because: 'requested' })
  test.end()
})

function say(life: Life, at: number, message: string): readonly string[] {
  return brief(life.onRun(at, { kind: 'notified', message }))
}

function process(life: Life): ServiceProcess | null {
  const state = life.state()
  return 'process' in state ? state.process : null
}
