import { Ajv } from 'ajv'
import { assert, property } from 'fast-check'
import t from 'tap'
import { jsonSchema } from '../../../scripts/json-schema.ts'
import { readConfig } from '../../../src/core/config/read-config.ts'
import type { Tree } from '../../../src/core/config/tree.ts'
import { FILE } from '../../../src/core/config/vocabulary/file.ts'
import { treeFor } from './tree-for.ts'
import { treeOf } from './tree-of.ts'
import { worldOf } from './world-of.ts'

const validate = new Ajv({ strict: true, allowUnionTypes: true, strictRequired: false, strictTypes: false }).compile(
  jsonSchema(FILE.form),
)

/** What a JSON Schema sees of a file. */
function jsonOf(tree: Tree): unknown {
  switch (tree.kind) {
    case 'scalar':
      return tree.value
    case 'list':
      return tree.items.map(jsonOf)
    case 'mapping':
      return Object.fromEntries(tree.entries.map(({ key, value }) => [key, jsonOf(value)]))
  }
}

function service(keys: string): string {
  return `services:\n  web:\n    command: node\n${keys.replaceAll(/^(?=.)/gm, '    ')}\n`
}

const GOOD: readonly string[] = [
  'services: {a: {command: a}}',
  'services: {a: {command: [a, 1, true]}}',
  'services: {a: {script: "a | b"}}',
  'name: shop\nrequired_env: [PATH]\nenvironment: [A=b, C]\nshutdown: {timeout: 5s}\nx-a: {b: 1}\nservices: {a: {command: a, x-b: 1}}',
  service('type: oneshot\ncreates: /x\nrestart: on-failure:3'),
  service('enabled: "off"'),
  service('enabled: 1'),
  service('enabled: FALSE'),
  service('ready: {tcp: "localhost:5432", interval: 1s}'),
  service('ready: {tcp: 5432, timeout: 250ms}'),
  service('ready: {http: {url: "http://127.0.0.1/", status: [200, 300-399], headers: {A: 1}}}'),
  service('ready: {notify: fd:3}'),
  service('ready: {postgres: {}}'),
  service('restart: {policy: on-failure, jitter: 5%, factor: "1.5", max_attempts: "3"}'),
  service('stop_signal: term\nstop_grace_period: 1m30s'),
  service('stop_signal: 15'),
  service('user: 1000\ngroup_add: [4, adm]'),
  service('environment: {A: 1, B: , C: true}\nlabels: [a=b]'),
  service('success_exit_codes: [0, "7"]'),
  service('healthcheck: {test: a}'),
  service('healthcheck: {test: [CMD, a], interval: 1s, retries: "3"}'),
  service('healthcheck: {disable: true}'),
  service('healthcheck: {disable: true, tcp: 1}'),
  service('healthcheck: {http: {url: "http://x/"}, on_unhealthy: shutdown}\nwatchdog: 1s'),
  service('pre_stop: [a, b]\npost_start: [{command: a}]\nstop_command: {script: a, timeout: 1s}\nreload_signal: hup'),
  service('type: oneshot\nschedule: every 10m'),
  service('type: oneshot\nschedule: {cron: "0 3 * * *", time_zone: UTC}'),
  service('depends_on: {db: {required: false, when_lost: stop}, c: {required: false, restart: true}}'),
  service('scale: 3\nprofiles: [debug]'),
  'logs: {format: json, file: /a, rotate: {}, buffer: 1m, max_line: 1k}\nservices: {a: {command: a, logs: inherit}}',
  'logs: {buffer: {lines: 5, size: 4096}}\nservices: {a: {command: a, logs: {file: "", stdout: no}}}',
  'command: {wait_for: started, timeout: 1s}\nsignals: {USR2: a, sigalrm: {to: a, signal: 1}}\nservices: {a: {command: a}}',
]

for (const yaml of GOOD) {
  void t.test(`schema and reader take ${JSON.stringify(yaml)}`, async (test) => {
    const tree = treeOf(yaml)
    test.same(readConfig(tree, worldOf()).problems, [])
    test.ok(validate(jsonOf(tree)), JSON.stringify(validate.errors))
  })
}

const BAD: readonly string[] = [
  '[]',
  'name: x',
  'services: {}',
  'services: {a: {}}',
  'services: {a: 5}',
  'services: {__proto__: {command: a}}',
  'services: {"a b": {command: a}}',
  'service: {}\nservices: {a: {command: a}}',
  'name: my shop\nservices: {a: {command: a}}',
  'shutdown: 5s\nservices: {a: {command: a}}',
  'required_env: [A=b]\nservices: {a: {command: a}}',
  'services: {a: {command: [], user: app}}',
  'services: {a: {command: ""}}',
  'services: {a: {command: [a, [b]]}}',
  service('script: a'),
  service('comand: a'),
  service('type: oneshott'),
  service('creates: /x'),
  service('type: oneshot\nready: {tcp: 1}'),
  service('type: oneshot\nstart_timeout: 1s'),
  service('enabled: maybe'),
  service('enabled: 2'),
  service('stop_grace_period: 10'),
  service('stop_grace_period: "10"'),
  service('stop_grace_period: 10 s'),
  service('stop_signal: SIGTREM'),
  service('stop_signal: 99'),
  service('kill_mode: all'),
  service('ready: {}'),
  service('ready: {tcp: 1, unix: /x}'),
  service('ready: {tcp: 70000}'),
  service('ready: {tcp: host}'),
  service('ready: {notify: fd:2}'),
  service('ready: {notify: systemd, interval: 1s}'),
  service('ready: {http: "ftp://x/"}'),
  service('ready: {http: {status: 200}}'),
  service('ready: {http: {url: "http://x/", status: 20}}'),
  service('ready: {postgres: {unix: /x, port: 1}}'),
  service('restart: on-failure:0'),
  service('restart: {policy: never}'),
  service('restart: {jitter: 0.1}'),
  service('restart: {factor: 0}'),
  service('success_exit_codes: [256]'),
  service('success_exit_codes: []'),
  service('depends_on: db'),
  service('depends_on: {web: {condition: ready}}'),
  service('environment: {A: [1]}'),
  service('environment: {"A=B": 1}'),
  service('env_file: [{required: true}]'),
  service('user: "a:b:c"'),
  service('working_dir: ""'),
  service('labels: 5'),
  service('on_failure: restart'),
  service('healthcheck: {}'),
  service('healthcheck: {interval: 1s}'),
  service('healthcheck: {test: a, tcp: 1}'),
  service('healthcheck: {disable: true, test: a, tcp: 1}'),
  service('healthcheck: {tcp: 1, retries: 0}'),
  service('type: oneshot\nhealthcheck: {tcp: 1}'),
  service('type: oneshot\nreload_signal: HUP'),
  service('watchdog: 5'),
  service('pre_stop: {}'),
  service('pre_stop: [{command: a, script: b}]'),
  service('stop_command: []'),
  service('schedule: every 10m'),
  service('type: oneshot\nschedule: {every: 1s, time_zone: UTC}'),
  service('type: oneshot\nschedule: every 10m\ncreates: /x'),
  service('depends_on: {web: {when_lost: restrat}}'),
  'command: {wait_for: never}\nservices: {a: {command: a}}',
  'command: node\nservices: {a: {command: a}}',
  'signals: {TERM: a}\nservices: {a: {command: a}}',
  'signals: {USR2: {signal: HUP}}\nservices: {a: {command: a}}',
  'signals: {USR2: [a]}\nservices: {a: {command: a}}',
  'logs: inherit\nservices: {a: {command: a}}',
  service('logs: json'),
  service('logs: {format: xml}'),
  service('logs: {rotate: {keep: 5}, file: /a}'),
  service('logs: {buffer: [1k]}'),
  service('scale: -1'),
  service('scale: 1001'),
  service('profiles: [a]'),
]

for (const yaml of BAD) {
  void t.test(`neither schema nor reader takes ${JSON.stringify(yaml)}`, async (test) => {
    const tree = treeOf(yaml)
    test.equal(readConfig(tree, worldOf()).config, null)
    test.notOk(validate(jsonOf(tree)))
  })
}

void t.test('the schema takes a variable wherever a scalar stands', async (test) => {
  const tree = treeOf(
    service(
      'type: "${A}"\nenabled: "${A:-true}"\nstart_timeout: "${A}"\nstop_signal: "${A}"\nsuccess_exit_codes: ["${A}"]\n' +
        'ready: {tcp: "${A}"}\nrestart: "${A}"\nuser: "${A}:${B}"\nkill_mode: "$$"',
    ),
  )
  test.ok(validate(jsonOf(tree)), JSON.stringify(validate.errors))
})

void t.test('the schema takes every file that the reader takes', async (test) => {
  let accepted = 0
  assert(
    property(treeFor(FILE.form), (tree) => {
      if (readConfig(tree, worldOf()).config === null) return true
      accepted += 1
      return validate(jsonOf(tree))
    }),
    { numRuns: 5_000 },
  )
  test.ok(accepted > 100, `${accepted} were taken`)
})
