import t from 'tap'
import { lookAt } from '../../../src/core/supervisor/look.ts'
import { statusOf } from '../../../src/core/supervisor/status.ts'
import { whyUnwell } from '../../../src/core/supervisor/unwell-words.ts'
import { config, needs, needsDone, restart, serviceConfig, TOLD } from '../support.ts'
import { CHECK } from './checks.ts'
import { Play } from './play.ts'

const CHAIN = [
  serviceConfig({ name: 'db', ready: TOLD }),
  serviceConfig({ name: 'migrate', type: 'oneshot', dependsOn: [needs('db')] }),
  serviceConfig({ name: 'app', dependsOn: [needsDone('migrate')] }),
  serviceConfig({ name: 'proxy', dependsOn: [needs('app')] }),
  serviceConfig({ name: 'edge', dependsOn: [needs('proxy')] }),
]
const STARTING = 'starting, not ready for 12 s of 1 min: no READY=1; last line: "FATAL: no disk"'

function reasons(play: Play, at = 0): Readonly<Record<string, string>> {
  const rows = statusOf(play.supervisor, at, (name) => (name === 'db' ? 'FATAL: no disk' : null))
  return Object.fromEntries(rows.map(({ name, reason }) => [name, reason]))
}

void t.test('a wait names what it hangs on, and the way there', (test) => {
  const play = new Play(config(...CHAIN))
  play.acts('begin', 'db spawned')
  test.match(reasons(play, 12_000), {
    migrate: `waiting for db: ${STARTING}`,
    app: `waiting for migrate, which waits for db: ${STARTING}`,
    proxy: `waiting for app, which waits for migrate, which waits for db: ${STARTING}`,
    edge: `waiting for proxy, which waits, through 2 others, for db: ${STARTING}`,
  })
  const row = statusOf(play.supervisor, 0).find(({ name }) => name === 'proxy')
  test.same(row?.waiting_for, [{ service: 'app', condition: 'service_ready', state: 'waiting' }])
  test.same(row?.blocked_by, ['db'])
  test.end()
})

void t.test(
  'of several, what nothing moves comes first, then what is in trouble, and three at most are told',
  (test) => {
    const names = ['slow', 'crashing', 'nobodys', 'late', 'later']
    const services = [
      ...names.map((name) => serviceConfig({ name, ready: TOLD })),
      serviceConfig({ name: 'app', dependsOn: names.map((name) => needs(name)) }),
    ]
    const play = new Play(config(...services))
    play.acts('stop nobodys', 'begin', 'slow spawned', 'crashing spawned', 'crashing exits 1', 'crashing cleared')
    test.equal(
      reasons(play)['app'],
      'waiting for nobodys: stopped on request; for crashing: backoff: exited with 1; next try in 100 ms; ' +
        'for slow: starting, not ready for 0 ms of 1 min: no READY=1; and for others',
    )
    test.same(statusOf(play.supervisor, 0).at(-1)?.blocked_by, ['nobodys', 'crashing', 'slow', 'late'])
    test.end()
  },
)

void t.test('the shortest way is told', (test) => {
  const services = [...CHAIN.slice(0, 3), serviceConfig({ name: 'top', dependsOn: [needs('app'), needs('db')] })]
  const play = new Play(config(...services))
  play.acts('begin', 'db spawned')
  test.match(reasons(play)['top'], /^waiting for db: starting/)
  test.end()
})

void t.test('a wait hangs on what is restarted, ill, at work, not due, or to end', (test) => {
  const other = serviceConfig({ name: 'other', type: 'oneshot', schedule: { kind: 'every', everyMs: 60_000 } })
  const healthcheck = { ...CHECK, onUnhealthy: 'ignore' } as const
  const services = [
    serviceConfig({ name: 'db', healthcheck }),
    serviceConfig({ name: 'job', type: 'oneshot' }),
    other,
    serviceConfig({ name: 'a', dependsOn: [needs('db', { condition: 'service_healthy' })] }),
    serviceConfig({ name: 'b', dependsOn: [needsDone('job')] }),
    serviceConfig({ name: 'c', dependsOn: [needsDone('other')] }),
    serviceConfig({ name: 'd', dependsOn: [needsDone('db')] }),
  ]
  const play = new Play(config(...services))
  play.acts('begin', 'db spawned', 'job spawned', 'db fails no disk')
  const ILL = 'running, unhealthy: a check failed (no disk); left as it is (on_unhealthy: ignore)'
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => reasons(play, 3_000)[name])
  test.equal(a, `waiting for db: ${ILL}`)
  test.equal(b, 'waiting for job: running, at work for 3 s')
  test.equal(c, 'waiting for other: waiting for its next time')
  test.equal(d, 'waiting for db: running for 3 s, not completed yet')
  play.acts('restart db')
  test.equal(
    reasons(play, 3_000)['a'],
    'waiting for db: stopping: to start again: SIGTERM sent 3 s ago, SIGKILL in 7 s',
  )
  test.end()
})

void t.test('a set that is not well tells causes first, and who waits for them in one line', (test) => {
  const never = restart({ policy: 'no' })
  const services = [...CHAIN, serviceConfig({ name: 'mail', restart: never, onFailure: 'ignore' })]
  const play = new Play(config(...services, serviceConfig({ name: 'alone', dependsOn: [needs('off')] })))
  play.acts('begin', 'db spawned', 'mail spawned', 'mail exits 3', 'mail cleared')
  test.same(
    whyUnwell(play.supervisor, 12_000, (name) => (name === 'db' ? 'FATAL: no disk' : null)),
    [
      'mail: failed: exited with 3',
      `db: ${STARTING}`,
      'alone: waiting for off: not declared',
      'waiting for that: migrate, app, proxy and edge',
    ],
  )
  play.acts('SIGTERM')
  test.same(whyUnwell(play.supervisor, 12_000), ['shutting down: SIGTERM'])
  test.end()
})

void t.test('who waits for one that was stopped by hand tells it once', (test) => {
  const play = new Play(config(...CHAIN))
  play.acts('stop db', 'begin')
  test.same(whyUnwell(play.supervisor, 0), [
    'migrate: waiting for db: stopped on request',
    'waiting for that: app, proxy and edge',
  ])
  test.end()
})

void t.test('of many layers each is looked at once', (test) => {
  const width = 30
  const layer = (depth: number): readonly string[] => Array.from({ length: width }, (_, index) => `s${depth}-${index}`)
  const services = Array.from({ length: 12 }, (_, depth) =>
    layer(depth).map((name) =>
      serviceConfig({ name, ready: TOLD, dependsOn: depth === 0 ? [] : layer(depth - 1).map((on) => needs(on)) }),
    ),
  ).flat()
  const play = new Play(config(...services))
  play.acts('begin')
  let asked = 0
  const members = new Map(play.supervisor.members)
  const counted = new Proxy(members, {
    get: (target, key) => {
      if (key === 'get') asked += 1
      const value: unknown = Reflect.get(target, key)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  const look = lookAt({ ...play.supervisor, members: counted }, 0)
  for (const { name } of services) look.rootsOf(name)
  // Each of the 9900 edges is looked at some times, not once for each of the 360 services.
  test.ok(asked < 200_000, String(asked))
  test.end()
})
