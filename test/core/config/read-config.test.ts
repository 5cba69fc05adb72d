import { DEFAULT_LOG_SETTINGS } from '../../../src/core/log/settings.ts'
import { assert, property } from 'fast-check'
import t from 'tap'
import type { Config, Ready, Restart, ServiceConfig } from '../../../src/core/config/model.ts'
import { readConfig } from '../../../src/core/config/read-config.ts'
import { FILE } from '../../../src/core/config/vocabulary/file.ts'
import type { World } from '../../../src/core/config/world.ts'
import { listTree, mappingTree, treeFor } from './tree-for.ts'
import { treeOf } from './tree-of.ts'
import { worldOf } from './world-of.ts'

const RESTART: Restart = {
  policy: 'always',
  delayMs: 100,
  maxDelayMs: 30_000,
  factor: 2,
  jitter: 0.1,
  maxAttempts: 0,
  windowMs: 60_000,
  preventExitCodes: [],
  resetAfterMs: 10_000,
}

const SERVICE: ServiceConfig = {
  name: 'web',
  type: 'longrun',
  argv: ['node'],
  creates: null,
  enabled: true,
  dependsOn: [],
  ready: null,
  startTimeoutMs: 60_000,
  restart: RESTART,
  successExitCodes: [0],
  onFailure: 'shutdown',
  onSuccess: 'ignore',
  stopSignal: 'SIGTERM',
  stopGracePeriodMs: 10_000,
  killMode: 'process',
  environment: new Map(),
  fallbackFiles: new Map(),
  clearEnv: false,
  workingDir: null,
  user: null,
  groupAdd: [],
  instance: null,
  profiles: [],
  healthcheck: null,
  watchdogMs: null,
  postStart: [],
  preStop: [],
  stopCommand: null,
  reloadSignal: 'SIGHUP',
  schedule: null,
  umask: null,
  nice: null,
  oomScoreAdj: null,
  ulimits: new Map(),
  capAdd: [],
  capDrop: [],
  noNewPrivileges: false,
  cgroup: null,
  maxMemoryBytes: null,
  description: null,
  logs: DEFAULT_LOG_SETTINGS,
  labels: new Map(),
}

function configOf(yaml: string, world: Partial<World> = {}): Config {
  const { config, problems } = readConfig(treeOf(yaml), worldOf(world))
  if (config === null) throw new Error(problems.map(({ path, message }) => `${path}: ${message}`).join('\n'))
  return config
}

/** The service `web` with these keys, one a line, beside `command: node`. */
function webOf(keys: string, world: Partial<World> = {}): ServiceConfig {
  const command = /^(?:command|script):/m.test(keys) ? '' : '    command: node\n'
  const yaml = `services:\n  web:\n${command}${keys.replaceAll(/^(?=.)/gm, '    ')}\n  db: {command: a}\n  job: {command: a, type: oneshot}\n`
  const web = configOf(yaml, world).services.get('web')
  if (web === undefined) throw new Error('there is no service "web"')
  return web
}

void t.test('a file with nothing but a command has every default', async (test) => {
  test.same(configOf('services: {web: {command: node}}'), {
    name: 'project',
    services: new Map([['web', SERVICE]]),
    shutdownTimeoutMs: null,
    whenKilled: 'kill',
    logs: DEFAULT_LOG_SETTINGS,
    controlAllow: { users: new Map(), groups: new Map() },
    command: { waitFor: 'ready', timeoutMs: null },
    signals: new Map(),
    secretNames: new Set(),
    secrets: new Set(),
    absences: new Map(),
    droppedEdges: [],
  })
})

void t.test('a oneshot has its own defaults', async (test) => {
  const job = configOf('services: {job: {type: oneshot, command: a}}').services.get('job')
  test.same(job, {
    ...SERVICE,
    name: 'job',
    type: 'oneshot',
    argv: ['a'],
    startTimeoutMs: null,
    restart: { ...RESTART, policy: 'no' },
  })
})

void t.test('under a terminal a failure does not take the others down', async (test) => {
  test.equal(webOf('', { mode: 'up' }).onFailure, 'ignore')
  test.equal(webOf('restart: no\non_failure: shutdown', { mode: 'up' }).onFailure, 'shutdown')
})

void t.test('the file names the project and limits the shutdown', async (test) => {
  const { name, shutdownTimeoutMs } = configOf(
    'name: shop\nshutdown: {timeout: 25s}\nx-any: [1]\nservices: {a: {command: a}}',
  )
  test.same({ name, shutdownTimeoutMs }, { name: 'shop', shutdownTimeoutMs: 25_000 })
})

const SIMPLE: readonly (readonly [string, Partial<ServiceConfig>])[] = [
  ['command: node "my server.js"', { argv: ['node', 'my server.js'] }],
  ['command: [sleep, 5, true, ""]', { argv: ['sleep', '5', 'true', ''] }],
  ['script: "a | b\\n"', { argv: ['/bin/sh', '-e', '-c', 'a | b\n'] }],
  [
    'type: oneshot\ncreates: /x',
    { type: 'oneshot', creates: '/x', startTimeoutMs: null, restart: { ...RESTART, policy: 'no' } },
  ],
  ['enabled: "false"', { enabled: false }],
  ['enabled: "YES"', { enabled: true }],
  ['enabled: 0', { enabled: false }],
  ['start_timeout: 1m30s\nready: {notify: systemd}', { startTimeoutMs: 90_000, ready: { kind: 'notify-systemd' } }],
  ['success_exit_codes: [0, "143"]', { successExitCodes: [0, 143] }],
  ['on_failure: ignore', { onFailure: 'ignore' }],
  ['stop_signal: int', { stopSignal: 'SIGINT' }],
  ['stop_signal: 9', { stopSignal: 'SIGKILL' }],
  ['stop_grace_period: 0s\nkill_mode: group', { stopGracePeriodMs: 0, killMode: 'group' }],
  ['clear_env: true\nworking_dir: /srv', { clearEnv: true, workingDir: '/srv' }],
  [
    'description: the web\nlabels: [a=b=c, d]',
    {
      description: 'the web',
      labels: new Map([
        ['a', 'b=c'],
        ['d', ''],
      ]),
    },
  ],
  [
    'labels: {a: 1, b: }\nx-mine: {a: 1}',
    {
      labels: new Map([
        ['a', '1'],
        ['b', ''],
      ]),
    },
  ],
  ['restart: no', { restart: { ...RESTART, policy: 'no' } }],
  ['restart: on-failure:3', { restart: { ...RESTART, policy: 'on-failure', maxAttempts: 3 } }],
  ['restart: {delay: 1m}', { restart: { ...RESTART, delayMs: 60_000, maxDelayMs: 60_000 } }],
  [
    'restart: {policy: unless-stopped, delay: 1s, max_delay: 2s, factor: "1.5", jitter: 2.5%, max_attempts: "4", window: 1m, prevent_exit_codes: [78, "1"], reset_after: 0s}',
    {
      restart: {
        policy: 'unless-stopped',
        delayMs: 1_000,
        maxDelayMs: 2_000,
        factor: 1.5,
        jitter: 0.025,
        maxAttempts: 4,
        windowMs: 60_000,
        preventExitCodes: [78, 1],
        resetAfterMs: 0,
      },
    },
  ],
  ['user: ""', { user: null }],
  ['user: postgres', { user: { uid: 70, gid: 71, name: 'postgres', home: '/var/lib/postgresql' } }],
  ['user: postgres:adm', { user: { uid: 70, gid: 4, name: 'postgres', home: '/var/lib/postgresql' } }],
  ['user: 1000', { user: { uid: 1000, gid: 1000, name: 'app', home: '/home/app' } }],
  ['user: 4711', { user: { uid: 4711, gid: 0, name: null, home: null } }],
  ['user: "4711:4712"', { user: { uid: 4711, gid: 4712, name: null, home: null } }],
  ['group_add: [adm, 20, "21"]', { groupAdd: [4, 20, 21] }],
]

for (const [keys, changes] of SIMPLE) {
  void t.test(`reads ${JSON.stringify(keys)}`, async (test) => {
    test.same(webOf(keys), { ...SERVICE, ...changes })
  })
}

const TIMES = { intervalMs: 250, timeoutMs: 1_000 }
const LOOPBACK = { kind: 'tcp', host: '127.0.0.1' } as const
const HTTP = {
  kind: 'http',
  url: 'https://[::1]:8443/a?b#c',
  status: [[200, 399]],
  headers: new Map(),
  body: null,
  unix: null,
} as const

const READY: readonly (readonly [string, Ready])[] = [
  ['notify: systemd', { kind: 'notify-systemd' }],
  ['notify: fd:3', { kind: 'notify-fd', fd: 3 }],
  ['notify: fd:auto', { kind: 'notify-fd', fd: 'auto' }],
  ['log: "ready in \\\\d+ ms"', { kind: 'log', source: String.raw`ready in \d+ ms` }],
  ['delay: 2s', { kind: 'delay', delayMs: 2_000 }],
  ['tcp: 5432', { kind: 'poll', probe: { ...LOOPBACK, port: 5432 }, ...TIMES }],
  ['tcp: "5432"', { kind: 'poll', probe: { ...LOOPBACK, port: 5432 }, ...TIMES }],
  ['tcp: "db.local:1"', { kind: 'poll', probe: { kind: 'tcp', host: 'db.local', port: 1 }, ...TIMES }],
  ['tcp: "[::1]:65535"', { kind: 'poll', probe: { kind: 'tcp', host: '::1', port: 65_535 }, ...TIMES }],
  [
    'unix: /x, interval: 1s, timeout: 2s',
    { kind: 'poll', probe: { kind: 'unix', path: '/x' }, intervalMs: 1_000, timeoutMs: 2_000 },
  ],
  [`http: "${HTTP.url}"`, { kind: 'poll', probe: HTTP, ...TIMES }],
  [
    `http: {url: "${HTTP.url}", status: [200, "204", 300-301], headers: {Host: x, N: 1}, body: ok, unix: /x}`,
    {
      kind: 'poll',
      probe: {
        ...HTTP,
        status: [
          [200, 200],
          [204, 204],
          [300, 301],
        ],
        headers: new Map([
          ['Host', 'x'],
          ['N', '1'],
        ]),
        body: 'ok',
        unix: '/x',
      },
      ...TIMES,
    },
  ],
  [
    'postgres: {}',
    {
      kind: 'poll',
      probe: { kind: 'postgres', at: { ...LOOPBACK, port: 5432 }, user: 'postgres', database: 'postgres' },
      ...TIMES,
    },
  ],
  [
    'postgres: {unix: /x, user: a, database: b}',
    { kind: 'poll', probe: { kind: 'postgres', at: { kind: 'unix', path: '/x' }, user: 'a', database: 'b' }, ...TIMES },
  ],
  [
    'redis: {host: r, port: 1}',
    { kind: 'poll', probe: { kind: 'redis', at: { kind: 'tcp', host: 'r', port: 1 } }, ...TIMES },
  ],
  ['redis: {}', { kind: 'poll', probe: { kind: 'redis', at: { ...LOOPBACK, port: 6379 } }, ...TIMES }],
  ['exec: "test -e /x"', { kind: 'poll', probe: { kind: 'exec', argv: ['test', '-e', '/x'] }, ...TIMES }],
  ['file: /x', { kind: 'poll', probe: { kind: 'file', path: '/x' }, ...TIMES }],
]

for (const [keys, ready] of READY) {
  void t.test(`reads ready ${keys}`, async (test) => {
    test.same(webOf(`ready: {${keys}}`).ready, ready)
  })
}

const EDGE = { required: true, whenLost: 'ignore' } as const

void t.test('a dependency waits for what suits the type of the other, unless told', async (test) => {
  test.same(webOf('depends_on: [db, job]').dependsOn, [
    { ...EDGE, service: 'db', condition: 'service_ready' },
    { ...EDGE, service: 'job', condition: 'service_completed_successfully' },
  ])
  test.same(webOf('depends_on: {db: {condition: service_started}, job: {required: false}}').dependsOn, [
    { ...EDGE, service: 'db', condition: 'service_started' },
    { ...EDGE, service: 'job', condition: 'service_completed_successfully', required: false },
  ])
  test.same(webOf('depends_on: {db: , elsewhere: {required: false}}').dependsOn, [
    { ...EDGE, service: 'db', condition: 'service_ready' },
  ])
})

void t.test('a disabled service asks nothing of the machine, and nobody waits for it', async (test) => {
  const yaml = `services:
  db: {command: a, enabled: "false", user: nobody, group_add: [x], env_file: x, depends_on: [app], ready: {tcp: 1}}
  app: {command: a, depends_on: {db: {condition: service_healthy}}, ready: {tcp: 1}}
`
  const services = [...configOf(yaml, { hasTool: () => false }).services.values()]
  test.same(
    services.map(({ name, enabled, dependsOn, user }) => ({ name, enabled, dependsOn, user })),
    [
      { name: 'db', enabled: false, dependsOn: [], user: null },
      { name: 'app', enabled: true, dependsOn: [], user: null },
    ],
  )
})

const FILES = new Map([
  ['top.env', 'A=top-file\nB=top-file\nC=top-file\nD=top-file\nPATH'],
  ['web.env', "C=web-file\nD=web-file\nE=${HOME}-$$-${A:-none}\nF='${HOME}'\nG=${E}"],
])

void t.test(
  'variables go from the files at the top to the keys of the service, the later over the earlier',
  async (test) => {
    const yaml = `
env_file: top.env
environment: {B: top, C: top, D: top, N: 1, T: true, NONE: , HOME: }
services:
  web:
    command: a
    env_file: [{path: web.env}]
    environment: [D=web, A, H=x=y]
`
    const world: Partial<World> = {
      environment: new Map([
        ['PATH', '/bin'],
        ['HOME', '/root'],
      ]),
      readText: (path) => ({ kind: 'text', text: FILES.get(path) ?? '' }),
    }
    test.same(
      [...(configOf(yaml, world).services.get('web')?.environment ?? [])],
      [
        ['B', 'top'],
        ['C', 'web-file'],
        ['D', 'web'],
        ['PATH', '/bin'],
        ['N', '1'],
        ['T', 'true'],
        ['HOME', '/root'],
        ['E', '/root-$-none'],
        ['F', '${HOME}'],
        ['G', '/root-$-none'],
        ['H', 'x=y'],
      ],
    )
  },
)

void t.test('required variables may come from the file itself', async (test) => {
  const yaml = 'required_env: [PATH, A, B]\nenvironment: {A: 1}\nenv_file: a\nservices: {a: {command: a}}'
  test.equal(configOf(yaml, { readText: () => ({ kind: 'text', text: 'B=1' }) }).name, 'project')
})

void t.test('names of the language are names like others', async (test) => {
  const yaml = 'services: {constructor: {command: a, labels: {__proto__: x}, environment: {__proto__: y}}}'
  const service = configOf(yaml).services.get('constructor')
  test.same([...(service?.labels ?? [])], [['__proto__', 'x']])
  test.same([...(service?.environment ?? [])], [['__proto__', 'y']])
  test.equal(({} as Record<string, unknown>)['command'], undefined)
})

void t.test('a user without being root is allowed when it is oneself', async (test) => {
  const world: Partial<World> = { currentUid: 1000, currentGid: 1000, hasTool: () => false }
  test.equal(webOf('user: app', world).user?.uid, 1000)
})

void t.test('a chain of two thousand services is read', async (test) => {
  const names = Array.from({ length: 2_000 }, (_, index) => `s${index}`)
  const services = names.map(
    (name, index) => `  ${name}: {command: a${index === 0 ? '' : `, depends_on: [s${index - 1}]`}}`,
  )
  test.equal(configOf(`services:\n${services.join('\n')}\n`).services.size, 2_000)
})

void t.test('a hundred thousand mistakes are not all told', async (test) => {
  const items = Array.from({ length: 100_000 }, (_, index) => {
    const item = listTree([])
    return { ...item, place: { ...item.place, line: index + 1 } }
  })
  const tree = mappingTree([['required_env', listTree(items)]])
  test.equal(readConfig(tree, worldOf()).problems.length, 1_000)
})

void t.test('any tree is read without throwing, and refused exactly when an error is told', async (test) => {
  const told = { accepted: 0, refused: 0 }
  assert(
    property(treeFor(FILE.form), (tree) => {
      const { config, problems } = readConfig(tree, worldOf())
      told[config === null ? 'refused' : 'accepted'] += 1
      return (config === null) === problems.some(({ severity }) => severity === 'error')
    }),
    { numRuns: 2_000 },
  )
  test.ok(told.accepted > 100 && told.refused > 100, JSON.stringify(told))
})
