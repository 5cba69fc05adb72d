import t from 'tap'
import type { ServiceConfig } from '../../src/core/config/model.ts'
import { serviceConfig } from '../core/support.ts'
import type { FakeMachine, FakeProcess } from './fake-machine.ts'
import { running } from './performed.ts'

const HOOK = {
  preStop: [
    { argv: ['pg_dump', '--all'], timeoutMs: 10_000 },
    { argv: ['sync'], timeoutMs: 2_000 },
  ],
}
const RUN = { kind: 'run-hook', run: 1, hook: 'pre-stop' } as const
const ENDED = { kind: 'hook-ended', run: 1, hook: 'pre-stop' } as const

/** The command that was spawned last. */
function command(machine: FakeMachine): FakeProcess {
  return machine.processes.at(-1) ?? machine.process('web')
}

/** The last command exits and has said all; nothing of it is left. */
function exits(machine: FakeMachine, code = 0): void {
  machine.ends('web', code)
}

void t.test('the commands of a hook run one after another, each when nothing of the last is left', (test) => {
  const { machine, perform, news } = running(serviceConfig(HOOK))
  perform(RUN)
  test.strictSame(machine.news(), ['spawn web', 'timer 10000'])
  machine.process('web').listener.exited({ kind: 'code', code: 0 })
  test.strictSame(machine.news(), ['cancel timer 10000', 'web clear'])
  machine.clears('web')
  test.strictSame(machine.news(), ['timer 1000'], 'its output is waited for')
  machine.process('web').listener.outputEnded()
  test.strictSame(machine.news(), ['cancel timer 1000', 'spawn web', 'timer 2000'])
  test.strictSame(news(), [])
  exits(machine)
  test.strictSame(news(), [{ ...ENDED, why: null }])
  test.strictSame(
    machine.processes.map(({ service, runId }) => [service.argv, runId]),
    [
      [['serve'], 'id.web.1'],
      [['pg_dump', '--all'], 'id.web.1.pre-stop-1'],
      [['sync'], 'id.web.1.pre-stop-2'],
    ],
  )
  test.end()
})

void t.test('a hook runs as its service, knows it by name and pid, and is no service itself', (test) => {
  const service = serviceConfig({
    ...HOOK,
    ready: { kind: 'notify-systemd' },
    watchdogMs: 1_000,
    workingDir: '/srv',
    environment: new Map([
      ['COLOUR', 'blue'],
      ['MAINPID', 'mine'],
    ]),
  })
  const { machine, perform, news } = running(service)
  machine.family = [321]
  perform({ kind: 'follow-main-process', run: 1, pid: 321 })
  news()
  perform(RUN)
  const { stdio, service: asked } = command(machine)
  test.equal(stdio, 'service')
  const expected: ServiceConfig = {
    ...service,
    argv: ['pg_dump', '--all'],
    ready: null,
    watchdogMs: null,
    environment: new Map([
      ['COLOUR', 'blue'],
      ['MAINPID', '321'],
      ['PIDONE_SERVICE', 'web'],
    ]),
  }
  test.strictSame(asked, expected)
  machine.process('web').listener.spawned(500)
  machine.process('web').listener.notified('READY=1')
  test.strictSame(news(), [], 'its start is not that of the service')
  test.end()
})

void t.test('what a hook says stands in the log of its service', (test) => {
  const { machine, perform } = running(serviceConfig(HOOK))
  perform(RUN)
  machine.says('web', 'dumping\nal')
  machine.says('web', 'most', 'stderr')
  exits(machine)
  test.strictSame(
    machine.written.map(({ stream, text }) => [stream, text]),
    [
      ['stdout', 'web        | dumping\n'],
      ['stdout', 'web        | al\n'],
      ['stderr', 'web        | most\n'],
    ],
  )
  test.end()
})

void t.test('a command that fails ends its hook, and is named with the cause', (test) => {
  const { machine, perform, news } = running(serviceConfig(HOOK))
  perform(RUN)
  exits(machine, 1)
  test.strictSame(news(), [{ ...ENDED, why: '"pg_dump --all": exited with 1' }])
  test.equal(machine.processes.length, 2, 'those after it are not run')
  test.end()
})

void t.test('of a command that fails the last line is told, and not that of its service', (test) => {
  const { machine, perform, news } = running(serviceConfig(HOOK))
  const [service] = machine.processes
  perform(RUN)
  machine.says('web', 'dumping\ncannot dump: the disk is full\n', 'stderr')
  service?.listener.output('stdout', new TextEncoder().encode('bye\n'))
  exits(machine, 1)
  test.strictSame(news(), [{ ...ENDED, why: '"pg_dump --all": exited with 1: cannot dump: the disk is full' }])
  test.end()
})

void t.test('no part of a secret is left at the end of a line that is cut short', (test) => {
  const { machine, perform, news } = running(serviceConfig(HOOK), (text) => text.replaceAll('hunter2-hunter2', '***'))
  perform(RUN)
  machine.says('web', `${'x'.repeat(150)} hunter2-hunter2\n`, 'stderr')
  exits(machine, 1)
  test.strictSame(news(), [{ ...ENDED, why: `"pg_dump --all": exited with 1: ${'x'.repeat(150)} ***` }])
  test.end()
})

void t.test('a command is named in one short line', (test) => {
  const stopCommand = { argv: ['/bin/sh', '-e', '-c', `say bye\n${'x'.repeat(99)}`], timeoutMs: 1_000 }
  const { machine, perform, news } = running(serviceConfig({ stopCommand }))
  perform({ kind: 'run-hook', run: 1, hook: 'stop-command' })
  command(machine).listener.exited({ kind: 'signal', signal: 'SIGKILL' })
  command(machine).listener.outputEnded()
  machine.clears('web')
  const why = `"/bin/sh -e -c say bye ${'x'.repeat(37)}…": killed by SIGKILL`
  test.strictSame(news(), [{ kind: 'hook-ended', run: 1, hook: 'stop-command', why }])
  test.end()
})

void t.test('a command that does not end in time is killed with its tree, and only then is it told', (test) => {
  const { machine, perform, news } = running(serviceConfig(HOOK))
  perform(RUN)
  machine.pass(9_999)
  machine.news()
  machine.pass(1)
  test.strictSame(machine.news(), ['web clear'])
  command(machine).listener.exited({ kind: 'signal', signal: 'SIGKILL' })
  command(machine).listener.outputEnded()
  test.strictSame([machine.news(), news()], [[], []])
  machine.clears('web')
  test.strictSame(news(), [{ ...ENDED, why: '"pg_dump --all": no end within 10 s' }])
  test.end()
})

void t.test('a command that cannot be started has failed', (test) => {
  const { machine, perform, news } = running(serviceConfig(HOOK))
  perform(RUN)
  machine.process('web').listener.failed({ message: 'cannot execute "pg_dump": not found in PATH', status: 127 })
  test.strictSame(news(), [{ ...ENDED, why: 'cannot execute "pg_dump": not found in PATH' }])
  machine.pass(60_000)
  test.strictSame(news(), [])
  test.end()
})

void t.test('a hook that is taken back is killed, and tells nothing', (test) => {
  const { machine, perform, news } = running(serviceConfig(HOOK))
  perform(RUN)
  machine.news()
  perform({ kind: 'cancel-hook', run: 1 })
  perform({ kind: 'cancel-hook', run: 1 })
  test.strictSame(machine.news(), ['cancel timer 10000', 'web clear'])
  exits(machine)
  machine.pass(60_000)
  test.strictSame(news(), [])
  test.equal(machine.processes.length, 2)
  test.end()
})

void t.test('a hook that is taken back between its commands runs none of those that are left', (test) => {
  const { machine, perform, news } = running(serviceConfig(HOOK))
  perform(RUN)
  command(machine).listener.exited({ kind: 'code', code: 0 })
  perform({ kind: 'cancel-hook', run: 1 })
  exits(machine)
  test.equal(machine.processes.length, 2)
  test.strictSame(news(), [])
  test.end()
})

void t.test('a run is over when nothing of its hook is left either', (test) => {
  const { machine, perform, news } = running(serviceConfig(HOOK))
  const main = machine.process('web')
  perform(RUN)
  const hook = command(machine)
  main.listener.exited({ kind: 'code', code: 0 })
  main.listener.outputEnded()
  perform({ kind: 'clear', run: 1 })
  main.cleared?.()
  test.strictSame(news(), [{ kind: 'exited', run: 1, exit: { kind: 'code', code: 0 } }])
  hook.listener.outputEnded()
  hook.cleared?.()
  test.strictSame(news(), [{ kind: 'cleared', run: 1 }])
  test.end()
})

void t.test('a run is not over as long as anything of an earlier hook is left', (test) => {
  const postStart = [{ argv: ['warm-up'], timeoutMs: 1_000 }]
  const stopCommand = { argv: ['say-bye'], timeoutMs: 1_000 }
  const { machine, perform, news } = running(serviceConfig({ postStart, stopCommand }))
  const main = machine.process('web')
  perform({ kind: 'run-hook', run: 1, hook: 'post-start' })
  const earlier = command(machine)
  perform({ kind: 'cancel-hook', run: 1 })
  perform({ kind: 'run-hook', run: 1, hook: 'stop-command' })
  exits(machine)
  news()
  perform({ kind: 'clear', run: 1 })
  main.listener.outputEnded()
  main.cleared?.()
  test.strictSame(news(), [])
  earlier.listener.outputEnded()
  earlier.cleared?.()
  test.strictSame(news(), [{ kind: 'cleared', run: 1 }])
  test.end()
})

void t.test('after a hook that has ended, a run is over by itself', (test) => {
  const { machine, perform, news } = running(serviceConfig({ postStart: [{ argv: ['true'], timeoutMs: 1_000 }] }))
  const main = machine.process('web')
  perform({ kind: 'run-hook', run: 1, hook: 'post-start' })
  exits(machine)
  test.strictSame(news(), [{ kind: 'hook-ended', run: 1, hook: 'post-start', why: null }])
  machine.news()
  perform({ kind: 'clear', run: 1 })
  main.listener.outputEnded()
  main.cleared?.()
  test.strictSame(machine.news(), ['web clear', 'timer 1000', 'cancel timer 1000'])
  test.strictSame(news(), [{ kind: 'cleared', run: 1 }])
  test.end()
})
