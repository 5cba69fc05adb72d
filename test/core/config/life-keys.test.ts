import t from 'tap'
import type { Config, Healthcheck, Hook, Probe, Schedule, ServiceConfig } from '../../../src/core/config/model.ts'
import { interpolate } from '../../../src/core/config/interpolate.ts'
import { readConfig } from '../../../src/core/config/read-config.ts'
import { settleTree } from '../../../src/core/config/settle-tree.ts'
import type { World } from '../../../src/core/config/world.ts'
import { treeOf } from './tree-of.ts'
import { worldOf } from './world-of.ts'

function configOf(yaml: string, world: Partial<World> = {}): Config {
  const { config, problems } = readConfig(treeOf(yaml), worldOf(world))
  if (config === null) throw new Error(problems.map(({ path, message }) => `${path}: ${message}`).join('\n'))
  return config
}

/** The service `web` with these keys, one a line, beside `command: node`. */
function webOf(keys: string, world: Partial<World> = {}): ServiceConfig {
  const yaml = `services:\n  web:\n    command: node\n${keys.replaceAll(/^(?=.)/gm, '    ')}\n  db: {command: a, healthcheck: {tcp: 1}}\n  job: {command: a, type: oneshot}\n`
  const web = configOf(yaml, world).services.get('web')
  if (web === undefined) throw new Error('there is no service "web"')
  return web
}

const TCP: Probe = { kind: 'tcp', host: '127.0.0.1', port: 80 }
const HEALTHCHECK: Healthcheck = {
  probe: TCP,
  intervalMs: 30_000,
  timeoutMs: 30_000,
  retries: 3,
  startPeriodMs: 0,
  startIntervalMs: 5_000,
  onUnhealthy: 'restart',
  isReadiness: true,
}

function shell(text: string): Probe {
  return { kind: 'exec', argv: ['/bin/sh', '-c', text] }
}

const CHECKS: readonly (readonly [string, Partial<Healthcheck> | null])[] = [
  ['tcp: 80', {}],
  ['test: curl -f localhost || exit 1', { probe: shell('curl -f localhost || exit 1') }],
  ['test: true', { probe: shell('true') }],
  ['test: [CMD, curl, -f, ""]', { probe: { kind: 'exec', argv: ['curl', '-f', ''] } }],
  ['test: [CMD-SHELL, "a | b"]', { probe: shell('a | b') }],
  ['exec: a "b c"', { probe: { kind: 'exec', argv: ['a', 'b c'] } }],
  ['unix: /x', { probe: { kind: 'unix', path: '/x' } }],
  ['file: /x', { probe: { kind: 'file', path: '/x' } }],
  ['redis: {unix: /x}', { probe: { kind: 'redis', at: { kind: 'unix', path: '/x' } } }],
  [
    'tcp: 80\ninterval: 1s\ntimeout: 2s\nretries: 1\nstart_period: 1m\nstart_interval: 500ms\non_unhealthy: shutdown\ndisable: false',
    {
      intervalMs: 1_000,
      timeoutMs: 2_000,
      retries: 1,
      startPeriodMs: 60_000,
      startIntervalMs: 500,
      onUnhealthy: 'shutdown',
    },
  ],
  ['test: NONE', null],
  ['test: [NONE]\ninterval: 1s', null],
  ['disable: true', null],
  ['disable: "yes"\ntcp: 80\nretries: 5', null],
]

for (const [keys, changes] of CHECKS) {
  void t.test(`reads healthcheck ${JSON.stringify(keys)}`, async (test) => {
    const { healthcheck } = webOf(`healthcheck:\n${keys.replaceAll(/^/gm, '  ')}`)
    test.same(healthcheck, changes === null ? null : { ...HEALTHCHECK, ...changes })
  })
}

void t.test('without "ready" the healthcheck is readiness, asked as often as it may be', async (test) => {
  const poll = { kind: 'poll', probe: TCP } as const
  test.same(webOf('healthcheck: {tcp: 80}').ready, { ...poll, intervalMs: 5_000, timeoutMs: 30_000 })
  test.same(webOf('healthcheck: {tcp: 80, interval: 1s, timeout: 2s}').ready, {
    ...poll,
    intervalMs: 1_000,
    timeoutMs: 2_000,
  })
  const told = webOf('ready: {notify: systemd}\nhealthcheck: {tcp: 80}')
  test.same([told.ready, told.healthcheck], [{ kind: 'notify-systemd' }, { ...HEALTHCHECK, isReadiness: false }])
  const off = webOf('healthcheck: {tcp: 80, disable: true}')
  test.same([off.ready, off.healthcheck], [null, null])
})

void t.test('a healthcheck that is readiness has as long as it takes to be unhealthy, at least 60 s', async (test) => {
  const timeouts: readonly (readonly [string, number])[] = [
    ['healthcheck: {tcp: 80}', 180_000],
    ['healthcheck: {tcp: 80, interval: 1s, timeout: 1s}', 60_000],
    ['healthcheck: {tcp: 80, interval: 1s, timeout: 1s, start_period: 90s}', 96_000],
    ['healthcheck: {tcp: 80, start_period: 596h, retries: 1000000000}', 2_145_600_000],
    ['healthcheck: {tcp: 80}\nstart_timeout: 5s', 5_000],
    ['healthcheck: {tcp: 80}\nready: {delay: 1s}', 60_000],
    ['healthcheck: {tcp: 80, disable: true}', 60_000],
  ]
  for (const [keys, ms] of timeouts) test.equal(webOf(keys).startTimeoutMs, ms, keys)
})

const HOOK: Hook = { argv: ['a', 'b'], timeoutMs: 10_000 }
const HOOKS: readonly (readonly [string, Partial<ServiceConfig>])[] = [
  ['stop_command: a b', { stopCommand: HOOK }],
  ['stop_command: [a, b]', { stopCommand: HOOK }],
  ['stop_command: {command: a b, timeout: 1m}', { stopCommand: { ...HOOK, timeoutMs: 60_000 } }],
  ['stop_command: {script: "a | b"}', { stopCommand: { argv: ['/bin/sh', '-e', '-c', 'a | b'], timeoutMs: 10_000 } }],
  ['pre_stop: a b', { preStop: [HOOK] }],
  ['pre_stop: [a, b]', { preStop: [HOOK] }],
  ['post_start: []', { postStart: [] }],
  ['post_start: {command: [a, b]}', { postStart: [HOOK] }],
  [
    'post_start: [{command: [a, b]}, {command: x, timeout: 1s}]',
    { postStart: [HOOK, { argv: ['x'], timeoutMs: 1_000 }] },
  ],
  ['reload_signal: usr2', { reloadSignal: 'SIGUSR2' }],
  ['watchdog: 30s', { watchdogMs: 30_000, ready: null }],
]

for (const [keys, expected] of HOOKS) {
  void t.test(`reads ${keys}`, async (test) => {
    const web = webOf(keys)
    for (const key of Object.keys(expected) as (keyof ServiceConfig)[]) test.same(web[key], expected[key])
  })
}

const SCHEDULES: readonly (readonly [string, Schedule])[] = [
  ['every 10m', { kind: 'every', everyMs: 600_000 }],
  ['"  every   1h30m "', { kind: 'every', everyMs: 5_400_000 }],
  ['{every: 1s}', { kind: 'every', everyMs: 1_000 }],
  ['0 3 * * *', { kind: 'cron', expression: '0 3 * * *', timeZone: null }],
  ['"@daily"', { kind: 'cron', expression: '@daily', timeZone: null }],
  ['{cron: 0 3 * * *}', { kind: 'cron', expression: '0 3 * * *', timeZone: null }],
  [
    '{cron: " 0 3 * * 1 ", time_zone: Europe/Berlin}',
    { kind: 'cron', expression: '0 3 * * 1', timeZone: 'Europe/Berlin' },
  ],
]

for (const [written, schedule] of SCHEDULES) {
  void t.test(`reads schedule ${written}`, async (test) => {
    const asked: Schedule[] = []
    const scheduleRefusal = (found: Schedule): null => {
      asked.push(found)
      return null
    }
    const job = webOf(`type: oneshot\nschedule: ${written}`, { scheduleRefusal })
    test.same([job.schedule, asked], [schedule, [schedule]])
  })
}

void t.test('a job that failed takes nothing down, unless told, since its next time comes', async (test) => {
  test.equal(webOf('type: oneshot\nschedule: every 1h').onFailure, 'ignore')
  test.equal(webOf('type: oneshot\nschedule: every 1h\non_failure: shutdown').onFailure, 'shutdown')
  test.equal(webOf('type: oneshot').onFailure, 'shutdown')
})

void t.test('a job may be stopped in its own way', async (test) => {
  const job = webOf('type: oneshot\npre_stop: a b\nstop_command: a b')
  test.same([job.preStop, job.stopCommand], [[HOOK], HOOK])
})

void t.test('an edge says what follows when it is lost, in our words or those of Compose', async (test) => {
  const edges: readonly (readonly [string, string])[] = [
    ['', 'ignore'],
    ['when_lost: ignore', 'ignore'],
    ['when_lost: restart', 'restart'],
    ['when_lost: stop', 'stop'],
    ['restart: true', 'restart'],
    ['restart: "yes", when_lost: restart', 'restart'],
    ['restart: false', 'ignore'],
    ['restart: false, when_lost: ignore', 'ignore'],
  ]
  for (const [keys, whenLost] of edges) {
    test.same(webOf(`depends_on: {db: {${keys}}}`).dependsOn, [
      { service: 'db', condition: 'service_ready', required: true, whenLost },
    ])
  }
  test.equal(webOf('depends_on: {db: {condition: service_healthy, when_lost: stop}}').dependsOn[0]?.whenLost, 'stop')
  test.equal(webOf('depends_on: {db: {condition: service_started, when_lost: stop}}').dependsOn[0]?.whenLost, 'stop')
  test.equal(webOf('depends_on: {job: {when_lost: ignore}}').dependsOn[0]?.whenLost, 'ignore')
})

const PROFILES = `services:
  app: {command: a, depends_on: {db: {required: false}, mail: , gone: {required: false}, off: , none: }}
  db: {command: a, profiles: [embedded, all.in-one], user: nobody, depends_on: [off, mail]}
  mail: {command: a}
  off: {command: a, enabled: false, profiles: [embedded]}
  none: {command: a, scale: 0}
`

function enabledWith(...chosen: readonly string[]): readonly string[] {
  const { services } = configOf(PROFILES, { profiles: new Set(chosen), ...ROOT })
  return [...services.values()].filter(({ enabled }) => enabled).map(({ name }) => name)
}

const SWITCHED = `services:
  app: {command: a, depends_on: {db: {required: '\${A:+no}'}}, expand_file_env: '\${A:+yes}'}
  db: {command: a, enabled: '\${A:+no}'}
`

void t.test('a boolean of variables without a value is as if it did not stand there', async (test) => {
  const read = (environment: ReadonlyMap<string, string>): unknown => {
    const { tree } = interpolate(treeOf(SWITCHED), environment)
    const { config, problems } = readConfig(settleTree(tree), worldOf())
    const [app, db] = [...(config?.services.values() ?? [])]
    return [problems, app?.dependsOn.map(({ required }) => required), db?.enabled]
  }
  test.same(read(new Map()), [[], [true], true])
  test.same(read(new Map([['A', 'x']])), [[], [], false])
  const { problems } = readConfig(treeOf(SWITCHED.replaceAll(/\$\{.*?\}/g, '')), worldOf())
  test.same(
    problems.map(({ path, message }) => `${path}: ${message}`),
    ['app.depends_on.db.required', 'app.expand_file_env', 'db.enabled'].map(
      (path) => `services.${path}: expected true or false, found ""`,
    ),
  )
})

function enabledBy(a: string, b: string): unknown {
  const file = treeOf("services: {db: {command: a, enabled: '${A:-} ${B:-}'}}")
  const { tree } = interpolate(file, new Map(Object.entries({ A: a, B: b })))
  const { config, problems } = readConfig(settleTree(tree), worldOf())
  return config === null ? problems.map(({ message }) => message) : config.services.get('db')?.enabled
}

void t.test('of several words that variables leave, each has to be true', async (test) => {
  test.strictSame([enabledBy('', ''), enabledBy('yes', ''), enabledBy('On', 'yes')], [true, true, true])
  test.strictSame([enabledBy('', 'no'), enabledBy('no', 'no'), enabledBy('yes', 'no')], [false, false, false])
  test.same(enabledBy('no', 'maybe'), ['expected true or false, found "no maybe"'])
  const { problems } = readConfig(treeOf("services: {db: {command: a, enabled: 'no no'}}"), worldOf())
  test.same(
    problems.map(({ message }) => message),
    ['expected true or false, found "no no"'],
  )
})

const ROOT: Partial<World> = { findUser: () => ({ uid: 1, gid: 1, name: 'nobody', home: '/' }) }

void t.test('a service with profiles is there when one of them is chosen', async (test) => {
  test.same(enabledWith(), ['app', 'mail'])
  test.same(enabledWith('embedded'), ['app', 'db', 'mail'])
  test.same(enabledWith('all.in-one'), ['app', 'db', 'mail'])
  test.same(enabledWith('*'), ['app', 'db', 'mail'])
  test.same(configOf(PROFILES).services.get('db')?.profiles, ['embedded', 'all.in-one'])
})

void t.test('each edge that nobody waits for is told, with why', async (test) => {
  const gone = { service: 'app', dependency: 'gone', because: 'not-in-the-file' }
  const off = { service: 'app', dependency: 'off', because: 'disabled' }
  const none = { service: 'app', dependency: 'none', because: 'scale' }
  const without = configOf(PROFILES)
  test.same(without.droppedEdges, [gone, { service: 'app', dependency: 'db', because: 'profiles' }, off, none])
  test.same(
    without.services.get('app')?.dependsOn.map(({ service }) => service),
    ['mail'],
  )
  const all = configOf(PROFILES, { profiles: new Set(['embedded']), ...ROOT })
  test.same(all.droppedEdges, [gone, off, none, { service: 'db', dependency: 'off', because: 'disabled' }])
})
