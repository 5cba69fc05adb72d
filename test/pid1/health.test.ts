import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Found } from './support/output.ts'
import { startContainer, type Container } from './support/container.ts'
import { UNLESS_PID_1 } from './support/requirements.ts'
import { makeStack, UNLESS_STACK } from './support/stack.ts'
import { until } from './support/until.ts'
import { signalProcess } from './support/processes.ts'

/** On top of the example: PostgreSQL is asked often, and the app wants to be restarted with it. */
const OVERRIDE = `
services:
  postgres:
    healthcheck: { postgres: { port: '\${PGPORT}' }, interval: 300ms, timeout: 1s, retries: 3 }
  app:
    depends_on:
      postgres: { condition: service_healthy, when_lost: restart }
`

void t.test(
  'a PostgreSQL that hangs is restarted, and then the app, once, in one chain',
  { skip: UNLESS_STACK },
  async (test) => {
    const stack = await makeStack(test)
    const override = join(stack.folder, 'override.yaml')
    writeFileSync(override, OVERRIDE)
    const container = await stack.start({ override })
    await container.line(/app: ready/, { withinMs: 60_000 })
    const { pid } = await container.service('postgres')
    signalProcess(container.processOf(pid ?? 0)?.pid ?? 0, 'SIGSTOP')
    await container.line(/app: starting \(run 2\)/, { withinMs: 30_000 })
    await container.serviceThat('app', ({ state, run }) => state === 'running' && run === 2)

    const chain = [
      /postgres: unhealthy: 3 checks in a row failed/,
      /app: lost postgres/,
      /postgres: starting \(run 2\)/,
      /postgres: ready/,
      /app: restarting: postgres is ready again/,
      /app: stopped/,
      /app: starting \(run 2\)/,
      /app: ready/,
    ]
    test.strictSame(inOrder(container, chain), chain)
    test.equal(container.output.all(/app: starting/).length, 2, 'the app was restarted once')
    test.match(await container.service('postgres'), { state: 'running', run: 2, restarts: 1, health: 'healthy' })
    container.signal('SIGTERM')
    test.equal((await container.end()).status, 0)
  },
)

const CHECKED = `
services:
  web:
    command: sleep 1000
    healthcheck:
      test: 'if [ -e broken ]; then echo failed >> failures; exit 7; else echo passed >> checks; fi'
      interval: 50ms
      retries: 4
      on_unhealthy: shutdown
`

void t.test(
  'a service is unhealthy after exactly so many checks as "retries" says',
  { skip: UNLESS_PID_1 },
  async (test) => {
    const container = await startContainer(test, { file: CHECKED })
    await container.line(/web: ready/)
    await checksOver(container, 2)
    writeFileSync(join(container.folder, 'broken'), '')
    test.match((await container.end()).text, /web: unhealthy: 4 checks in a row failed/)
    test.equal(readFileSync(join(container.folder, 'failures'), 'utf8'), 'failed\n'.repeat(4))
  },
)

void t.test(
  'a check that hangs is killed with its tree, and there are never two',
  { skip: UNLESS_PID_1 },
  async (test) => {
    const file = `
services:
  web:
    command: sleep 1000
    ready: { delay: 0s }
    healthcheck:
      test: [CMD, flock, -n, lock, sh, -c, 'echo began >> checks; setsid sleep 900 & sleep 901']
      interval: 50ms
      timeout: 200ms
      retries: 3
      on_unhealthy: ignore
`
    const container = await startContainer(test, { file })
    await container.line(/web: unhealthy: 3 checks in a row failed/)
    await checksOver(container, 6)
    const status = await container.service('web')
    test.match(status, { state: 'running', run: 1, health: 'unhealthy', well: false })
    // With two at once the second would not have got the lock, and have ended at once with 1.
    test.match(status.check?.output, /: no answer within 0\.2 s$/)
    test.ok(container.names().filter((name) => name === 'sleep').length <= 3, 'the service, and one check')
    container.signal('SIGTERM')
    test.equal((await container.end()).status, 0)
  },
)

/** Those of the patterns that have a line each, one after the other. */
function inOrder({ output }: Container, patterns: readonly RegExp[]): readonly RegExp[] {
  let last: Found | null = null
  return patterns.filter((pattern) => {
    const found: Found | undefined = output.all(pattern).find(({ index }) => last === null || index > last.index)
    last = found ?? last
    return found !== undefined
  })
}

function countChecks({ folder }: Container): number {
  const path = join(folder, 'checks')
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0
}

function checksOver(container: Container, count: number): Promise<boolean> {
  return until(`${count} checks`, () => countChecks(container) >= count)
}
