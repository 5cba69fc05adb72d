import t from 'tap'
import type { ServiceConfig } from '../../../src/core/config/model.ts'
import { NOTHING_SAID, serviceConfig, TOLD } from '../support.ts'
import { HOOK } from './cases.ts'
import { brief, spawned, type Life } from './life.ts'

void t.test('the watchdog is armed when the service runs, not before', (test) => {
  const life = spawned(serviceConfig({ ready: TOLD, watchdogMs: 20_000, postStart: [HOOK] }))
  test.same(say(life, 1, 'WATCHDOG=1'), [], 'nothing is expected yet')
  test.same(say(life, 2, 'READY=1'), ['unwatch-readiness', 'post-start'])
  test.same(brief(life.onRun(3, { kind: 'hook-ended', hook: 'post-start', why: null })), [
    'no start-timeout',
    'watchdog in 20000',
  ])
  test.end()
})

void t.test('each keep-alive message gives it the whole period again', (test) => {
  const life = watched()
  test.same(say(life, 5_000, 'WATCHDOG=1'), ['watchdog in 20000'])
  test.same(say(life, 6_000, 'STATUS=busy\nWATCHDOG=1'), ['watchdog in 20000'])
  test.equal(life.state().kind, 'running')
  test.end()
})

void t.test('who is silent for too long gets SIGABRT, and no hook is asked', (test) => {
  const life = watched({ preStop: [HOOK], stopCommand: HOOK })
  test.same(brief(life.onRun(20_000, { kind: 'timer-expired', timer: 'watchdog' })), [
    'no watchdog',
    'SIGABRT',
    'grace-period in 10000',
  ])
  test.same(brief(life.onRun(30_000, { kind: 'timer-expired', timer: 'grace-period' })).at(-1), 'SIGKILL')
  life.onRun(30_001, { kind: 'exited', exit: { kind: 'signal', signal: 'SIGKILL' } })
  life.onRun(30_002, { kind: 'cleared' })
  test.equal(life.state().kind, 'waiting', 'it had been ready for reset_after')
  test.same(life.history().lastFailure, { kind: 'watchdog', withinMs: 20_000, said: NOTHING_SAID })
  test.end()
})

void t.test(
  'a service that has failed by its own word is ended in the same way, with or without a watchdog',
  (test) => {
    for (const watchdogMs of [20_000, null]) {
      const life = watched({ watchdogMs, ready: TOLD })
      const effects = say(life, 100, 'WATCHDOG=trigger')
      test.same(effects.slice(-2), ['SIGABRT', 'grace-period in 10000'])
      const state = life.state()
      test.same('ending' in state && state.ending, {
        kind: 'failed',
        failure: { kind: 'watchdog', withinMs: null, said: NOTHING_SAID },
        readyForMs: null,
      })
    }
    test.end()
  },
)

void t.test('the service may change its period, end the watch, and begin it', (test) => {
  const life = watched()
  test.same(say(life, 1, 'WATCHDOG_USEC=5000000'), ['watchdog in 5000'])
  test.same(say(life, 2, 'WATCHDOG=1'), ['watchdog in 5000'])
  test.same(say(life, 3, 'WATCHDOG_USEC=0'), ['no watchdog'])
  test.same(say(life, 4, 'WATCHDOG=1'), [])
  test.same(say(life, 5, 'WATCHDOG_USEC=0'), [])
  test.same(say(life, 6, 'WATCHDOG_USEC=7000000'), ['watchdog in 7000'])
  life.onRun(7_006, { kind: 'timer-expired', timer: 'watchdog' })
  const state = life.state()
  test.same('ending' in state && state.ending, {
    kind: 'failed',
    failure: { kind: 'watchdog', withinMs: 7_000, said: NOTHING_SAID },
    readyForMs: 7_006,
  })
  test.end()
})

void t.test('a period that comes before it is ready holds once it is', (test) => {
  const life = spawned(serviceConfig({ ready: TOLD, watchdogMs: 20_000 }))
  test.same(say(life, 1, 'WATCHDOG_USEC=5000000\nREADY=1'), [
    'no start-timeout',
    'unwatch-readiness',
    'watchdog in 5000',
  ])
  test.end()
})

void t.test('on its way down nobody waits for keep-alive messages', (test) => {
  const life = watched()
  test.ok(brief(life.on(1, { kind: 'stop-requested' })).includes('no watchdog'))
  test.same(say(life, 2, 'WATCHDOG=1\nWATCHDOG_USEC=1000\nWATCHDOG=trigger'), [])
  test.end()
})

function watched(keys: Partial<ServiceConfig> = {}): Life {
  return spawned(serviceConfig({ watchdogMs: 20_000, ...keys }))
}

function say(life: Life, at: number, message: string): readonly string[] {
  return brief(life.onRun(at, { kind: 'notified', message }))
}
