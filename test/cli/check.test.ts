import { spawnSync } from 'node:child_process'
import { test } from 'tap'

const MODULE = JSON.stringify(new URL('../../src/cli/commands/check.js', import.meta.url).href)
const PROGRAM = `import(${MODULE}).then(async ({ check }) => { process.exitCode = await check(process.argv.slice(1)) })`

const GOOD = `name: shop
services:
  app:
    command: [node, server.js]
    depends_on:
      migrate: {condition: service_completed}
      redis: {condition: service_started, required: false}
  redis:
    command: redis-server
    enabled: "\${EMBEDDED:-true}"
    ready: {notify: systemd}
  migrate:
    type: oneshot
    command: migrate
    creates: /data/done
    success_exit_codes: [0, 3]
`

interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the command in a folder, in an environment of its own. */
function run(cwd: string, argv: readonly string[], env: Readonly<Record<string, string>> = {}): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', PROGRAM, '--', ...argv], {
    cwd,
    env: { PATH: process.env['PATH'], ...env },
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

void test('prints the plan of a good file', async (t) => {
  t.strictSame(run(t.testdir({ 'services.yaml': GOOD }), []), {
    status: 0,
    stderr: '',
    stdout: `shop: 3 services

STAGE  SERVICE  TYPE     WAITS FOR                                       READY WHEN
1      redis    longrun  -                                               it says READY=1, within 1 min
1      migrate  oneshot  -                                               "/data/done" exists, or it exits with 0 or 3
2      app      longrun  migrate (ended), redis (started, if it can be)  it is spawned
`,
  })
})

void test('shows what is disabled, and why', async (t) => {
  t.strictSame(run(t.testdir({ 'a.yaml': GOOD }), ['-f', 'a.yaml'], { EMBEDDED: 'false' }), {
    status: 0,
    stderr: '',
    stdout: `shop: 2 services, 1 disabled

STAGE  SERVICE  TYPE     WAITS FOR                   READY WHEN
1      migrate  oneshot  -                           "/data/done" exists, or it exits with 0 or 3
2      app      longrun  migrate (ended)             it is spawned
-      redis    longrun  disabled: enabled is false

app does not wait for redis: enabled is false
`,
  })
})

void test('prints the plan as JSON', async (t) => {
  const { status, stdout, stderr } = run(t.testdir({ 'services.yml': GOOD }), ['--json'], { EMBEDDED: 'no' })
  t.strictSame([status, stderr], [0, ''])
  t.strictSame(JSON.parse(stdout), {
    file: 'services.yml',
    files: ['services.yml'],
    valid: true,
    problems: [],
    plan: {
      name: 'shop',
      services: [
        {
          name: 'migrate',
          type: 'oneshot',
          description: null,
          stage: 1,
          depends_on: [],
          schedule: null,
          ready: '"/data/done" exists, or it exits with 0 or 3',
          disabled: null,
        },
        {
          name: 'app',
          type: 'longrun',
          description: null,
          stage: 2,
          depends_on: [{ service: 'migrate', condition: 'service_completed', required: true }],
          schedule: null,
          ready: 'it is spawned',
          disabled: null,
        },
        {
          name: 'redis',
          type: 'longrun',
          description: null,
          stage: null,
          depends_on: [],
          schedule: null,
          ready: 'it says READY=1, within 1 min',
          disabled: 'enabled is false',
        },
      ],
      dropped: [{ service: 'app', dependency: 'redis', because: 'disabled', reason: 'enabled is false' }],
    },
  })
})

const BAD = 'services:\n  web:\n    comand: $X\n'

void test('shows every problem of a bad file', async (t) => {
  const { status, stdout, stderr } = run(t.testdir({ 'services.yaml': BAD }), [])
  t.strictSame([status, stdout], [78, ''])
  t.match(
    stderr,
    /^services\.yaml:3:5: services\.web\.comand: .*did you mean "command"\?\n {2}3 \| {5}comand: \$X\n {4}\| {5}\^{6}\n/m,
  )
  t.match(stderr, /^services\.yaml:3:13: services\.web\.comand: "\$X" is not replaced; .*\n.*\n {4}\| {13}\^\^\n/m)
  t.match(stderr, /\n\n\d errors\n$/)
})

void test('prints problems as JSON', async (t) => {
  const { status, stdout, stderr } = run(t.testdir({ 'services.yaml': BAD }), ['--json'])
  t.strictSame([status, stderr], [78, ''])
  t.match(JSON.parse(stdout), {
    file: 'services.yaml',
    valid: false,
    plan: null,
    problems: [
      { code: /.*/ },
      { code: 'unknown-key', severity: 'error', file: 'services.yaml', line: 3, column: 5, length: 6 },
      { code: 'bad-interpolation', line: 3, column: 13, path: 'services.web.comand' },
    ],
  })
})

void test('names the variables that a wrong value comes from', async (t) => {
  const folder = t.testdir({ 'services.yaml': 'services: {web: {command: x, stop_grace_period: "${GRACE:-1s}"}}' })
  const { status, stdout, stderr } = run(folder, [], { GRACE: '5 parsecs' })
  t.strictSame([status, stdout], [78, ''])
  t.match(stderr, /\n {4}\| +\^+\n {4}= this comes from the variable "GRACE" of the environment\n\n1 error\n$/)
  const { problems } = JSON.parse(run(folder, ['--json'], { GRACE: '5 parsecs' }).stdout) as { problems: unknown }
  t.match(problems, [{ code: 'bad-value', variables: ['GRACE'], also: [] }])
})

void test('warns of a file that can be used, beside its plan', async (t) => {
  const source = 'services: {web: {command: "a ${NONE}"}}'
  const { status, stdout, stderr } = run(t.testdir({ 'services.yaml': source }), [])
  t.equal(status, 0)
  t.match(stderr, /^services\.yaml:1:30: warning: services\.web\.command: /)
  t.match(stdout, /: 1 service\n/)
})

void test('says which file cannot be read', async (t) => {
  t.strictSame(run(t.testdir({}), ['--file', 'none.yaml']), {
    status: 78,
    stdout: '',
    stderr: 'none.yaml: cannot read the file: no such file; name another with "-f FILE"\n\n1 error\n',
  })
})

void test('names the option of a bad command line, and the way to help', async (t) => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['-x'], /^supervisor: .*"-x".*; see "supervisor check --help"\n$/],
    [['-f'], /option "-f" needs a value/],
    [['-f', ''], /option "-f" needs/],
    [['--json', '--json'], /option "--json" is given twice/],
    [['--profile', ''], /option "--profile" needs a value/],
    [['--json=1'], /"--json"/],
    [['more'], /"more"/],
  ]
  for (const [argv, message] of cases) {
    const { status, stdout, stderr } = run(t.testdir({}), argv)
    t.strictSame([status, stdout], [64, ''], argv.join(' '))
    t.match(stderr, message)
  }
})

void test('says when jobs run', async (t) => {
  const yaml = `services:
  often: {type: oneshot, command: a, schedule: every 10m}
  nightly: {type: oneshot, command: a, schedule: {cron: "0 3 * * *", time_zone: Europe/Berlin}}
  weekly: {type: oneshot, command: a, schedule: "0 3 * * sun"}
`
  const { stdout } = run(t.testdir({ 'services.yaml': yaml }), ['--json'])
  const { plan } = JSON.parse(stdout) as { plan: { services: { schedule: string | null }[] } }
  t.strictSame(
    plan.services.map(({ schedule }) => schedule),
    ['every 10 min', '0 3 * * *, Europe/Berlin', '0 3 * * sun'],
  )
})

void test('puts later files over earlier ones', async (t) => {
  const override = 'services: {app: {script: exit, depends_on: {redis: !reset }}, redis: {enabled: false}}'
  const folder = t.testdir({ 'a.yaml': GOOD, over: { 'b.yaml': override } })
  const { status, stdout, stderr } = run(folder, ['-f', 'a.yaml', '-f', 'over/b.yaml', '--json'])
  t.strictSame([status, stderr], [0, ''])
  t.match(JSON.parse(stdout), {
    file: 'a.yaml',
    files: ['a.yaml', 'over/b.yaml'],
    valid: true,
    plan: {
      services: [
        { name: 'migrate' },
        { name: 'app', depends_on: [{ service: 'migrate', condition: 'service_completed' }] },
        { name: 'redis', disabled: 'enabled is false' },
      ],
      dropped: [],
    },
  })
  t.strictSame(run(folder, ['--json'], { PIDONE_CONFIG: 'a.yaml:over/b.yaml' }), { status, stdout, stderr })
})

void test('looks for no override beside the file: that is for a developer’s machine', async (t) => {
  const { stdout } = run(t.testdir({ 'services.yaml': GOOD, 'services.override.yaml': 'services: [' }), ['--json'])
  t.match(JSON.parse(stdout), { files: ['services.yaml'], valid: true })
})

void test('shows each problem in its own file, also beside one that cannot be read', async (t) => {
  const folder = t.testdir({
    'z.yaml': 'services:\n  web:\n    user: 1\n    comand: y\n',
    'b.yaml': '\n\n\nservices: {db: {user: $X}}\n',
  })
  const { status, stdout, stderr } = run(folder, ['-f', 'z.yaml', '-f', 'none.yaml', '-f', 'b.yaml', '-f', './z.yaml'])
  t.strictSame([status, stdout], [78, ''])
  const heads = stderr.split('\n').filter((line) => /^\S/u.test(line))
  t.strictSame(
    heads.map((line) => line.replace(/^(\S+).*$/u, '$1')),
    ['z.yaml:4:5:', 'none.yaml:', 'b.yaml:4:23:', '3'],
  )
})

const PROFILES = `services:
  web: {command: x}
  tool: {command: x, profiles: [debug, "\${MORE:-more}"]}
  probe: {command: x, profiles: [probing], depends_on: {off: {required: false}, tool: {required: false}}}
  off: {command: x, scale: 0}
`

void test('takes profiles from the command line, and else from the environment', async (t) => {
  const folder = t.testdir({ 'services.yaml': PROFILES })
  const disabled = (argv: readonly string[], value = ''): readonly string[] => {
    const { stdout } = run(folder, [...argv, '--json'], { PIDONE_PROFILES: value })
    const { plan } = JSON.parse(stdout) as { plan: { services: { name: string; disabled: string | null }[] } }
    return plan.services.flatMap((service) => (service.disabled === null ? [] : [service.name]))
  }
  t.strictSame(disabled([]), ['tool', 'probe', 'off'])
  t.strictSame(disabled(['--profile', 'debug']), ['probe', 'off'])
  t.strictSame(disabled(['--profile', 'more', '--profile=probing']), ['off'])
  t.strictSame(disabled([], ' debug ,, probing'), ['off'])
  t.strictSame(disabled(['--profile', 'debug'], 'probing'), ['probe', 'off'])
  t.strictSame(disabled(['--profile', '*']), ['off'])
})

void test('tells why a service does not run, and what nobody waits for', async (t) => {
  const { stdout } = run(t.testdir({ 'services.yaml': PROFILES }), ['--profile', 'probing'])
  t.match(stdout, /\n- +tool +longrun +disabled: none of its profiles is chosen \(debug, more\) *\n/u)
  t.match(stdout, /\n- +off +longrun +disabled: scale is 0 *\n/u)
  t.match(
    stdout,
    /\n\nprobe does not wait for off: scale is 0\nprobe does not wait for tool: none of its profiles is chosen \(debug, more\)\n$/u,
  )
})

void test('explains itself', async (t) => {
  const { status, stdout } = run(t.testdir({}), ['--help'])
  t.equal(status, 0)
  t.match(stdout, /^Usage: supervisor check /)
})

const WITH_SECRETS = `services:
  web:
    command: x
    environment: {DB_PASSWORD: in-the-file}
    ready: {http: "http://\${API_TOKEN}@127.0.0.1/in-the-file"}
`

void test('tells no secret, neither in the plan nor in a problem', async (t) => {
  const folder = t.testdir({ good: WITH_SECRETS, bad: `${WITH_SECRETS}    kill_mode: \${API_TOKEN}\n` })
  const told = ['good', 'bad'].flatMap((name) =>
    [[], ['--json']].map((more) => run(folder, ['-f', name, ...more], { API_TOKEN: 'from-outside' })),
  )
  t.strictSame(
    told.map(({ status }) => status),
    [0, 0, 78, 78],
  )
  for (const { stdout, stderr } of told) {
    t.notMatch(stdout + stderr, /in-the-file|from-outside/)
    t.match(stdout + stderr, /\*\*\*/)
  }
})
