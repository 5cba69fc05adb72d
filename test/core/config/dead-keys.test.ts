import t from 'tap'
import { expandScale } from '../../../src/core/config/expand-scale.ts'
import { readConfig } from '../../../src/core/config/read-config.ts'
import { treeOf } from './tree-of.ts'
import { worldOf } from './world-of.ts'

/** What is wrong with a file, as `code path: message`. */
function told(yaml: string): readonly string[] {
  const { problems } = readConfig(expandScale(treeOf(yaml), new Map()).tree, worldOf())
  return problems.map(({ code, path, message }) => `${code} ${path.replace('services.a.', '')}: ${message}`)
}

const service = (keys: string): string => `services: {a: {command: a, ${keys}}}`

const NO = 'leave it out, or take "policy: on-failure"'
const START = 'it goes with "ready", "healthcheck" or "post_start"'
const own = (name: string): string => `the supervisor sets "${name}" itself, over what stands here; leave it out`

const DEAD: readonly (readonly [keys: string, told: readonly string[]])[] = [
  [
    'restart: {policy: no, delay: 1s, max_attempts: 2, window: 1s}',
    ['delay', 'max_attempts', 'window'].map(
      (key) => `conflicting-keys restart.${key}: "${key}" does nothing with "policy: no"; ${NO}`,
    ),
  ],
  [
    'type: oneshot, restart: {reset_after: 1s}',
    [
      `conflicting-keys restart.reset_after: "reset_after" does nothing with "policy: no", which is that of a oneshot; ${NO}`,
    ],
  ],
  [
    'restart: {factor: 1, max_delay: 1m}',
    ['conflicting-keys restart.max_delay: "max_delay" does nothing with "factor: 1", where the delay never grows'],
  ],
  [
    'restart: {max_attempts: 0, window: 1m}',
    ['conflicting-keys restart.window: "window" does nothing with "max_attempts: 0", which is no limit'],
  ],
  [
    'start_timeout: 5m',
    [
      `conflicting-keys start_timeout: "start_timeout" does nothing for a service that is ready once it is spawned; ${START}`,
    ],
  ],
  [
    'ready: {delay: 1m}',
    ['conflicting-keys ready: it is never ready: "start_timeout" is over first, after 1 min; set a longer one'],
  ],
  [
    'ready: {tcp: 1}, healthcheck: {tcp: 1, start_interval: 1s}',
    [
      'conflicting-keys healthcheck.start_interval: "start_interval" does nothing beside "ready" without a "start_period"; add "start_period", or leave it out',
    ],
  ],
  [
    'ready: {tcp: 1}, healthcheck: {tcp: 1, start_interval: 1s, start_period: 0s}',
    [
      'conflicting-keys healthcheck.start_interval: "start_interval" does nothing beside "ready" without a "start_period"; add "start_period", or leave it out',
    ],
  ],
  [
    'start_timeout: 1m, healthcheck: {tcp: 1, start_period: 10s}',
    [
      'conflicting-keys healthcheck.start_period: "start_period" does nothing with "start_timeout": the first check that passes ends it, and until then "start_timeout" counts; keep one of them',
    ],
  ],
  ['environment: {PIDONE_RUN: 1}', [`conflicting-keys environment.PIDONE_RUN: ${own('PIDONE_RUN')}`]],
  ['environment: [A=1, PIDONE_RUN]', [`conflicting-keys environment[1]: ${own('PIDONE_RUN')}`]],
  ['scale: 2, environment: [PIDONE_INSTANCE=5]', [`conflicting-keys environment[0]: ${own('PIDONE_INSTANCE')}`]],
  [
    'ready: {notify: systemd}, environment: {NOTIFY_SOCKET: /x, WATCHDOG_USEC: 1}',
    [`conflicting-keys environment.NOTIFY_SOCKET: ${own('NOTIFY_SOCKET')}`],
  ],
  [
    'watchdog: 1s, environment: {NOTIFY_SOCKET: /x, WATCHDOG_USEC: 1}',
    [
      `conflicting-keys environment.NOTIFY_SOCKET: ${own('NOTIFY_SOCKET')}`,
      `conflicting-keys environment.WATCHDOG_USEC: ${own('WATCHDOG_USEC')}`,
    ],
  ],
  [
    'ready: {notify: "fd:auto"}, environment: {NOTIFY_FD: 4}',
    [`conflicting-keys environment.NOTIFY_FD: ${own('NOTIFY_FD')}`],
  ],
  ['expand_file_env: [A, B, A]', ['duplicate-key expand_file_env[2]: "A" is listed twice']],
  ['profiles: [web, web]', ['duplicate-key profiles[1]: "web" is listed twice']],
  ['success_exit_codes: [0, 0]', ['duplicate-key success_exit_codes[1]: "0" is listed twice']],
  ['group_add: [adm, adm]', ['duplicate-key group_add[1]: "adm" is listed twice']],
]

for (const [keys, expected] of DEAD) {
  void t.test(`refuses what does nothing: ${keys}`, async (test) => {
    const problems = told(service(keys))
    test.same(
      [...problems].map((problem) => problem.replace(/ services\.a-\d\./, ' ')),
      expected,
    )
  })
}

const ALIVE: readonly string[] = [
  'restart: {policy: no}',
  'type: oneshot, restart: {policy: on-failure, delay: 1s}',
  'restart: {factor: 1, delay: 1s}',
  'restart: {max_attempts: 3, window: 1m}',
  'start_timeout: 5m, post_start: a',
  'start_timeout: 5m, healthcheck: {disable: true}',
  'start_timeout: 5m, ready: {delay: 2m}',
  'healthcheck: {tcp: 1, start_interval: 1s}',
  'healthcheck: {tcp: 1, start_period: 10s}',
  'ready: {tcp: 1}, start_timeout: 1m, healthcheck: {tcp: 1, start_period: 10s, start_interval: 1s}',
  'environment: {PIDONE_INSTANCE: 1, NOTIFY_SOCKET: /x, WATCHDOG_USEC: 1, NOTIFY_FD: 1}',
  'ready: {notify: "fd:3"}, environment: {NOTIFY_FD: 3}',
]

for (const keys of ALIVE) {
  void t.test(`takes ${keys}`, async (test) => test.same(told(service(keys)), []))
}

void t.test('a mistake is not complained of twice', async (test) => {
  for (const keys of [
    'type: oneshot, restart: {policy: sometimes, delay: 1s}',
    'restart: {max_attempts: x, window: 1m}',
    'ready: {tcp: 1}, healthcheck: {tcp: 1, start_period: x, start_interval: 1s}',
    'ready: {delay: 5m}, start_timeout: x',
    'type: oneshott, start_timeout: 1s',
  ]) {
    test.equal(told(service(keys)).length, 1, keys)
  }
})

void t.test('the same holds at the top of the file', async (test) => {
  const yaml = 'environment: {PIDONE_RUN: 1, NOTIFY_SOCKET: /x}\nrequired_env: [PATH, PATH]\nsecrets: [A, A]\n'
  test.same(told(`${yaml}${service('')}`), [
    `conflicting-keys environment.PIDONE_RUN: ${own('PIDONE_RUN')}`,
    'duplicate-key required_env[1]: "PATH" is listed twice',
    'duplicate-key secrets[1]: "A" is listed twice',
  ])
})
