import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startContainer, type Container } from '../support/container.ts'
import { INIT_IN_OWN_NETWORK, UNLESS_OWN_NETWORK } from '../support/own-network.ts'
import { UNLESS_PID_1 } from '../support/requirements.ts'
import { until } from '../support/until.ts'
import { IDLE, written } from '../support/written.ts'
import { program } from '../../system/fixture.ts'

const skip = UNLESS_PID_1

t.jobs = 4

void t.test('type: a oneshot runs to its end, a longrun is kept running', { skip, buffered: true }, async (test) => {
  const file = written({
    once: { type: 'oneshot', script: 'echo ran' },
    kept: { script: 'echo ran', restart: { delay: '10ms' } },
    idle: IDLE,
  })
  const container = await startContainer(test, { file })
  await container.line(/kept: starting \(run 3\)/)
  test.match(await container.serviceThat('once', ({ state }) => state === 'completed'), {
    type: 'oneshot',
    pid: null,
    run: 1,
    exit: { code: 0, signal: null },
  })
  test.equal(container.output.all(/^once +\| ran$/).length, 1)
  test.equal((await container.service('kept')).type, 'longrun')
})

void t.test('start_timeout: one that is not ready within it is stopped', { skip, buffered: true }, async (test) => {
  const never = { ...IDLE, ready: { log: 'never' }, restart: 'no', on_failure: 'ignore' }
  const file = written({ hasty: { ...never, start_timeout: '200ms' }, patient: { ...never, start_timeout: '10m' } })
  const container = await startContainer(test, { file })
  test.match(await container.serviceThat('hasty', ({ state }) => state === 'failed'), {
    reason: 'not ready within 200 ms (no line matches "never")',
    exit: { code: null, signal: 'SIGTERM' },
  })
  test.match(await container.service('patient'), { state: 'starting', run: 1 })
})

void t.test('ready.interval: the longest wait between two attempts', { skip, buffered: true }, async (test) => {
  const container = await startContainer(test, {
    file: written({ often: asked('20ms', 'a'), rarely: asked('10m', 'b') }),
  })
  // Doubling from 10 ms, the other one is at its sixth when 600 ms have passed.
  await until('30 attempts', () => countLines(container, 'a') >= 30)
  const rarely = countLines(container, 'b')
  test.ok(rarely > 1 && rarely < 15, String(rarely))
})

void t.test(
  'ready.timeout: an attempt that hangs is ended, and tried again',
  { skip, buffered: true },
  async (test) => {
    const container = await startContainer(test, {
      file: written({ short: hangs('100ms', 'a'), long: hangs('10m', 'b') }),
    })
    await until('4 attempts', () => countLines(container, 'a') >= 4 && countLines(container, 'b') > 0)
    test.equal(countLines(container, 'b'), 1)
    // Two services, and at most the one attempt of each.
    test.ok(container.names().filter((name) => name === 'sleep').length <= 4)
  },
)

void t.test(
  'ready.http.unix, ready.http.headers, ready.postgres.host, ready.postgres.port, ready.postgres.unix, ready.postgres.user, ready.postgres.database, ready.redis.host, ready.redis.port and ready.redis.unix: who is asked, and what',
  { skip: UNLESS_OWN_NETWORK, buffered: true },
  async (test) => {
    const probes = {
      page: { http: { url: 'http://shop.example/page', headers: { 'X-Word': 'a' }, unix: 'app.sock' } },
      guest: { postgres: { host: 'localhost', port: 5433, user: 'guest', database: 'wares' } },
      local: { postgres: { unix: 'postgresql/.s.PGSQL.5432', user: 'local' } },
      other: { redis: { host: 'localhost', port: 6380 } },
      cache: { redis: { unix: 'redis/redis.sock' } },
    }
    const absent = {
      'no-page': { http: { url: 'http://127.0.0.1:8000/', unix: 'none.sock' } },
      'no-status': { http: { url: 'http://127.0.0.1:8000/', status: [404, '500-599'] } },
      'no-body': { http: { url: 'http://localhost/', unix: 'app.sock', body: 'goodbye' } },
      'no-postgres': { postgres: { port: 5434 } },
      'no-server': { postgres: { host: '127.0.0.3' } },
      'no-local': { postgres: { unix: 'none.sock' } },
      'no-redis': { redis: { port: 6381 } },
      'no-cache': { redis: { unix: 'none.sock' } },
      'no-host': { redis: { host: '127.0.0.2' } },
    }
    const server = {
      command: [process.execPath, program('answers-every-probe'), '.'],
      ready: { log: 'Listening' },
    }
    const askers = Object.entries({ ...probes, ...absent }).map(([name, ready]) => [
      name,
      { ...IDLE, ready: { ...ready, interval: '20ms' }, depends_on: ['server'] },
    ])
    const file = written({ server, ...Object.fromEntries(askers) })
    const container = await startContainer(test, { file, program: INIT_IN_OWN_NETWORK })
    for (const name of Object.keys(probes)) await container.serviceThat(name, ({ state }) => state === 'running')
    await container.line(/^server +\| http GET \/page host=shop\.example word=a$/)
    await container.line(/^server +\| postgres user guest database wares/)
    await container.line(/^server +\| postgres user local database postgres/)
    for (const name of Object.keys(absent)) {
      const status = await container.serviceThat(name, ({ reason }) =>
        /^not ready for [^:]* of 1 min: (?!no answer)./.test(reason),
      )
      test.equal(status.state, 'starting', name)
    }
  },
)

/** One that is asked so often, and leaves a line in a file each time. */
function asked(interval: string, name: string): object {
  return {
    ...IDLE,
    ready: { exec: ['sh', '-c', `echo asked >> ${name}; exit 1`], interval },
  }
}

/** One whose attempts hang for so long. */
function hangs(timeout: string, name: string): object {
  return {
    ...IDLE,
    ready: { exec: ['sh', '-c', `echo asked >> ${name}; sleep 999 & wait`], timeout },
  }
}

function countLines({ folder }: Container, name: string): number {
  const path = join(folder, name)
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0
}
