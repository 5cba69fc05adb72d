import t from 'tap'
import type { Healthcheck } from '../../src/core/config/model.ts'
import { config, serviceConfig } from '../core/support.ts'
import { performed, running, settled } from './performed.ts'
import { supervised } from './supervised.ts'

const HEALTHCHECK: Healthcheck = {
  probe: { kind: 'exec', argv: ['is-well'] },
  intervalMs: 30_000,
  timeoutMs: 5_000,
  retries: 3,
  startPeriodMs: 0,
  startIntervalMs: 5_000,
  onUnhealthy: 'restart',
  isReadiness: false,
}
const WEB = serviceConfig({ healthcheck: HEALTHCHECK })
const CHECK = { kind: 'check-health', run: 1 } as const

void t.test('a health check puts the question once, within its time', (test) => {
  const { machine, perform, news } = running(WEB)
  machine.pass(7_000)
  perform(CHECK)
  test.strictSame(machine.news(), ['probe web'])
  const { answer, dying: _dying, ...asked } = machine.probes[0] ?? fail('nothing was asked')
  test.strictSame(asked, {
    probe: HEALTHCHECK.probe,
    service: WEB,
    runId: 'id.web.1',
    spawnedAtEpochMs: Date.UTC(2026, 0, 1),
    timeoutMs: 5_000,
  })
  answer({ kind: 'passed' })
  test.strictSame(news(), [{ kind: 'health-checked', run: 1, passed: true, output: '' }])
  machine.pass(600_000)
  test.strictSame(machine.news(), [], 'when it is asked again is not decided here')
  test.end()
})

void t.test('a check is answered with what its command has printed, or else with why it failed', (test) => {
  const { machine, perform, news } = running(WEB)
  const answers = [
    { kind: 'passed', output: 'fine\n' },
    { kind: 'failed', why: 'exited with 1', output: 'no disk\n' },
    { kind: 'failed', why: 'exited with 1', output: '' },
    { kind: 'failed', why: 'no answer within 5 s' },
  ] as const
  for (const answer of answers) {
    perform(CHECK)
    machine.probes.at(-1)?.answer(answer)
  }
  test.strictSame(news(), [
    { kind: 'health-checked', run: 1, passed: true, output: 'fine\n' },
    { kind: 'health-checked', run: 1, passed: false, output: 'no disk\n' },
    { kind: 'health-checked', run: 1, passed: false, output: 'exited with 1' },
    { kind: 'health-checked', run: 1, passed: false, output: 'no answer within 5 s' },
  ])
  test.end()
})

void t.test('a check that is taken back is not told, and taking back again is harmless', (test) => {
  const { machine, perform, news } = running(WEB)
  perform({ kind: 'cancel-health-check', run: 1 })
  perform(CHECK)
  perform({ kind: 'cancel-health-check', run: 1 })
  perform({ kind: 'cancel-health-check', run: 1 })
  test.strictSame(machine.news(), ['probe web', 'cancel probe web'])
  machine.probes[0]?.answer({ kind: 'passed' })
  test.strictSame(news(), [])
  test.end()
})

void t.test('memory is that of the whole tree below the main process', async (test) => {
  const { machine, perform, news } = running(WEB)
  machine.family = [777]
  perform({ kind: 'follow-main-process', run: 1, pid: 777 })
  test.strictSame(news(), [{ kind: 'main-process-changed', run: 1, pid: 777 }])
  machine.uses(async () => new Map([[777, { cpu: 3, memory: 5_000_000, processes: 1 }]]))
  perform({ kind: 'measure-memory', run: 1 })
  await settled()
  test.strictSame(machine.news(), ['usage 777'])
  test.strictSame(news(), [{ kind: 'memory-measured', run: 1, bytes: 5_000_000 }])
})

void t.test('memory that cannot be read is not known', async (test) => {
  const { machine, perform, news } = running(WEB)
  const failures = [async () => new Map(), () => Promise.reject(new Error('EMFILE')), () => fail('EMFILE')]
  for (const usage of failures) {
    machine.uses(usage)
    perform({ kind: 'measure-memory', run: 1 })
    await settled()
    test.strictSame(news(), [{ kind: 'memory-measured', run: 1, bytes: null }])
  }
})

void t.test('a stranger does not become the main process', (test) => {
  const { machine, perform, news } = running(serviceConfig({ preStop: [{ argv: ['true'], timeoutMs: 1_000 }] }))
  machine.family = [777]
  perform({ kind: 'follow-main-process', run: 1, pid: 778 })
  test.strictSame(news(), [])
  perform({ kind: 'run-hook', run: 1, hook: 'pre-stop' })
  test.equal(machine.process('web').service.environment.get('MAINPID'), '100')
  test.end()
})

void t.test('when the machine follows another process by itself, that is the main process', async (test) => {
  const { machine, perform, news } = running(WEB)
  machine.process('web').listener.mainChanged?.(321)
  test.strictSame(news(), [{ kind: 'main-process-changed', run: 1, pid: 321 }])
  machine.news()
  perform({ kind: 'measure-memory', run: 1 })
  await settled()
  test.strictSame(machine.news(), ['usage 321'])
})

void t.test('before anything was spawned there is nothing to ask or to take back', (test) => {
  const { machine, perform, news } = performed(WEB)
  perform(CHECK)
  perform({ kind: 'cancel-health-check', run: 1 })
  perform({ kind: 'cancel-hook', run: 1 })
  perform({ kind: 'follow-main-process', run: 1, pid: 3 })
  test.strictSame([machine.news(), news()], [[], []])
  test.end()
})

function fail(why: string): never {
  throw new Error(why)
}

void t.test('a run is over when what its check has started is gone too', (test) => {
  const set = supervised(config(WEB))
  const { machine, states } = set
  machine.probesDieSlowly = true
  set.loop.dispatch({ kind: 'begun' })
  machine.spawned('web')
  machine.process('web').listener.exited({ kind: 'code', code: 1 })
  machine.process('web').listener.outputEnded()
  machine.clears('web')
  test.strictSame(states(), ['web stopping'])
  for (const { dying } of machine.probes) for (const gone of dying) gone()
  test.strictSame(states(), ['web backoff'])
  test.end()
})
