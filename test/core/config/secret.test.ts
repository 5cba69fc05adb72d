import t from 'tap'
import type { Problem } from '../../../src/core/config/problem.ts'
import { readConfig } from '../../../src/core/config/read-config.ts'
import { redactProblems } from '../../../src/core/config/redact-problems.ts'
import { isSecretName } from '../../../src/core/config/secret.ts'
import { quote } from '../../../src/core/text/quote.ts'
import { treeOf } from './tree-of.ts'
import { worldOf } from './world-of.ts'

const SECRET = ['DB_PASSWORD', 'MYSQL_PASSWD', 'client_secret', 'GithubToken', 'API_KEY', 'KEY', 'DATABASE_URL']
const OPEN = ['PATH', 'HOME', 'DB_PASS', 'DB_PASSWORD_FILE', 'ssl_key_file', 'DATABASE_URL_2', '']

void t.test('a variable is secret by its name, or because the file says so', async (test) => {
  const listed = new Set(['DATABASE_URL'])
  test.same(
    [...SECRET, ...OPEN].map((name) => isSecretName(name, listed)),
    [...SECRET.map(() => true), ...OPEN.map(() => false)],
  )
  test.equal(isSecretName('DB_PASSWORD_FILE', new Set(['DB_PASSWORD_FILE'])), true)
})

const YAML = `
secrets: [DATABASE_URL]
environment: {TOP_KEY: high, OPEN: open}
services:
  a:
    command: a
    environment: {DATABASE_URL: dburl, A_TOKEN: token, EMPTY_KEY: "", EXPANDED_KEY_FILE: /x, HOST_KEY: }
    expand_file_env: true
  b: {command: b, enabled: false, environment: {B_SECRET: disabled}}
  c: {command: c, env_file: x.env, clear_env: true}
`

const WORLD = worldOf({
  environment: new Map([
    ['PATH', '/bin'],
    ['HOST_KEY', 'host'],
  ]),
  readText: (path) => ({ kind: 'text', text: path === '/x' ? 'expanded\n' : 'C_KEY=file' }),
})

const VALUES = ['high', 'host', 'dburl', 'token', 'expanded', 'disabled', 'file']

void t.test('the values of all secret variables are known', async (test) => {
  const { config, problems, secrets } = readConfig(treeOf(YAML), WORLD)
  test.same(problems, [])
  test.same([...(config?.secrets ?? [])].toSorted(), VALUES.toSorted())
  test.equal(secrets, config?.secrets)
})

void t.test('they are known of a wrong file too, and of none those of the container', async (test) => {
  const { config, secrets } = readConfig(treeOf(`${YAML}  d: 5\n`), WORLD)
  test.equal(config, null)
  test.same([...secrets].toSorted(), VALUES.toSorted())
  test.same([...readConfig(treeOf('5'), WORLD).secrets], ['host'])
})

void t.test('secrets that are too short to be hidden are told of, once', async (test) => {
  const yaml = `secrets: [PIN]
environment: {PIN: abc, TOP_KEY: high, KEYS: 256, OPEN: x}
services:
  a: {command: a, environment: {A_TOKEN: " a ", B_TOKEN: "off", C_TOKEN: "", PIN: abc}, expand_file_env: [F_KEY]}
  b: {command: b, enabled: false, environment: {B_SECRET: b}}
`
  const environment = new Map([
    ['HOST_KEY', 'h'],
    ['F_KEY_FILE', '/f'],
  ])
  const { config, problems } = readConfig(
    treeOf(yaml),
    worldOf({ environment, readText: () => ({ kind: 'text', text: 'f\n' }) }),
  )
  test.same(
    problems.map(({ code, severity, path, message }) => `${severity} ${code} ${path}: ${message}`),
    [
      'warning short-secret : the values of "PIN", "HOST_KEY", "A_TOKEN", "B_SECRET" and "F_KEY" are too short to be hidden in messages; choose 4 characters or more',
    ],
  )
  test.same([...(config?.secretNames ?? [])], ['PIN'])
  const alone = readConfig(treeOf('services: {a: {command: a, environment: {A_KEY: b}}}'), worldOf({}))
  test.same(
    alone.problems.map(({ message }) => message),
    ['the value of "A_KEY" is too short to be hidden in messages; choose 4 characters or more'],
  )
})

void t.test('secrets of Compose are told apart', async (test) => {
  const { problems } = readConfig(treeOf('secrets: {db: {file: x}}\nservices: {a: {command: a, secrets: [db]}}'), WORLD)
  test.same(
    problems.map(({ code, path, message }) => `${code} ${path}: ${message}`),
    [
      'wrong-type secrets: expected a list of variables, found a mapping; mount secrets with the container engine, name their files as in "DB_PASSWORD_FILE", and see "expand_file_env"',
      'unknown-key services.a.secrets: unknown key "secrets"; mount secrets with the container engine, name their files as in "DB_PASSWORD_FILE", and see "expand_file_env"',
    ],
  )
})

function redacted(message: string, ...secrets: readonly string[]): string | undefined {
  const place = { file: 'x', line: 1, column: 1, length: 1 }
  const problem: Problem = { code: 'bad-value', severity: 'error', place, path: 'a', message }
  return redactProblems([problem], new Set(secrets))[0]?.message
}

const LONG = 'correct "horse" battery staple, and all that comes after it in this very long text'

void t.test('problems do not tell a value, nor the beginning of one that was cut', async (test) => {
  test.equal(redacted('found "hunter2hunter2"', 'hunter2hunter2'), 'found "***"')
  test.equal(redacted(`found ${quote(LONG)}; help`, LONG), 'found "***..."; help')
  const url = `postgres://app:${LONG}@db/`
  test.equal(
    redacted(`found ${quote(url)} or ${quote(url)}`, LONG),
    'found "postgres://app:***..." or "postgres://app:***..."',
  )
  test.equal(redacted(`found ${quote('x'.repeat(70))}`, LONG), `found "${'x'.repeat(57)}..."`)
  test.equal(redacted('not one', LONG), 'not one')
})
