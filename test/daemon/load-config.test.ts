import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { array, assert, constantFrom, property } from 'fast-check'
import { t as tap, test } from 'tap'
import type { World } from '../../src/core/config/world.ts'
import { loadConfig, type LoadedConfig } from '../../src/daemon/load-config.ts'
import { readConfigFile } from '../../src/system/config-file.ts'
import { ALL_POWERS } from '../core/config/world-of.ts'

const folder = mkdtempSync(join(tmpdir(), 'pidone-load-config-'))
tap.teardown(() => rmSync(folder, { recursive: true }))
const path = join(folder, 'services.yaml')

const WORLD: World = {
  mode: 'init',
  projectName: 'shop',
  environment: new Map([['NAME', 'value']]),
  readText: () => ({ kind: 'error', why: 'no such file' }),
  besideFile: (relative) => relative,
  absolutePath: (relative) => relative,
  findUser: () => null,
  findGroup: () => null,
  userNames: () => [],
  groupNames: () => [],
  currentUid: 0,
  currentGid: 0,
  hasTool: () => true,
  profiles: new Set(),
  cgroupRefusal: () => null,
  powers: () => ALL_POWERS,
  scheduleRefusal: () => null,
}

function load(source: string, environment = WORLD.environment): LoadedConfig {
  writeFileSync(path, source)
  return loadConfig({ path, read: readConfigFile }, { ...WORLD, environment })
}

function told(source: string): readonly string[] {
  return load(source).problems.map(({ code, place }) => `${place.line}:${place.column} ${code}`)
}

void test('reads, fills in and checks a file', async (t) => {
  const source = 'services:\n  web:\n    command: echo ${NAME} ${NONE}\n'
  const { config, problems, sources } = load(source)
  t.strictSame([config?.name, config?.services.get('web')?.argv], ['shop', ['echo', 'value']])
  t.strictSame(
    problems.map((problem) => [problem.severity, problem.code]),
    [['warning', 'unset-variable']],
  )
  t.strictSame(sources, new Map([[path, source]]))
})

void test('tells mistakes of all kinds together, in the order of the file', async (t) => {
  const source = `services:
  web:
    comand: x
    command: $NAME
    depends_on: [dbb]
  web:
    command: y
  db:
    command: \${NONE?}
`
  t.strictSame(told(source), [
    '3:5 unknown-key',
    '4:14 bad-interpolation',
    '5:18 unknown-service',
    '6:3 duplicate-key',
    '9:14 missing-environment',
  ])
  t.equal(load(source).config, null)
})

void test('a mistake that several share through an alias is told once', async (t) => {
  const source = 'services:\n  a: &a\n    command: x\n    bad: ${NONE} $NAME\n  b: *a\n  c: {<<: *a}\n'
  t.strictSame(told(source), ['4:5 unknown-key', '4:10 unset-variable', '4:18 bad-interpolation'])
})

void test('what stands in an extension field is a mistake only where it is used', async (t) => {
  const base = 'x-a: &a\n  script: echo $NAME\n  command: x\nservices:\n  web:\n'
  t.strictSame(told(`${base}    command: x\n`), [])
  t.strictSame(told('x-a: &a\n  script: echo $NAME ${NAME}\nservices:\n  web:\n    <<: *a\n'), [])
  t.strictSame(told('x-a: &a\n  command: echo $NAME\nservices:\n  web:\n    <<: *a\n'), ['2:17 bad-interpolation'])
})

void test('a file that cannot be read gives its problems and nothing else', async (t) => {
  t.match(loadConfig({ path: join(folder, 'none'), read: readConfigFile }, WORLD), {
    config: null,
    problems: [{ code: 'file-unreadable' }],
    sources: new Map([[join(folder, 'none'), '']]),
  })
  t.strictSame(told('services: ['), ['1:12 yaml-syntax'])
})

void test('a value that could not be filled in is not complained of twice', async (t) => {
  t.strictSame(told('services:\n  web:\n    command: x\n    stop_grace_period: ${NONE?}\n'), [
    '4:24 missing-environment',
  ])
  t.strictSame(told('services:\n  web:\n    command: x\n    stop_grace_period: ${NONE}\n'), [
    '4:24 unset-variable',
    '4:24 bad-value',
  ])
})

void test('secrets stand neither in the problems nor in the picture of their lines', async (t) => {
  const source = `services:
  web:
    command: x
    environment: {DB_PASSWORD: in-the-file, A: 1}
    stop_signal: \${API_KEY}
    user: in-the-file
    creates: \${NONE:?no \${API_KEY}}
`
  const { problems, sources } = load(source, new Map([['API_KEY', 'from-outside']]))
  t.strictSame(
    problems.map(({ message }) => message),
    [
      'expected a signal such as "SIGTERM", found "***"',
      'no user "***" in /etc/passwd; create it in the image, or give a number',
      '"creates" is only for "type: oneshot"',
      'the variable "NONE" is not set: no ***',
    ],
  )
  t.strictSame(sources.get(path), source.replaceAll('in-the-file', '***********'))
})

void test('the secrets of the container are not told of a file that is no YAML', async (t) => {
  const { sources } = load('services: [from-outside', new Map([['API_KEY', 'from-outside']]))
  t.strictSame(sources.get(path), 'services: [************')
})

const MISPLACED: readonly (readonly [what: string, line: string, told: string])[] = [
  ['below a misspelt key', 'enviroment: {DB_PASSWORD: in-the-file}', 'enviroment: {DB_PASSWORD: ***********}'],
  ['in a text in place of a list', 'environment: DB_PASSWORD=in-the-file', 'environment: DB_PASSWORD=***********'],
  ['in a mapping in a list', 'environment: [DB_PASSWORD: in-the-file]', 'environment: [DB_PASSWORD: ***********]'],
  ['in a file that is no YAML', 'x: {"KEY": "in-the-file", y: "}', 'x: {"KEY": *************, y: "}'],
  ['of a listed name', 'enviroment: {LISTED: in-the-file}', 'enviroment: {LISTED: ***********}'],
]

const around = (text: string): string => `secrets: [LISTED]\nservices:\n  web:\n    command: x\n    ${text}\n`

for (const [what, line, shown] of MISPLACED) {
  void test(`a secret ${what} is not told`, async (t) => {
    const { problems, sources } = load(around(line))
    t.strictSame(sources.get(path), around(shown))
    t.notOk(problems.some(({ message }) => message.includes('in-the-file')))
  })
}

for (const text of ['environment: {DB_PASSWORD: pa$word1}', 'environment: [DB_PASSWORD=pa$word1, LISTED=$word1]']) {
  void test(`the part of a secret behind a dollar sign is not told: ${text}`, async (t) => {
    const { problems } = load(around(text))
    const bare = 'a "$" before a name is not replaced'
    const way = 'write "${NAME}" for a variable, or "$$" for a literal dollar sign'
    t.same([...new Set(problems.map(({ message }) => message))], [`${bare}; ${way}`])
  })
}

void test('what is wrong with a reference to a secret is shown', async (t) => {
  const source = 'services:\n  web:\n    command: x\n    environment: {DB_PASSWORD: "${DB_PASSWORD:?give it}"}\n'
  t.strictSame(load(source).sources.get(path), source)
})

void test('the path of a file that holds a secret is shown', async (t) => {
  const paths = '{DB_PASSWORD: /data/db-password, API_KEY: "/data/api-key"  } # API_KEY=in-the-file'
  const source = `x-files: &files\n  MY_SECRET: /data/my-secret\n${around(`expand_file_env: ${paths}`)}    usr: x\n  db: {command: x, expand_file_env: *files}\n`
  const { problems, sources } = load(source, new Map([['DB_PASSWORD_FILE', '/data/db-password']]))
  t.strictSame(sources.get(path), source.replace('in-the-file', '***********'))
  t.strictSame(
    problems.map(({ message }) => message),
    [
      'cannot read "/data/db-password": no such file; correct "DB_PASSWORD_FILE"',
      'unknown key "usr"; did you mean "user"?',
    ],
  )
  const { problems: bare } = load(around('expand_file_env: {DB_PASSWORD: $DATA/db}'))
  t.match(bare[0]?.message, /^"\$DATA" is not replaced/)
})

void test('what variables have made wrong names them, once for all that have it', async (t) => {
  const source = `logs: {format: "\${LOG_FORMAT:-text}"}
services:
  web: &web
    command: x
    scale: 2
    user: \${SERVICE_USER:-}
    ready: {http: "http://127.0.0.1:\${PORT:-80}/\${PIDONE_INSTANCE}"}
    stop_signal: \${STOP:-SIGTRM}
  db: {command: x, user: "\${SERVICE_USER}", stop_signal: "SIG\${NAME}"}
`
  const given = { LOG_FORMAT: 'jsn', SERVICE_USER: 'who', PORT: 'abc', NAME: 'value' }
  const { problems } = load(source, new Map(Object.entries(given)))
  t.strictSame(
    problems.map(({ path: where, variables, also }) => ({ where, variables, also })),
    [
      { where: 'logs.format', variables: ['LOG_FORMAT'], also: undefined },
      { where: 'services.web.user', variables: ['SERVICE_USER'], also: ['services.db.user'] },
      { where: 'services.web.ready.http', variables: ['PORT'], also: undefined },
      { where: 'services.web.stop_signal', variables: undefined, also: undefined },
      { where: 'services.db.stop_signal', variables: ['NAME'], also: undefined },
    ],
  )
})

void test('names of JavaScript harm nothing', async (t) => {
  t.strictSame(told('services:\n  __proto__: {command: x}\n'), ['2:3 bad-value'])
  const { config, problems } = load('services:\n  constructor: {command: x, environment: {__proto__: y}}\n')
  t.strictSame(problems, [])
  t.strictSame(config?.services.get('constructor')?.environment.get('__proto__'), 'y')
})

void test('never throws, and a config comes exactly when there is no error inside of the text', async () => {
  const keys = [
    'services:\n',
    '  web:\n',
    '  db: &d\n',
    '    command: x\n',
    '    command: ${A:-y}\n',
    '    depends_on: [web]\n',
  ]
  const more = [
    '    ready: {tcp: 80}\n',
    '    <<: *d\n',
    '    type: oneshot\n',
    '    $B: ${\n',
    '  x:\n',
    'x-a:\n',
    '    - "q\n',
    '\t',
  ]
  assert(
    property(array(constantFrom(...keys, ...more), { maxLength: 14 }), (pieces) => {
      const source = pieces.join('')
      const { config, problems } = load(source)
      const lines = source.split('\n')
      if ((config === null) !== problems.some((problem) => problem.severity === 'error')) throw new Error(source)
      for (const { place } of problems)
        if (place.column - 1 + place.length > (lines[place.line - 1]?.length ?? -1)) throw new Error(source)
    }),
    { numRuns: 2000 },
  )
})
