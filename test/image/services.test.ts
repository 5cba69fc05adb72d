import { accessSync, constants, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { loadFiles } from '../../src/cli/load-file.ts'

const FOLDER = join(import.meta.dirname, '..', '..', '..', 'docker', 'rootfs')
const SERVICES = join(FOLDER, 'etc', 'pidone', 'services.yaml')
const PRODUCTION = join(FOLDER, 'etc', 'pidone', 'production.yaml')
const URL = 'postgres://shop:hunter2hunter2@db.example/shop'

interface Checked {
  readonly problems: readonly string[]
  /** Those that run, each with those that it waits for. */
  readonly services: Readonly<Record<string, readonly string[]>> | null
}

/** What is made of files with nothing but these variables. */
async function check(
  environment: Readonly<Record<string, string>>,
  paths: readonly string[] = [SERVICES],
): Promise<Checked> {
  const { config, problems } = await load(environment, paths)
  const running = [...(config?.services.values() ?? [])].filter(({ enabled }) => enabled)
  const edges = running.map(({ name, dependsOn }) => [name, dependsOn.map(({ service }) => service)] as const)
  return {
    problems: problems.map(({ path, message }) => `${path}: ${message}`),
    services: config === null ? null : Object.fromEntries(edges),
  }
}

function load(environment: Readonly<Record<string, string>>, paths: readonly string[]): ReturnType<typeof loadFiles> {
  return loadFiles({ mode: 'init', paths, environment: new Map(Object.entries(environment)), profiles: [] })
}

const ALL = {
  prepare: [],
  'postgres-init': ['prepare'],
  postgres: ['postgres-init'],
  redis: ['prepare'],
  app: ['prepare', 'postgres', 'redis'],
}

void t.test('without a setting everything is there', async (test) => {
  test.same(await check({}), { problems: [], services: ALL })
  test.same(await check({ DATABASE_URL: '', LOG_FORMAT: 'json', PORT: '80' }), { problems: [], services: ALL })
})

void t.test('a server elsewhere takes the place of the one in here, and nothing waits for that', async (test) => {
  const { 'postgres-init': _init, postgres: _postgres, ...others } = ALL
  const services = { ...others, app: ['prepare', 'redis'] }
  test.same(await check({ DATABASE_URL: URL }), { problems: [], services })
  const file = join(test.testdir({ url: `${URL}\n` }), 'url')
  test.same(await check({ DATABASE_URL_FILE: file }), { problems: [], services })
  const { redis: _redis, ...rest } = services
  test.same(await check({ DATABASE_URL: URL, REDIS_URL_FILE: file }), {
    problems: [],
    services: { ...rest, app: ['prepare'] },
  })
})

/** The variables that the app takes from a file of last resort. */
async function lastResorts(environment: Readonly<Record<string, string>>): Promise<unknown> {
  const { config } = await load(environment, [SERVICES])
  const files = [...(config?.services.get('app')?.fallbackFiles ?? [])]
  return files.filter(([, path]) => path.startsWith('/data/')).map(([variable]) => variable)
}

void t.test('a password that was made for a server in here is not for one elsewhere', async (test) => {
  const file = join(test.testdir({ url: `${URL}\n` }), 'url')
  test.strictSame(await lastResorts({}), ['REDIS_PASSWORD', 'SESSION_SECRET'])
  test.strictSame(await lastResorts({ DATABASE_URL: URL }), ['REDIS_PASSWORD', 'SESSION_SECRET'])
  test.strictSame(await lastResorts({ REDIS_URL_FILE: file }), ['SESSION_SECRET'])
})

void t.test('a secret and a file for it are too much, and no secret is told', async (test) => {
  const { problems } = await check({ DATABASE_URL: URL, DATABASE_URL_FILE: '/none' })
  test.strictSame(
    problems.map((problem) => problem.split(';')[0]),
    ['services.prepare.expand_file_env[0]: both "DATABASE_URL" and "DATABASE_URL_FILE" are set'],
  )
  test.notMatch(problems.join('\n'), 'hunter2')
})

void t.test('production asks for all that it needs at once, by name or as a file', async (test) => {
  const files = [SERVICES, PRODUCTION]
  test.same(
    (await check({}, files)).problems.map((problem) => problem.split(';')[0]),
    [
      'required_env[0]: the variable "PUBLIC_URL" is not set',
      'required_env[1]: the variable "SESSION_SECRET" is not set',
    ],
  )
  const file = join(test.testdir({ secret: 'sesame-open-sesame\n' }), 'secret')
  const environment = { PUBLIC_URL: 'https://visits.example', SESSION_SECRET_FILE: file }
  test.same(await check(environment, files), { problems: [], services: ALL })
})

void t.test('its programs are there', async (test) => {
  const named = new Set(readFileSync(SERVICES, 'utf8').match(/\/usr\/local\/\S+[a-z]/g))
  test.equal(named.size, 3)
  for (const path of [...named, '/usr/local/bin/visits']) {
    test.doesNotThrow(() => accessSync(join(FOLDER, path), constants.X_OK), path)
  }
})
