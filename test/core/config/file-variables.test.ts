import t from 'tap'
import { interpolate } from '../../../src/core/config/interpolate.ts'
import { readConfig, type ConfigReading } from '../../../src/core/config/read-config.ts'
import type { World } from '../../../src/core/config/world.ts'
import { treeOf } from './tree-of.ts'
import { worldOf } from './world-of.ts'

const FILES = new Map([
  ['/run/secrets/db', 'hunter2hunter2\n'],
  ['/run/secrets/crlf', 'one\r\n'],
  ['/run/secrets/two', 'one\n\n'],
  ['/run/secrets/nul', 'a\0b'],
  ['/run/secrets/large', 'x'.repeat(128 * 1024 - 3)],
  ['/run/secrets/largest', `${'x'.repeat(128 * 1024 - 4)}\n`],
  ['/run/secrets/wide', 'é'.repeat(64 * 1024)],
  ['/run/secrets/empty', ''],
  ['/run/secrets/latin', 'caf\udce9\n'],
])

function readText(path: string): ReturnType<World['readText']> {
  const text = FILES.get(path)
  return text === undefined ? { kind: 'missing', why: 'no such file' } : { kind: 'text', text }
}

function read(yaml: string, environment: Readonly<Record<string, string>> = {}): ConfigReading {
  return readConfig(treeOf(yaml), worldOf({ readText, environment: new Map(Object.entries(environment)) }))
}

function readFilled(yaml: string, environment: Readonly<Record<string, string>>): ConfigReading {
  const world = worldOf({ readText, environment: new Map(Object.entries(environment)) })
  return readConfig(interpolate(treeOf(yaml), world.environment).tree, world)
}

function readDenied(path: string): ReturnType<World['readText']> {
  return path === 'a' ? { kind: 'missing', why: 'no such file' } : { kind: 'error', why: 'permission denied' }
}

function told({ problems }: ConfigReading): readonly string[] {
  return problems.map(({ code, place, path, message }) => `${code} ${place.line}:${place.column} ${path}: ${message}`)
}

function environmentOf(reading: ConfigReading): unknown {
  return Object.fromEntries(reading.config?.services.get('a')?.environment ?? [])
}

void t.test('a listed variable is set from its file, wherever that is named', async (test) => {
  const keys = 'expand_file_env: [A, B, C], environment: {A_FILE: /run/secrets/db, C: c, D_FILE: /none}'
  const reading = read(`services: {a: {command: a, ${keys}}}`, { B_FILE: '/run/secrets/crlf', E_FILE: '/none' })
  test.same(told(reading), [])
  test.same(environmentOf(reading), {
    A: 'hunter2hunter2',
    A_FILE: '/run/secrets/db',
    B: 'one',
    C: 'c',
    D_FILE: '/none',
  })
})

void t.test('one line end is cut, and the largest that a variable can hold is taken', async (test) => {
  const files = '{A_FILE: /run/secrets/two, B_FILE: /run/secrets/empty, C_FILE: /run/secrets/largest}'
  const reading = read(`services: {a: {command: a, expand_file_env: [A, B, C], environment: ${files}}}`)
  test.same(told(reading), [])
  const environment = reading.config?.services.get('a')?.environment
  test.same([environment?.get('A'), environment?.get('B'), environment?.get('C')?.length], ['one\n', '', 131_068])
})

void t.test('with true all variables in _FILE are expanded, an empty one and a bare _FILE are not', async (test) => {
  const reading = read('services: {a: {command: a, expand_file_env: true, environment: {B_FILE: }}}', {
    A_FILE: '/run/secrets/db',
    A: '',
    B_FILE: '',
    _FILE: '/none',
  })
  test.same(told(reading), [])
  test.same(environmentOf(reading), { A: 'hunter2hunter2', B_FILE: '' })
})

void t.test('what the container has does not count for a service that does not get it', async (test) => {
  const reading = read('services: {a: {command: a, clear_env: true, expand_file_env: true}}', { A_FILE: '/none' })
  test.same(told(reading), [])
  test.same(environmentOf(reading), {})
})

void t.test('every way in which a file is none is told', async (test) => {
  const names = ['none', 'nul', 'large', 'db']
  const files = names.map((name) => `      ${name.toUpperCase()}_FILE: /run/secrets/${name}`).join('\n')
  const yaml = `services:
  a:
    command: a
    environment:
${files}
      DB: set
    expand_file_env: [NONE, NUL, LARGE, DB, DB_FILE]
  b: {command: b, environment: {X_FILE: /none}, expand_file_env: true}
`
  test.same(told(read(yaml)), [
    'bad-file-variable 10:23 services.a.expand_file_env[0]: cannot read "/run/secrets/none": no such file; correct "NONE_FILE"',
    'bad-file-variable 10:29 services.a.expand_file_env[1]: cannot read "/run/secrets/nul": it contains a NUL character, which no variable can hold; correct "NUL_FILE"',
    'bad-file-variable 10:34 services.a.expand_file_env[2]: cannot read "/run/secrets/large": it is larger than the 128 KiB that a variable can hold; correct "LARGE_FILE"',
    'bad-file-variable 10:41 services.a.expand_file_env[3]: both "DB" and "DB_FILE" are set; unset one of them',
    'bad-value 10:45 services.a.expand_file_env[4]: "DB_FILE" names the file; list the variable that is set from it, "DB"',
    'bad-file-variable 11:66 services.b.expand_file_env: cannot read "/none": no such file; correct "X_FILE", or list the variables that are meant, without "X"',
  ])
})

void t.test('the kernel counts bytes, not characters', async (test) => {
  const reading = read('services: {a: {command: a, expand_file_env: true, environment: {A_FILE: /run/secrets/wide}}}')
  test.match(told(reading), [/"\/run\/secrets\/wide": it is larger than the 128 KiB/])
})

void t.test('a variable takes any bytes, and an environment file is text', async (test) => {
  const files = 'environment: {A_FILE: /run/secrets/latin}, expand_file_env: [A]'
  test.same(environmentOf(read(`services: {a: {command: a, ${files}}}`)), {
    A: 'caf\udce9',
    A_FILE: '/run/secrets/latin',
  })
  test.same(told(read('services: {a: {command: a, env_file: /run/secrets/latin}}')), [
    'bad-env-file 1:38 services.a.env_file: cannot read "/run/secrets/latin": it is not UTF-8 text',
  ])
})

void t.test('with true, what the container has for other purposes is left as it is, with one warning', async (test) => {
  const yaml = `secrets: [URL]
services:
  a: {command: a, expand_file_env: true}
  b: {command: b, expand_file_env: true}
`
  const reading = read(yaml, { SSL_CERT_FILE: '/run/secrets/large', X: 'x', X_FILE: '/run/secrets/db' })
  test.same(told(reading), [
    'bad-file-variable 3:36 services.a.expand_file_env: cannot read "/run/secrets/large": it is larger than the 128 KiB that a variable can hold; correct "SSL_CERT_FILE", or list the variables that are meant, without "SSL_CERT"',
    'bad-file-variable 3:36 services.a.expand_file_env: both "X" and "X_FILE" are set; unset one of them',
  ])
  test.same(environmentOf(reading), {})
  test.equal(read(yaml, { API_KEY_FILE: '/none' }).config, null)
  test.equal(read(yaml, { URL_FILE: '/none' }).config, null)
})

void t.test('a file of last resort is for what neither the container nor a named file gives', async (test) => {
  const files = '{A: /data/a, B: /data/b, C: secrets/c, D: , E: /data/e}'
  const keys = `expand_file_env: ${files}, environment: {A_FILE: /run/secrets/db, E: mine}`
  const reading = read(`services: {a: {command: a, ${keys}}}`, { B: 'given', C: '' })
  test.same(told(reading), [])
  test.same(environmentOf(reading), { A: 'hunter2hunter2', A_FILE: '/run/secrets/db', E: 'mine' })
  test.same([...(reading.config?.services.get('a')?.fallbackFiles ?? [])], [['C', '/etc/pidone/secrets/c']])
})

void t.test('what is given beside a file of last resort is checked like any other', async (test) => {
  const yaml = 'services: {a: {command: a, expand_file_env: {A: /data/a, B: , C: /data/c, D: ""}}}'
  test.same(told(read(yaml, { A_FILE: '/none', C: 'c', C_FILE: '/run/secrets/db' })), [
    'bad-file-variable 1:46 services.a.expand_file_env.A: cannot read "/none": no such file; correct "A_FILE"',
    'bad-file-variable 1:63 services.a.expand_file_env.C: both "C" and "C_FILE" are set; unset one of them',
    'bad-value 1:78 services.a.expand_file_env.D: expected a path, found ""',
  ])
})

void t.test('a required variable may come from a file, whoever reads that', async (test) => {
  const yaml = 'required_env: [A, B, C, D_FILE]\nservices: {a: {command: a, expand_file_env: {A: , C: /data/c}}}'
  const environment = { A_FILE: '/run/secrets/db', B_FILE: '/run/secrets/db' }
  test.same(told(read(yaml, environment)), [
    'missing-environment 1:22 required_env[2]: the variable "C" is not set; give it, as in "docker run -e C=VALUE", or name a file that holds it in "C_FILE"',
    'missing-environment 1:25 required_env[3]: the variable "D_FILE" is not set; give it, as in "docker run -e D_FILE=VALUE"',
  ])
})

void t.test('environment files of both formats stand side by side', async (test) => {
  const text = 'A="x" # y\nB=$A\nexport C=$$A'
  const world = worldOf({ readText: () => ({ kind: 'text', text }) })
  const yaml = 'services: {a: {command: a, env_file: [x]}, b: {command: b, env_file: [{path: x, format: raw}]}}'
  const { config, problems } = readConfig(treeOf(yaml), world)
  test.same(
    problems.map(({ message }) => message),
    ['"x", line 3: the name contains a blank'],
  )
  test.equal(config, null)
  const both = readConfig(
    treeOf(yaml.replace('[x]', '[{path: x}]')),
    worldOf({ readText: () => ({ kind: 'text', text: 'A="x" # y\nB=$A' }) }),
  )
  test.same(
    [...(both.config?.services.values() ?? [])].map(({ environment }) => Object.fromEntries(environment)),
    [
      { A: 'x', B: 'x' },
      { A: '"x" # y', B: '$A' },
    ],
  )
})

void t.test('a file that need not be there has to be readable when it is', async (test) => {
  const yaml = 'env_file: [{path: a, required: false}, {path: b, required: false}]\nservices: {a: {command: a}}'
  test.same(told(readConfig(treeOf(yaml), worldOf({ readText: readDenied }))), [
    'bad-env-file 1:47 env_file[1].path: cannot read "b": permission denied',
  ])
})

function toldOfOrigin({ problems }: ConfigReading): readonly unknown[] {
  return problems.map(({ path, message, variables, also }) => ({ path, message, variables, also }))
}

void t.test(
  'a file that several services name is told of once, by the name that the container has for it',
  async (test) => {
    const yaml = `environment: {TOP_FILE: "\${GIVEN_FILE}"}
services:
  a: {command: a, expand_file_env: &e {DB: /data/db, TOP: }}
  b: {command: b, expand_file_env: *e}
  c: {command: c, expand_file_env: [PW], environment: {PW_FILE: "\${DB_FILE:-}"}}
  d: {command: d, expand_file_env: [PW], environment: ["PW_FILE=/run/\${WHICH}"]}
  e: {command: e, expand_file_env: [DB], environment: [DB_FILE], clear_env: true}
  f: {command: f, expand_file_env: [X], environment: {X_FILE: /none}}
  g: {command: g, expand_file_env: [X], environment: {X_FILE: /none}}
`
    const environment = { DB_FILE: '/none', GIVEN_FILE: '/gone', WHICH: 'x' }
    test.same(toldOfOrigin(readFilled(yaml, environment)), [
      {
        path: 'services.a.expand_file_env.DB',
        message: 'cannot read "/none": no such file; correct "DB_FILE"',
        variables: ['DB_FILE'],
        also: ['services.b.expand_file_env.DB', 'services.c.expand_file_env[0]', 'services.e.expand_file_env[0]'],
      },
      {
        path: 'services.a.expand_file_env.TOP',
        message: 'cannot read "/gone": no such file; correct "GIVEN_FILE"',
        variables: ['GIVEN_FILE'],
        also: ['services.b.expand_file_env.TOP'],
      },
      {
        path: 'services.d.expand_file_env[0]',
        message: 'cannot read "/run/x": no such file; correct "PW_FILE"',
        variables: ['WHICH'],
        also: undefined,
      },
      {
        path: 'services.f.expand_file_env[0]',
        message: 'cannot read "/none": no such file; correct "X_FILE"',
        variables: undefined,
        also: ['services.g.expand_file_env[0]'],
      },
    ])
  },
)

void t.test('of two that are both set, each is named as the container has it', async (test) => {
  const yaml = `services:
  a: {command: a, expand_file_env: [PW], environment: {PW: "\${DB:-}", PW_FILE: "\${DB_FILE:-}"}}
  b: {command: b, expand_file_env: [PW], env_file: x, environment: {PW: "\${DB}"}}
`
  const environment = { DB: 'd', DB_FILE: '/none', PW_FILE: '/none' }
  const world = worldOf({
    readText: () => ({ kind: 'text', text: 'PW_FILE=/other' }),
    environment: new Map(Object.entries(environment)),
  })
  const { tree } = interpolate(treeOf(yaml), world.environment)
  test.same(toldOfOrigin(readConfig(tree, world)), [
    {
      path: 'services.a.expand_file_env[0]',
      message: 'both "DB" and "DB_FILE" are set; unset one of them',
      variables: ['DB', 'DB_FILE'],
      also: undefined,
    },
    {
      path: 'services.b.expand_file_env[0]',
      message: 'both "DB" and "PW_FILE" are set; unset one of them',
      variables: ['DB'],
      also: undefined,
    },
  ])
})
