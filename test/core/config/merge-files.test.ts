import t from 'tap'
import { mergeFiles } from '../../../src/core/config/merge-files.ts'
import type { Tree } from '../../../src/core/config/tree.ts'
import { treeOf } from './tree-of.ts'

/** A tree as plain values, mappings as lists of pairs: their order counts, and so do tags that are left. */
function plain(tree: Tree): unknown {
  if (tree.tag !== undefined) return `tagged ${tree.tag}`
  switch (tree.kind) {
    case 'scalar':
      return tree.value
    case 'list':
      return tree.items.map(plain)
    case 'mapping':
      return { map: tree.entries.map(({ key, value }) => [key, plain(value)]) }
  }
}

function merged(...files: readonly string[]): Tree {
  return mergeFiles(files.map((yaml, index) => treeOf(yaml, `${index}.yaml`)))
}

/** Keys of one service in two files, and what comes of them. */
type Case = readonly [earlier: string, later: string, both: string]

function service(keys: string): string {
  return `services: {web: {${keys}}}`
}

function check(title: string, cases: readonly Case[]): void {
  void t.test(title, async (test) => {
    for (const [earlier, later, both] of cases) {
      const result = merged(service(earlier), service(later))
      test.strictSame(plain(result), plain(treeOf(service(both))), `${earlier} + ${later}`)
    }
  })
}

void t.test('files meet key by key, services by name', async (test) => {
  const base = 'name: a\nservices: {web: {command: x}, db: {command: y}}\nshutdown: {timeout: 1s}'
  const later = 'services: {db: {user: z}, app: {command: w}}\nname: b\nx-note: 1'
  test.strictSame(
    plain(merged(base, later)),
    plain(
      treeOf(
        'name: b\nservices: {web: {command: x}, db: {command: y, user: z}, app: {command: w}}\nshutdown: {timeout: 1s}\nx-note: 1',
      ),
    ),
  )
  test.strictSame(plain(merged(base)), plain(treeOf(base)))
  test.strictSame(plain(merged('name: a', 'name: b', 'name: c')), { map: [['name', 'c']] })
})

check('a value that is no list and no mapping is replaced, also by another form', [
  ['user: a', 'user: b', 'user: b'],
  ['restart: always', 'restart: {delay: 1s}', 'restart: {delay: 1s}'],
  ['restart: {delay: 1s, policy: always}', 'restart: "no"', 'restart: "no"'],
  ['restart: {delay: 1s}', 'restart: {factor: 2}', 'restart: {delay: 1s, factor: 2}'],
  [
    'ulimits: {nofile: 1, core: {soft: 1, hard: 2}}',
    'ulimits: {nofile: {soft: 5}, core: {hard: 3}}',
    'ulimits: {nofile: {soft: 5}, core: {soft: 1, hard: 3}}',
  ],
])

check('an empty value changes nothing', [
  [
    'user: a, group_add: [b], ready: {tcp: 1}',
    'user: , group_add: , ready: , command: ',
    'user: a, group_add: [b], ready: {tcp: 1}, command: ',
  ],
  ['command: x', 'script: ', 'command: x, script: '],
])

check('lists append what is not there yet', [
  ['group_add: [a, 1]', 'group_add: [b, "1", a]', 'group_add: [a, "1", b]'],
  ['profiles: [a]', 'profiles: []', 'profiles: [a]'],
  ['cap_add: [A, A]', 'cap_add: [B]', 'cap_add: [A, A, B]'],
  ['x-list: [{a: 1}, [2]]', 'x-list: [{a: 1}, {b: 1}, [2]]', 'x-list: [{a: 1}, [2], {b: 1}]'],
])

check('lists that are one value are replaced', [
  ['command: [a, b]', 'command: [c]', 'command: [c]'],
  ['success_exit_codes: [0, 1]', 'success_exit_codes: [2]', 'success_exit_codes: [2]'],
  [
    'healthcheck: {test: [CMD, a], retries: 5}',
    'healthcheck: {test: [CMD, b]}',
    'healthcheck: {test: [CMD, b], retries: 5}',
  ],
  ['ready: {exec: [a]}', 'ready: {exec: [b]}', 'ready: {exec: [b]}'],
  [
    'ready: {http: {url: u, status: [200]}}',
    'ready: {http: {status: [204]}}',
    'ready: {http: {url: u, status: [204]}}',
  ],
])

check('of keys that exclude each other, that of the later file stays', [
  ['command: x, user: a', 'script: y', 'user: a, script: y'],
  ['script: y', 'command: [x]', 'command: [x]'],
  ['command: x', 'command: y, script: z', 'command: y, script: z'],
  ['ready: {tcp: 1, interval: 1s}', 'ready: {notify: systemd}', 'ready: {notify: systemd}'],
  ['ready: {tcp: 1, interval: 1s}', 'ready: {unix: /s}', 'ready: {interval: 1s, unix: /s}'],
  ['ready: {tcp: 1}', 'ready: {timeout: 1s}', 'ready: {tcp: 1, timeout: 1s}'],
  [
    'healthcheck: {test: x, retries: 2, interval: 1s}',
    'healthcheck: {tcp: 1}',
    'healthcheck: {retries: 2, interval: 1s, tcp: 1}',
  ],
  ['schedule: {cron: "* * * * *", time_zone: UTC}', 'schedule: {every: 1m}', 'schedule: {every: 1m}'],
])

check('variables and labels meet by name, in either form', [
  ['environment: {A: 1, B: 2}', 'environment: {B: , C: 3}', 'environment: {A: 1, B: , C: 3}'],
  ['environment: [A=1, B=2=2]', 'environment: ["B=3", C]', 'environment: [A=1, "B=3", C]'],
  ['environment: {A: 1, B: , $C: x}', 'environment: [A=2, B=3]', 'environment: [A=2, B=3, "$$C=x"]'],
  ['labels: [a=1, "${N}=2"]', 'labels: {a: 2, b: x=y}', 'labels: [a=2, "${N}=2", b=x=y]'],
  ['environment: {A: {B: 1}}', 'environment: [C=1]', 'environment: [{B: 1}, C=1]'],
  ['environment: [A=1]', 'environment: wrong', 'environment: wrong'],
])

check('dependencies meet by name, in either form', [
  ['depends_on: [a, b]', 'depends_on: [b, c]', 'depends_on: [a, b, c]'],
  [
    'depends_on: {a: {required: false}}',
    'depends_on: {a: {condition: service_started}}',
    'depends_on: {a: {required: false, condition: service_started}}',
  ],
  ['depends_on: [a]', 'depends_on: {a: {required: false}, b: }', 'depends_on: {a: {required: false}, b: }'],
  [
    'depends_on: {a: {condition: service_started, required: false, when_lost: stop}}',
    'depends_on: [a, b]',
    'depends_on: {a: {when_lost: stop}, b: }',
  ],
  ['depends_on: [[a]]', 'depends_on: {b: }', 'depends_on: {b: }'],
])

check('environment files append, one alone as a list of one', [
  ['env_file: a', 'env_file: b', 'env_file: [a, b]'],
  ['env_file: [a, b]', 'env_file: {path: a, required: false}', 'env_file: [{path: a, required: false}, b]'],
  ['env_file: a', 'env_file: [a]', 'env_file: [a]'],
  ['env_file: ', 'env_file: a', 'env_file: a'],
])

check('lists of hooks append, a single hook is replaced', [
  ['pre_stop: [{command: a}]', 'pre_stop: [{command: b}, {command: a}]', 'pre_stop: [{command: a}, {command: b}]'],
  ['pre_stop: [a, b]', 'pre_stop: [c]', 'pre_stop: [c]'],
  ['post_start: a', 'post_start: [{command: b}]', 'post_start: [{command: b}]'],
  [
    'stop_command: {command: [a], timeout: 1s}',
    'stop_command: {command: [b]}',
    'stop_command: {command: [b], timeout: 1s}',
  ],
  ['stop_command: {script: a, timeout: 1s}', 'stop_command: {timeout: 2s}', 'stop_command: {script: a, timeout: 2s}'],
  ['stop_command: {script: a, timeout: 1s}', 'stop_command: {command: b}', 'stop_command: {timeout: 1s, command: b}'],
])

check('what is tagged !reset is taken away, whatever it holds', [
  ['user: a, command: x', 'user: !reset b', 'command: x'],
  ['environment: {A: 1, B: 2}', 'environment: {A: !reset }', 'environment: {B: 2}'],
  ['environment: [A=1, B=2]', 'environment: {A: !reset 7}', 'environment: [B=2]'],
  ['environment: {A: 1, B: 2}', 'environment: [!reset A]', 'environment: [B=2]'],
  ['depends_on: [a, b]', 'depends_on: {a: !reset {}}', 'depends_on: {b: }'],
  ['depends_on: {a: {required: false}, b: }', 'depends_on: [!reset a]', 'depends_on: {b: }'],
  ['group_add: [a, b]', 'group_add: [!reset a, c]', 'group_add: [b, c]'],
  ['command: x', 'script: !reset y', 'command: x'],
  [
    'command: x',
    'user: !reset a, environment: {A: !reset 1, B: 2}, group_add: [!reset a]',
    'command: x, environment: {B: 2}, group_add: []',
  ],
])

check('what is tagged !override is put in the place of all that was there', [
  ['environment: {A: 1, B: 2}', 'environment: !override {C: 3, D: !reset 4}', 'environment: {C: 3}'],
  ['depends_on: [a]', 'depends_on: !override []', 'depends_on: []'],
  ['ready: {tcp: 1, timeout: 1s}', 'ready: {tcp: !override 2}', 'ready: {tcp: "2", timeout: 1s}'],
  ['command: x', 'labels: !override {a: !override b}', 'command: x, labels: {a: b}'],
])

void t.test('tags mean nothing in the first file, and take away what earlier files brought', async (test) => {
  const first = 'services: {web: {user: !reset a, command: !override [x]}, db: !reset {command: y}}'
  test.strictSame(plain(merged(first)), plain(treeOf('services: {web: {command: [x]}}')))
  test.strictSame(
    plain(merged(service('user: a'), service('user: !reset'), service('user: c'), 'services: {web: !reset }')),
    plain(treeOf('services: {}')),
  )
  test.strictSame(plain(merged(service('user: a'), '!reset {a: b}')), { map: [] })
})

void t.test('a file over itself changes nothing', async (test) => {
  const file = service(
    'command: [a, a], environment: [A=1], depends_on: [a], env_file: [e], pre_stop: [{command: a}], group_add: [a, a]',
  )
  test.strictSame(plain(merged(file, file)), plain(treeOf(file)))
})

void t.test('names of JavaScript are names', async (test) => {
  const result = merged(
    'services: {constructor: {environment: {__proto__: 1}}}',
    'services: {toString: {command: [a]}}',
  )
  test.strictSame(
    plain(result),
    plain(treeOf('services: {constructor: {environment: {__proto__: 1}}, toString: {command: [a]}}')),
  )
})

void t.test('a value stands where the file has it that said it last', async (test) => {
  const tree = merged(service('user: a, ready: {tcp: 1}, environment: {A: 1}'), service('user: b, environment: [A=2]'))
  const places: string[] = []
  visit(tree, (what, file) => places.push(`${what} ${file}`))
  test.strictSame(places, [
    'services 0.yaml',
    'web 0.yaml',
    'user 1.yaml',
    'b 1.yaml',
    'ready 0.yaml',
    'tcp 0.yaml',
    '1 0.yaml',
    'environment 0.yaml',
    'A=2 1.yaml',
  ])
})

function visit(tree: Tree, seen: (what: string, file: string) => void): void {
  if (tree.kind === 'scalar') seen(tree.text, tree.place.file)
  if (tree.kind === 'list') for (const item of tree.items) visit(item, seen)
  if (tree.kind !== 'mapping') return
  for (const { key, place, value } of tree.entries) {
    seen(key, place.file)
    visit(value, seen)
  }
}
