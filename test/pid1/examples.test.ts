import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { exampleFile } from '../../scripts/example-file.ts'
import { sections } from '../../scripts/reference.ts'
import { FILE } from '../../src/core/config/vocabulary/file.ts'
import type { ServiceStatus } from '../../src/core/protocol.ts'
import { foldersOf } from '../../src/system/command-error/lookup.ts'
import { program } from '../system/fixture.ts'
import { makeFolder, startContainer, type Container } from './support/container.ts'
import { INIT_IN_OWN_NETWORK, UNLESS_OWN_NETWORK } from './support/own-network.ts'
import { until } from './support/until.ts'

const NODE = process.execPath

/**
 * The programs that the examples speak of, as shell text. `node` is what they are all about: the supervisor itself runs
 * on it, and the rest of its programs are these.
 */
const PROGRAMS: Readonly<Record<string, string>> = {
  node: `case $1 in
*/launch.cjs) exec ${NODE} "$@" ;;
migrate.js) ;;
server.js) echo $$ > /run/app.pid; [ -z "$PROBED" ] || exec ${NODE} ${program('answers-every-probe')} /run; exec sleep 1000 ;;
*) exit 99 ;;
esac`,
  postgres: 'exec sleep 1000',
  initdb: '',
  pg_isready: '',
  curl: '',
  'redis-cli': '[ "$1" = save ] || kill "$(cat /run/app.pid)"',
  nginx: 'kill "$(cat /run/app.pid)"',
  '../warm-up': '',
  '../check': '',
}

/** What stands in the folder; the service without the container's PATH has a `node` that is not ours. */
const FILES: Readonly<Record<string, string>> = {
  'defaults.env': 'A=1\n',
  'generated.env': 'B="2\n',
  'server.js': 'setInterval(() => {}, 1_000_000)\n',
}

const ENVIRONMENT: Readonly<Record<string, string>> = {
  JWT_SECRET_KEY: 'it-is-there',
  DATABASE_URL: 'postgres://127.0.0.1',
}

/** What a container has that this machine has not: folders of its own. */
const PREPARED = [
  'mount -t tmpfs tmpfs /run && mkdir /run/secrets && echo word > /run/secrets/db_password',
  'mount -t tmpfs tmpfs /srv && mkdir /srv/app',
  'mount -t tmpfs tmpfs /var/log',
  'exec "$@"',
].join(' && ')

/** The examples of what may not be had everywhere, and what is told then, at once and without anything being started. */
const REFUSALS: readonly (readonly [key: RegExp, refusal: RegExp])[] = [
  [/^(mem_limit|cpus|pids_limit)$/, /it needs a cgroup of its own/],
  [/^ulimits/, /the highest possible here is \d+/],
]

/** What would say that something was not as it should be. */
const TROUBLE = /warning:|error:|failed|sent SIGKILL|killed by SIGKILL|exited with [1-9]/

t.jobs = 3

for (const { name, keys } of sections(FILE.form)) {
  for (const { key, example } of keys) {
    const path = [...name.split('.').slice(2), key].join('.')
    void t.test(
      `the example of ${path} in ${name} works`,
      { skip: UNLESS_OWN_NETWORK || whyNotTried(path), buffered: true },
      async (test) => {
        const file = exampleFile(name, example)
        const container = await start(test, file)
        if (await isReady(container)) return checkRun(test, container)
        const { status, text } = await container.end()
        const refusal = REFUSALS.find(([refused]) => refused.test(path))?.[1] ?? /no such refusal/
        test.equal(status, 78, text)
        test.match(text, refusal)
        test.equal(text.match(/services\.yaml:\d+:\d+/g)?.length, 1, text)
      },
    )
  }
}

function whyNotTried(path: string): string | false {
  const folders = foldersOf({ path: undefined, folder: '/' })
  return path === 'clear_env' && !folders.some((folder) => existsSync(join(folder, 'node')))
    ? `no "node" in ${folders.join(' or ')}, where it is looked for then`
    : false
}

async function start(test: Test, file: string): Promise<Container> {
  const folder = makeFolder(test)
  mkdirSync(join(folder, 'bin'))
  for (const [name, text] of Object.entries(PROGRAMS)) {
    writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${text}\n`)
    chmodSync(join(folder, 'bin', name), 0o755)
  }
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text)
  const isProbed = /^ {4}(ready|healthcheck|watchdog):/m.test(file)
  return startContainer(test, {
    file,
    folder,
    program: ['sh', '-c', PREPARED, 'sh', ...INIT_IN_OWN_NETWORK],
    environment: {
      ...ENVIRONMENT,
      ...(isProbed ? { PROBED: 'yes' } : {}),
      ...(/profiles:/.test(file) ? { PIDONE_PROFILES: 'debug' } : {}),
      PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`,
    },
  })
}

/** Waits until all that is wanted is ready, which the program tells by a file; false when it has ended instead. */
async function isReady({ runtimeDir, ended }: Container): Promise<boolean> {
  let hasEnded = false
  void ended.then(() => (hasEnded = true))
  await until('readiness', () => existsSync(join(runtimeDir, 'ready')) || hasEnded, 30_000)
  return !hasEnded
}

async function checkRun(test: Test, container: Container): Promise<void> {
  const { services } = await container.status()
  test.ok(services.length > 0)
  test.same(
    services.filter((service) => !isAsExpected(service)),
    [],
    container.output.text(),
  )
  container.signal('SIGTERM')
  const { status, text } = await container.end()
  test.equal(status, 0, text)
  test.notMatch(text, TROUBLE)
}

function isAsExpected({ state, health, next, well }: ServiceStatus): boolean {
  const isThere = state === 'running' || state === 'completed' || (state === 'waiting' && next !== null)
  return well && isThere && health !== 'unhealthy'
}
