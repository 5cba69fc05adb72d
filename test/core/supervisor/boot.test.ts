import t from 'tap'
import type { AnalyzeReply } from '../../../src/core/control/analyze-reply.ts'
import type { Config, Ready } from '../../../src/core/config/model.ts'
import { analyse } from '../../../src/core/supervisor/analysis.ts'
import { newBoot, noteStep, type Boot } from '../../../src/core/supervisor/boot.ts'
import { withCommand } from '../../../src/core/supervisor/command.ts'
import { newSupervisor, type Supervisor } from '../../../src/core/supervisor/state.ts'
import { step } from '../../../src/core/supervisor/step.ts'
import { config, needs, needsDone, restart, serviceConfig, TOLD } from '../support.ts'
import { readEvent } from './language.ts'

/** A start that is played with lines such as `30 db ready`; it began at 1000, the supervisor's process 60 before. */
class Start {
  readonly boot: Boot = newBoot()
  #supervisor: Supervisor
  #at = 0

  constructor(set: Config, ...lines: readonly string[]) {
    this.#supervisor = newSupervisor(set, new Set(set.services.keys()), 1000)
    this.play('0 begin', ...lines)
  }

  play(...lines: readonly string[]): this {
    for (const line of lines) {
      const [ms = '', ...words] = line.split(' ')
      this.#at = Number(ms)
      const before = this.#supervisor
      const event = readEvent(words.join(' '), (name) => before.members.get(name)?.service.history.run ?? 0)
      const at = 1000 + this.#at
      const { supervisor, effects } = step(before, event, { at, chance: 0.5 })
      this.#supervisor = supervisor
      noteStep(this.boot, { before, after: supervisor, event, effects, at })
    }
    return this
  }

  analysis(...names: readonly string[]): Omit<AnalyzeReply, 'name' | 'since'> {
    const all = [...this.#supervisor.members.keys()]
    const process = { processAt: 940, nodeAt: 950 }
    const now = 1000 + this.#at
    return analyse({ boot: this.boot, supervisor: this.#supervisor, process, now }, names.length > 0 ? names : all)
  }

  /** Each part of the critical path: `init 0-30 completed`, with times since the first service might start. */
  path(...names: readonly string[]): readonly string[] {
    return this.analysis(...names).critical_path.map(
      ({ service, from_ms: from, to_ms: to, reached }) => `${service} ${from - 60}-${to - 60} ${reached ?? 'still'}`,
    )
  }

  service(name: string): AnalyzeReply['services'][number] | undefined {
    return this.analysis().services.find((service) => service.name === name)
  }
}

const STACK = config(
  serviceConfig({ name: 'init', type: 'oneshot' }),
  serviceConfig({ name: 'db', ready: TOLD, dependsOn: [needsDone('init')] }),
  serviceConfig({ name: 'cache', ready: TOLD }),
  serviceConfig({ name: 'app', ready: TOLD, dependsOn: [needs('db'), needs('cache')] }),
)
const STACK_UP = [
  '2 init spawned',
  '3 cache spawned',
  '20 cache ready',
  '30 init exits 0',
  '31 init cleared',
  '33 db spawned',
  '90 db ready',
  '95 app spawned',
  '140 app ready',
]

void t.test('a start is told service by service, with the path that all waited for', async (test) => {
  const start = new Start(STACK, ...STACK_UP)
  const run = { run: 1, healthy_ms: null, ended_ms: null, outcome: null }
  const known = { omitted_runs: 0, state: 'running', type: 'longrun' }
  test.same(start.analysis(), {
    now_ms: 200,
    supervisor: { node_ms: 10, begun_ms: 60 },
    total_ms: 200,
    services: [
      {
        ...known,
        name: 'init',
        type: 'oneshot',
        state: 'completed',
        waited_for: null,
        condition: null,
        waited_ms: 0,
        took_ms: 31,
        ready_ms: 91,
        share: 0.155,
        runs: [{ ...run, asked_ms: 60, spawned_ms: 62, ready_ms: null, ended_ms: 91, outcome: 'completed' }],
      },
      {
        ...known,
        name: 'db',
        waited_for: 'init',
        condition: 'service_completed_successfully',
        waited_ms: 31,
        took_ms: 59,
        ready_ms: 150,
        share: 0.295,
        runs: [{ ...run, asked_ms: 91, spawned_ms: 93, ready_ms: 150 }],
      },
      {
        ...known,
        name: 'cache',
        waited_for: null,
        condition: null,
        waited_ms: 0,
        took_ms: 20,
        ready_ms: 80,
        share: 0,
        runs: [{ ...run, asked_ms: 60, spawned_ms: 63, ready_ms: 80 }],
      },
      {
        ...known,
        name: 'app',
        waited_for: 'db',
        condition: 'service_ready',
        waited_ms: 90,
        took_ms: 50,
        ready_ms: 200,
        share: 0.25,
        runs: [{ ...run, asked_ms: 150, spawned_ms: 155, ready_ms: 200 }],
      },
    ],
    critical_path: [
      { service: 'init', reached: 'completed', from_ms: 60, to_ms: 91, share: 0.155 },
      { service: 'db', reached: 'ready', from_ms: 91, to_ms: 150, share: 0.295 },
      { service: 'app', reached: 'ready', from_ms: 150, to_ms: 200, share: 0.25 },
    ],
    advice: [],
  })
  test.equal(start.boot.endedAt, 1140)
})

void t.test('who is asked for alone comes with those that it waited for', async (test) => {
  const start = new Start(STACK, ...STACK_UP)
  test.same(
    start.analysis('db').services.map(({ name }) => name),
    ['init', 'db'],
  )
  test.equal(start.analysis('db').total_ms, 150)
  test.same(start.path('cache'), ['cache 0-20 ready'])
})

void t.test('what comes after the start changes nothing', async (test) => {
  const start = new Start(STACK, ...STACK_UP)
  const told = start.analysis().services
  start.play(
    '900 app dies SIGKILL',
    '901 app cleared',
    '1000 app timer restart-delay',
    '1010 app spawned',
    '1020 app ready',
  )
  test.same(start.analysis().services, told)
})

void t.test('in the middle of a start the path leads to who has been on his way for longest', async (test) => {
  const start = new Start(STACK, ...STACK_UP.slice(0, 6))
  test.equal(start.analysis().total_ms, null)
  start.play('80 nobody ready')
  test.same(start.path(), ['init 0-31 completed', 'db 31-80 still'])
  test.match(start.service('app'), { state: 'waiting', waited_ms: 80, took_ms: null, ready_ms: null, runs: [] })
})

void t.test('of one that cannot begin yet, the path leads to what it waits for', async (test) => {
  const start = new Start(STACK, ...STACK_UP.slice(0, 6), '80 nobody ready')
  test.same(start.path('app'), ['init 0-31 completed', 'db 31-80 still'])
  test.same(
    start.analysis('app').services.map(({ name }) => name),
    ['init', 'db', 'app'],
  )
})

void t.test(
  'where nobody is on his way any more, the path leads to who failed, not to others who were ready',
  async (test) => {
    const set = config(
      serviceConfig({ name: 'db', ready: TOLD, restart: restart({ policy: 'no' }), onFailure: 'ignore' }),
      serviceConfig({ name: 'app', dependsOn: [needs('db')] }),
      serviceConfig({ name: 'other' }),
    )
    const start = new Start(set, '5 db spawned', '20 db exits 3', '21 db cleared', '26 other spawned')
    for (const names of [[], ['app'], ['db']]) test.same(start.path(...names), ['db 0-21 failed'])
    test.same(start.path('other'), ['other 0-26 ready'])
  },
)

void t.test('runs that fail are part of the start, with the time between them', async (test) => {
  const set = config(
    serviceConfig({ name: 'db', ready: TOLD, restart: restart({ delayMs: 100 }) }),
    serviceConfig({ name: 'app', dependsOn: [needs('db')] }),
  )
  const start = new Start(
    set,
    '5 db spawned',
    '20 db exits 3',
    '21 db cleared',
    '121 db timer restart-delay',
    '125 db spawned',
    '150 db ready',
    '155 app spawned',
  )
  test.same(start.path(), ['db 0-150 ready', 'app 150-155 ready'])
  test.match(start.service('db'), {
    took_ms: 150,
    runs: [
      { run: 1, asked_ms: 60, spawned_ms: 65, ready_ms: null, ended_ms: 81, outcome: 'failed' },
      { run: 2, asked_ms: 181, spawned_ms: 185, ready_ms: 210, ended_ms: null, outcome: null },
    ],
  })
  test.same(start.analysis().advice, ['db: a run failed before, which took 121 ms: let it depend on what it needs'])
})

void t.test('one that crashes once it is ready, before the others are, is not yet there', async (test) => {
  const set = config(serviceConfig({ name: 'slow', ready: TOLD }), serviceConfig({ name: 'hasty' }))
  const start = new Start(set, '1 slow spawned', '2 hasty spawned', '9 hasty exits 1', '10 hasty cleared')
  test.match(start.service('hasty'), { ready_ms: null, state: 'backoff' })
  start.play('110 hasty timer restart-delay', '111 hasty spawned', '200 slow ready')
  test.match(start.service('hasty'), { ready_ms: 171, took_ms: 111 })
  test.equal(start.analysis().total_ms, 260)
})

void t.test('of one that crashes on and on, the first runs are kept and the last', async (test) => {
  const set = config(serviceConfig({ name: 'slow', ready: TOLD }), serviceConfig({ name: 'mad' }))
  const start = new Start(set, '0 slow spawned')
  for (let run = 0; run < 50; run += 1) {
    const at = run * 10
    start.play(
      `${at} mad spawned`,
      `${at + 1} mad exits 1`,
      `${at + 2} mad cleared`,
      `${at + 9} mad timer restart-delay`,
    )
  }
  const { runs, omitted_runs: omitted } = start.service('mad') ?? { runs: [], omitted_runs: 0 }
  test.same(
    runs.map(({ run }) => run),
    [1, 2, 3, 4, 5, 6, 7, 51],
  )
  test.equal(omitted, 43)
})

void t.test('what was ready for long enough has come up, whatever becomes of it', async (test) => {
  const set = config(
    serviceConfig({ name: 'stuck', type: 'oneshot' }),
    serviceConfig({ name: 'web', restart: restart({ resetAfterMs: 1000 }) }),
  )
  const start = new Start(set, '1 stuck spawned', '2 web spawned', '5000 web exits 1', '5001 web cleared')
  test.match(start.service('web'), { ready_ms: 62, runs: [{ run: 1, outcome: null }] })
})

void t.test('what somebody tells to stop, and what he starts after that, is no start of ours', async (test) => {
  const start = new Start(
    STACK,
    '2 init spawned',
    '3 cache spawned',
    '10 stop cache',
    '12 cache exits 0',
    '13 cache cleared',
  )
  test.match(start.service('cache'), { ready_ms: null, runs: [{ ended_ms: 70, outcome: 'stopped' }] })
  start.play('20 start cache', '21 cache spawned', '22 cache ready')
  test.match(start.service('cache'), { ready_ms: null, runs: [{ run: 1 }] })
})

void t.test('who could do without one that failed was let go by its end', async (test) => {
  const set = config(
    serviceConfig({ name: 'seed', type: 'oneshot', onFailure: 'ignore' }),
    serviceConfig({ name: 'app', dependsOn: [{ ...needsDone('seed'), required: false }] }),
  )
  const start = new Start(set, '1 seed spawned', '40 seed exits 1', '41 seed cleared', '45 app spawned')
  test.same(start.path(), ['seed 0-41 failed', 'app 41-45 ready'])
  test.equal(start.analysis().total_ms, null)
})

void t.test('what is there already takes no time, and the command is there once it is spawned', async (test) => {
  const set = withCommand(config(serviceConfig({ name: 'init', type: 'oneshot', creates: '/data' })), ['bash'])
  const start = new Start(set, '3 init already-there', '8 (command) spawned')
  test.same(start.path('init'), ['init 0-3 completed', '(command) 3-8 ready'])
  test.equal(start.analysis().total_ms, 68)
  test.equal(start.boot.endedAt, 1008)
})

void t.test('jobs that have their own time, and what is off, are no part of it', async (test) => {
  const set = config(
    serviceConfig({ name: 'web' }),
    serviceConfig({ name: 'off', enabled: false }),
    serviceConfig({ name: 'job', type: 'oneshot', schedule: { kind: 'every', everyMs: 1000 } }),
  )
  const start = new Start(set, '4 web spawned')
  test.same(
    start.analysis().services.map(({ name }) => name),
    ['web'],
  )
  test.equal(start.analysis().total_ms, 64)
})

const POLLED: Ready = { kind: 'poll', probe: { kind: 'file', path: '/ready' }, intervalMs: 250, timeoutMs: 1000 }

void t.test('advice is given where time was lost that can be measured', async (test) => {
  const polled = new Start(
    config(serviceConfig({ name: 'web', ready: POLLED })),
    '1 web spawned',
    '10 web unready no',
    '200 web unready no',
    '440 web ready',
  )
  test.same(polled.analysis().advice, [
    'web: up to 240 ms passed between its being ready and the question that found it so: "ready: {notify: …}" or "{log: …}" tells at once, a shorter "interval" sooner',
  ])
  const delayed = new Start(
    config(serviceConfig({ name: 'web', ready: { kind: 'delay', delayMs: 300 } })),
    '1 web spawned',
    '301 web timer ready-delay',
  )
  test.same(delayed.analysis().advice, [
    'web: "ready: {delay: …}" takes 300 ms, whether it is ready or not: a check would end with it',
  ])
})

void t.test('advice is given where somebody waited for health, and not for readiness', async (test) => {
  const healthcheck = {
    probe: { kind: 'file', path: '/well' },
    intervalMs: 30_000,
    timeoutMs: 1000,
    retries: 3,
    startPeriodMs: 60_000,
    startIntervalMs: 500,
    onUnhealthy: 'restart',
    isReadiness: false,
  } as const
  const set = config(
    serviceConfig({ name: 'db', ready: TOLD, healthcheck }),
    serviceConfig({ name: 'app', dependsOn: [{ ...needs('db'), condition: 'service_healthy' }] }),
  )
  const start = new Start(
    set,
    '1 db spawned',
    '20 db ready',
    '30 db fails no',
    '530 db timer health-interval',
    '540 db passes',
    '545 app spawned',
  )
  test.same(start.path(), ['db 0-540 healthy', 'app 540-545 ready'])
  test.same(start.analysis().advice, [
    'db: app waited 520 ms for its first good health check, though it was ready: "condition: service_ready", or a shorter "start_interval"',
  ])
})
