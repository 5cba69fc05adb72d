import t from 'tap'
import { expandScale } from '../../../src/core/config/expand-scale.ts'
import { interpolate } from '../../../src/core/config/interpolate.ts'
import type { Config } from '../../../src/core/config/model.ts'
import { mostTelling, withoutRepeats, type Problem } from '../../../src/core/config/problem.ts'
import { readConfig } from '../../../src/core/config/read-config.ts'
import type { World } from '../../../src/core/config/world.ts'
import { listTree, mappingTree, scalarTree } from './tree-for.ts'
import { treeOf } from './tree-of.ts'
import { worldOf } from './world-of.ts'

interface Reading {
  readonly config: Config | null
  readonly problems: readonly Problem[]
}

function read(yaml: string, variables: Readonly<Record<string, string>> = {}, world: Partial<World> = {}): Reading {
  const environment = new Map(Object.entries(variables))
  const scaled = expandScale(treeOf(yaml), environment)
  const filled = interpolate(scaled.tree, environment)
  const { config, problems } = readConfig(filled.tree, worldOf({ environment, ...world }))
  return { config, problems: withoutRepeats([...scaled.problems, ...filled.problems, ...problems]) }
}

function told(yaml: string, variables: Readonly<Record<string, string>> = {}): readonly string[] {
  return read(yaml, variables).problems.map(
    ({ code, place, path, message }) => `${code} ${place.line}:${place.column} ${path}: ${message}`,
  )
}

function configOf(yaml: string, variables: Readonly<Record<string, string>> = {}): Config {
  const { config, problems } = read(yaml, variables)
  if (config === null || problems.length > 0) throw new Error(told(yaml, variables).join('\n'))
  return config
}

void t.test('each instance has its number, in its name, its values and its environment', async (test) => {
  const { services } = configOf(
    `environment: {PIDONE_INSTANCE: mine}
services:
  first: {command: a}
  web:
    command: [serve, --port, "808\${PIDONE_INSTANCE}"]
    scale: 2
    environment: {DATA: "/data/\${PIDONE_INSTANCE:-none}"}
    pre_stop: {script: 'echo $PIDONE_INSTANCE \${PIDONE_INSTANCE}'}
  last: {command: a}
`,
    { PIDONE_INSTANCE: '7' },
  )
  test.same([...services.keys()], ['first', 'web-1', 'web-2', 'last'])
  for (const number of [1, 2]) {
    const web = services.get(`web-${number}`)
    test.same(
      [web?.name, web?.instance, web?.argv, web?.environment],
      [
        `web-${number}`,
        { service: 'web', number },
        ['serve', '--port', `808${number}`],
        new Map([
          ['PIDONE_INSTANCE', String(number)],
          ['DATA', `/data/${number}`],
        ]),
      ],
    )
    test.equal(web?.preStop[0]?.argv.at(-1), `echo $PIDONE_INSTANCE ${number}`)
  }
  test.equal(services.get('first')?.instance, null)
})

void t.test('the number of instances comes from the environment, 1 has a number too', async (test) => {
  const yaml = 'services: {web: {command: a, scale: "${WORKERS:-1}"}}'
  test.same([...configOf(yaml).services.keys()], ['web-1'])
  test.same([...configOf(yaml, { WORKERS: '3' }).services.keys()], ['web-1', 'web-2', 'web-3'])
})

void t.test('of a service with no instances nothing runs, and nobody waits for it', async (test) => {
  const config = configOf('services: {web: {command: a, scale: 0}, app: {command: a, depends_on: [web]}}')
  test.same(
    [...config.services.values()].map(({ name, enabled, instance, dependsOn }) => ({
      name,
      enabled,
      instance,
      dependsOn,
    })),
    [
      { name: 'web', enabled: false, instance: null, dependsOn: [] },
      { name: 'app', enabled: true, instance: null, dependsOn: [] },
    ],
  )
  test.same(config.droppedEdges, [{ service: 'app', dependency: 'web', because: 'scale' }])
})

function edgesOf(config: Config, name: string): readonly string[] {
  return (config.services.get(name)?.dependsOn ?? []).map(({ service, condition }) => `${service} ${condition}`)
}

void t.test(
  'what depends on a scaled service depends on all its instances, or on the one that it names',
  async (test) => {
    const config = configOf(
      `services:
  web: {command: a, scale: 2, depends_on: [db]}
  db: {command: a, scale: 2, type: oneshot}
  all: {command: a, depends_on: {web: {condition: service_started}}}
  one: {command: a, depends_on: [web-2]}
  variable: {command: a, depends_on: ["\${WHICH}"]}
  pair: {command: a, scale: 2, depends_on: ["web-\${PIDONE_INSTANCE}"]}
`,
      { WHICH: 'web' },
    )
    const completed = ['db-1 service_completed_successfully', 'db-2 service_completed_successfully']
    test.same([edgesOf(config, 'web-1'), edgesOf(config, 'web-2')], [completed, completed])
    test.same(edgesOf(config, 'all'), ['web-1 service_started', 'web-2 service_started'])
    test.same(edgesOf(config, 'one'), ['web-2 service_ready'])
    test.same(edgesOf(config, 'variable'), ['web-1 service_ready', 'web-2 service_ready'])
    test.same(
      [edgesOf(config, 'pair-1'), edgesOf(config, 'pair-2')],
      [['web-1 service_ready'], ['web-2 service_ready']],
    )
  },
)

void t.test('without instances the number is that of the first, and is not missed', async (test) => {
  const yaml =
    'services: {web: {command: "a ${PIDONE_INSTANCE}", scale: "${N:-0}", ready: {tcp: "800${PIDONE_INSTANCE}"}}}'
  test.same(told(yaml), [])
  test.same(told('services: {web: {command: "a ${PIDONE_INSTANCE}", scale: 0}}'), [])
  const pair =
    'services: {web: {command: a, scale: 0}, b: {command: a, scale: 0, depends_on: ["web-${PIDONE_INSTANCE}"]}}'
  test.same(told(pair), [])
  test.same(told('services: {web: {command: a, scale: "${PIDONE_INSTANCE:-0}"}}'), [])
})

void t.test('instances that are switched off are so one by one', async (test) => {
  const yaml = 'services: {app: {command: a, depends_on: [db]}, db: {command: a, scale: 2, enabled: false}}'
  test.same(configOf(yaml).droppedEdges, [
    { service: 'app', dependency: 'db-1', because: 'disabled' },
    { service: 'app', dependency: 'db-2', because: 'disabled' },
  ])
})

const WRONG: readonly (readonly [string, string, readonly string[]])[] = [
  [
    'a number that is none',
    'services:\n  a: {command: a, scale: many}\n  b: {command: a, scale: 1001}\n  c: {command: a, scale: [1]}\n',
    [
      'bad-value 2:26 services.a.scale: expected a number of instances from 0 to 1000, found "many"',
      'bad-value 3:26 services.b.scale: expected a number of instances from 0 to 1000, found 1001',
      'wrong-type 4:26 services.c.scale: expected a number of instances from 0 to 1000, found a list',
    ],
  ],
  [
    'a number that is missing',
    'services:\n  a: {command: a, scale: "${N:?how many}"}\n',
    [
      'missing-environment 2:27 services.a.scale: the variable "N" is not set: how many',
      'bad-value 2:26 services.a.scale: expected a number of instances from 0 to 1000, found ""',
    ],
  ],
  [
    'a name that is there already',
    'services:\n  web: {command: a, scale: 2}\n  web-1: {command: b}\n  app: {command: a, depends_on: [web, web-2]}\n',
    [
      'duplicate-key 3:3 services.web-1: "web-1" is also what an instance of "web" is called; rename one of them',
      'duplicate-key 4:39 services.app.depends_on: "web-2" is listed twice',
    ],
  ],
  [
    'instances that wait for each other',
    'services:\n  web: {command: a, scale: 3, depends_on: [web]}\n  a: {command: a, scale: 2, depends_on: [a-1]}\n  b: {command: a, scale: 2, depends_on: [c]}\n  c: {command: a, depends_on: [b]}\n',
    [
      'dependency-cycle 2:44 services.web.depends_on: "web" depends on itself',
      'dependency-cycle 3:42 services.a.depends_on: "a-1" depends on itself',
      'dependency-cycle 4:42 services.b.depends_on: each waits for the next: b-1 -> c -> b-1; take one of these edges out',
    ],
  ],
  [
    'instances on one port',
    'services:\n  web: {command: a, scale: 3, ready: {tcp: 80}}\n  app: {command: a, scale: 2, healthcheck: {tcp: 80}}\n  own: {command: a, scale: 2, ready: {tcp: "800${PIDONE_INSTANCE}"}}\n',
    [
      'same-port 2:31 services.web.ready: all instances of "web" are ready when 127.0.0.1:80 answers, and only one of them can listen there; give each its own, as in "800${PIDONE_INSTANCE}"',
      'same-port 3:31 services.app.healthcheck: "web" and "app" are both ready when 127.0.0.1:80 answers; only one of them can listen there',
    ],
  ],
  [
    'mistakes of a service with instances, which are told once',
    'services:\n  web: {comand: a, scale: 100, user: nobdy, environment: {A: "${NONE}", B: "$A"}, depends_on: [dbb, {}]}\n',
    [
      'unset-variable 2:63 services.web.environment.A: the variable "NONE" is not set, so this is empty; give a default with "${NONE:-default}"',
      'bad-interpolation 2:77 services.web.environment.B: "$A" is not replaced; write "${A}", or "$$A" for a literal dollar sign',
      'missing-key 2:3 services.web: "command" or "script" is missing',
      'unknown-key 2:9 services.web.comand: unknown key "comand"; did you mean "command"?',
      'unknown-user 2:38 services.web.user: no user "nobdy" in /etc/passwd; create it in the image, or give a number',
      'unknown-service 2:96 services.web.depends_on: no service "dbb"',
      'wrong-type 2:101 services.web.depends_on[1]: expected the name of a service, found a mapping',
    ],
  ],
  [
    'values that have the number in them',
    'services:\n  web: {command: a, scale: 3, ready: {tcp: "${PIDONE_INSTANCE}0000000"}, stop_signal: "${PIDONE_INSTANCE:+x}"}\n',
    [
      'bad-value 2:44 services.web.ready.tcp: expected a port from 1 to 65535 or "HOST:PORT", found "10000000"',
      'bad-value 2:87 services.web.stop_signal: expected a signal such as "SIGTERM", found "x"',
    ],
  ],
  [
    'a number that only some of the instances can have',
    'services:\n  web: {command: a, scale: 4, success_exit_codes: ["${PIDONE_INSTANCE}00"]}\n',
    ['bad-value 2:52 services.web.success_exit_codes[0]: expected an exit code from 0 to 255, found "300"'],
  ],
]

for (const [name, yaml, problems] of WRONG) {
  void t.test(`tells of ${name}`, async (test) => {
    test.same(told(yaml), problems)
  })
}

void t.test('what is no file with services is left as it is', async (test) => {
  for (const yaml of ['', '[a]', 'services: [a]', 'services: {a: 5, b: {}}', 'x: 1']) {
    const tree = treeOf(yaml)
    test.same(expandScale(tree, new Map()), { tree, problems: [] })
  }
})

void t.test('instances that would fill the memory are refused', { timeout: 5_000 }, async (test) => {
  const big = mappingTree([
    ['command', listTree(Array.from({ length: 90 }, () => scalarTree('a')))],
    ['scale', scalarTree(1000)],
  ])
  const services = Array.from({ length: 500 }, (_, index) => [`s${index}`, big] as const)
  const { tree, problems } = expandScale(mappingTree([['services', mappingTree(services)]]), new Map())
  test.same(
    problems.map(({ code, path, message }) => `${code} ${path}: ${message}`),
    [
      'yaml-too-large services.s1.scale: too large with its instances written out: at most 100000 keys and values are read',
    ],
  )
  const entries =
    tree.kind === 'mapping' && tree.entries[0]?.value.kind === 'mapping' ? tree.entries[0].value.entries : []
  test.equal(entries.length, 1_499)
})

void t.test('a thousand instances that wait for a thousand others are refused', { timeout: 5_000 }, async (test) => {
  const { config, problems } = read(
    'services: {a: {command: a, scale: 1000}, b: {command: a, scale: 1000, depends_on: [a]}}',
  )
  test.equal(config, null)
  test.same(
    mostTelling(problems).map(({ code, path, message }) => `${code} ${path}: ${message}`),
    ['yaml-too-large services.b.depends_on: too many dependencies: at most 100000 are read in all'],
  )
})

void t.test(
  'three hundred instances that wait for three hundred others are read soon',
  { timeout: 5_000 },
  async (test) => {
    const config = configOf('services: {a: {command: a, scale: 300}, b: {command: a, scale: 300, depends_on: [a]}}')
    test.equal(config.services.get('b-300')?.dependsOn.length, 300)
  },
)
