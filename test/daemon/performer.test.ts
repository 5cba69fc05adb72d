import t from 'tap'
import { COMMAND } from '../../src/core/supervisor/command.ts'
import { config, needs, serviceConfig, TOLD } from '../core/support.ts'
import { FakeMachine } from './fake-machine.ts'
import { supervised, type Supervised } from './supervised.ts'

const STOP = { kind: 'shutdown-requested', by: 'SIGTERM', status: 0, insist: true } as const
const POLLED = {
  kind: 'poll',
  probe: { kind: 'file', path: '/up' },
  intervalMs: 1_000,
  timeoutMs: 500,
} as const

function begun(...services: readonly ReturnType<typeof serviceConfig>[]): Supervised {
  const set = supervised(config(...services))
  set.loop.dispatch({ kind: 'begun' })
  return set
}

void t.test('what is to be done is done in its order', (test) => {
  const { machine, loop, ends } = begun(serviceConfig({ name: 'db' }), serviceConfig({ dependsOn: [needs('db')] }))
  test.strictSame(machine.news(), ['spawn db'])
  machine.spawned('db')
  test.strictSame(machine.news(), ['spawn web'])
  machine.spawned('web')
  test.strictSame(machine.news(), ['ready file present'])
  loop.dispatch(STOP)
  test.strictSame(machine.news(), ['ready file absent', 'web SIGTERM process', 'web SIGCONT process', 'timer 10000'])
  machine.ends('web')
  test.strictSame(machine.news(), [
    'cancel timer 10000',
    'web clear',
    'timer 1000',
    'cancel timer 1000',
    'db SIGTERM process',
    'db SIGCONT process',
    'timer 10000',
  ])
  machine.ends('db')
  test.strictSame(machine.news(), ['cancel timer 10000', 'db clear', 'timer 1000', 'cancel timer 1000'])
  test.strictSame(ends, [0])
  test.end()
})

void t.test('a spawn says what and whose it is, and no two are the same', (test) => {
  const { machine, loop } = supervised(config(serviceConfig()), { command: ['sh'] })
  loop.dispatch({ kind: 'begun' })
  machine.spawned('web')
  machine.process('web').listener.exited({ kind: 'code', code: 1 })
  machine.process('web').listener.outputEnded()
  machine.clears('web')
  machine.pass(100)
  test.strictSame(
    machine.processes.map(({ service, runId, stdio }) => [service.name, runId, stdio]),
    [
      ['web', 'id.web.1', 'service'],
      [COMMAND, `id.${COMMAND}.1`, 'foreground'],
      ['web', 'id.web.2', 'service'],
    ],
  )
  test.end()
})

void t.test('a run that waits to be spawned is not wanted any more after a stop', (test) => {
  const { machine, loop } = begun(serviceConfig(), serviceConfig({ name: 'other' }))
  const isWanted = (): unknown => ['web', 'other'].map((name) => machine.process(name).listener.isWanted?.())
  test.strictSame(isWanted(), [true, true])
  loop.dispatch({ kind: 'stop-requested', services: ['web'] })
  test.strictSame(isWanted(), [false, true])
  test.end()
})

void t.test('a process that does not stop in its grace period is killed', (test) => {
  const { machine, loop } = begun(serviceConfig({ stopGracePeriodMs: 3_000, killMode: 'group', stopSignal: 'SIGINT' }))
  machine.spawned('web')
  loop.dispatch({ kind: 'stop-requested', services: ['web'] })
  machine.news()
  machine.pass(2_999)
  test.strictSame(machine.news(), [])
  machine.pass(1)
  test.strictSame(machine.news(), ['web SIGKILL group'], 'the timer is over: there is nothing to cancel')
  test.end()
})

void t.test('a timer that is taken back does not expire', (test) => {
  const ready = { kind: 'delay', delayMs: 500 } as const
  const { machine, states } = begun(serviceConfig({ ready, startTimeoutMs: 2_000 }))
  machine.spawned('web')
  machine.pass(500)
  test.strictSame(machine.news(), ['spawn web', 'timer 2000', 'timer 500', 'cancel timer 2000', 'ready file present'])
  machine.pass(10_000)
  test.strictSame(states(), ['web running'])
  test.end()
})

void t.test('what a oneshot creates is looked for before it is spawned', (test) => {
  const machine = new FakeMachine()
  machine.paths = ['/data/there']
  const job = serviceConfig({ type: 'oneshot', creates: '/data/there' })
  const { loop, states } = supervised(config(job, serviceConfig({ name: 'other' })), { machine })
  loop.dispatch({ kind: 'begun' })
  test.strictSame(machine.news(), ['spawn other'])
  test.strictSame(states(), ['web completed', 'other starting'])
  test.end()
})

void t.test('a command that cannot be started has failed, and its output is over', (test) => {
  const { machine, states, told, loop } = begun(serviceConfig())
  machine.process('web').listener.failed({ message: 'no "serve" in PATH', status: 127 })
  test.strictSame(states(), ['web backoff'])
  test.strictSame(told, ['web: starting', 'warning: web: no "serve" in PATH; next try in 100 ms'])
  loop.dispatch(STOP)
  test.strictSame(machine.news(), ['spawn web', 'timer 100', 'cancel timer 100'])
  test.end()
})

void t.test('a shutdown has its budget, and then everything is killed', (test) => {
  const { machine, loop, told } = supervised({ ...config(serviceConfig()), shutdownTimeoutMs: 4_000 })
  loop.dispatch({ kind: 'begun' })
  machine.spawned('web')
  loop.dispatch(STOP)
  machine.news()
  machine.pass(4_000)
  test.strictSame(machine.news(), ['cancel timer 10000', 'web SIGKILL group'])
  test.strictSame(told.slice(-2), [
    'warning: shutdown.timeout (4 s) is over: killing all that is left',
    'warning: web: SIGKILL',
  ])
  test.end()
})

void t.test('the command waits for as long as it may, and its timer ends with the wait', (test) => {
  const command = { waitFor: 'ready', timeoutMs: 4_000 } as const
  const set = { ...config(serviceConfig({ ready: TOLD, startTimeoutMs: null })), command }
  const late = supervised(set, { command: ['sh'] })
  late.loop.dispatch({ kind: 'begun' })
  late.machine.spawned('web')
  late.machine.pass(3_999)
  test.strictSame(late.machine.news(), ['spawn web', 'timer 4000'])
  late.machine.pass(1)
  test.strictSame(late.told.slice(1, 2), [
    'error: shutting down: the command was not started: not all services ready within 4 s: waiting for web (starting, not ready for 4 s: no READY=1)',
  ])
  late.machine.ends('web')
  test.strictSame(late.ends, [1])
  const early = supervised(set, { command: ['sh'] })
  early.loop.dispatch({ kind: 'begun' })
  early.machine.spawned('web')
  early.machine.process('web').listener.notified('READY=1')
  early.machine.spawned('(command)')
  test.ok(early.machine.news().includes('cancel timer 4000'))
  early.machine.pass(60_000)
  test.strictSame(early.states(), ['web running', '(command) running'])
  test.end()
})

void t.test('a service is asked until it is ready, and no longer', (test) => {
  const { machine, states } = begun(serviceConfig({ ready: POLLED, startTimeoutMs: null }))
  machine.pass(1)
  machine.spawned('web')
  test.strictSame(machine.news(), ['spawn web', 'probe web'])
  const { probe, runId, timeoutMs, spawnedAtEpochMs } = machine.probes[0] ?? {}
  test.strictSame([probe, runId, timeoutMs], [POLLED.probe, 'id.web.1', 500])
  test.equal(spawnedAtEpochMs, Date.UTC(2026, 0, 1), 'when it was asked to spawn, not when it was there')
  machine.probes[0]?.answer({ kind: 'failed', why: 'no such file' })
  machine.pass(10)
  machine.probes[1]?.answer({ kind: 'passed' })
  test.strictSame(machine.news(), ['timer 10', 'probe web', 'ready file present'])
  machine.pass(60_000)
  test.strictSame(machine.news(), [])
  test.strictSame(states(), ['web running'])
  test.end()
})

void t.test('who is to stop is asked no more', (test) => {
  const { machine, loop } = begun(serviceConfig({ ready: POLLED, startTimeoutMs: 9_000 }))
  machine.spawned('web')
  machine.news()
  loop.dispatch({ kind: 'stop-requested', services: ['web'] })
  test.strictSame(machine.news(), [
    'cancel timer 9000',
    'cancel probe web',
    'web SIGTERM process',
    'web SIGCONT process',
    'timer 10000',
    // Nothing that is wanted is left that is not well.
    'ready file present',
  ])
  machine.probes[0]?.answer({ kind: 'passed' })
  machine.pass(60_000)
  test.strictSame(machine.probes.length, 1)
  test.end()
})

void t.test('a line of the log makes ready, of this run only, and not after it was given up', (test) => {
  const ready = { kind: 'log', source: 'listening' } as const
  const { machine, loop, states } = begun(serviceConfig({ ready, startTimeoutMs: null }))
  machine.spawned('web')
  machine.says('web', 'not yet\n')
  test.strictSame(states(), ['web starting'])
  machine.says('web', 'listening\n')
  test.strictSame(states(), ['web running'])
  loop.dispatch({ kind: 'restart-requested', services: ['web'] })
  const first = machine.process('web')
  machine.ends('web')
  machine.spawned('web')
  first.listener.output('stdout', Buffer.from('listening\n'))
  test.strictSame(states(), ['web starting'])
  loop.dispatch({ kind: 'stop-requested', services: ['web'] })
  machine.says('web', 'listening\n')
  test.strictSame(states(), ['web stopping'])
  test.end()
})

void t.test('a notification makes ready', (test) => {
  const { machine, states } = begun(serviceConfig({ ready: TOLD, startTimeoutMs: null }))
  machine.spawned('web')
  machine.process('web').listener.notified('STATUS=almost')
  test.strictSame(states(), ['web starting'])
  machine.process('web').listener.notified('STATUS=there\nREADY=1')
  test.strictSame(states(), ['web running'])
  test.end()
})
