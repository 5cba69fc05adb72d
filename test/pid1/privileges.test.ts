import { accessSync, chmodSync, chownSync, copyFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'
import { INIT, makeFolder, startContainer } from './support/container.ts'
import { ROOT, UNLESS_PID_1 } from './support/requirements.ts'
import { until } from './support/until.ts'
import { script } from '../system/fixture.ts'

const NOBODY = 65_534
const AS_NOBODY = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--']
const WITHOUT_CAPABILITIES = ['setpriv', '--bounding-set=-all', '--inh-caps=-all', '--']

/** Node and the program may stand in a folder that only root can enter. */
const CANNOT_REACH =
  spawnSync(AS_NOBODY[0] ?? '', [
    ...AS_NOBODY.slice(1),
    process.execPath,
    '-e',
    `require('fs').readFileSync('${join(ROOT, 'bin', 'init')}')`,
  ]).status !== 0
const skip = UNLESS_PID_1 || (CANNOT_REACH && 'another user cannot reach Node or the program here')

const FILE = `
services:
  daemon: {command: [${script('double-forks-and-ignores-sigterm')}], ready: {log: daemon}}
  web: {script: 'echo now; exec sleep 1000', ready: {notify: fd:3}, start_timeout: 10m}
  db: {command: [sleep, '1000'], ready: {exec: 'true'}}
`

for (const [who, chain, reason] of [
  ['a user without rights', AS_NOBODY, skip],
  ['root without any capability', WITHOUT_CAPABILITIES, UNLESS_PID_1],
] as const) {
  void t.test(`${who} can be PID 1`, { skip: reason }, async (test) => {
    const folder = makeFolder(test)
    chownSync(folder, NOBODY, NOBODY)
    if (chain === WITHOUT_CAPABILITIES) chownSync(folder, 0, 0)
    const container = await startContainer(test, { folder, file: FILE, program: [...chain, INIT] })
    await container.serviceThat('db', ({ state }) => state === 'running')
    await container.line(/daemon: ready/)
    test.equal((await container.supervisor('stop', 'daemon')).status, 0)
    test.strictSame(container.names(), ['sleep', 'sleep'])
    container.signal('SIGTERM')
    test.equal((await container.end()).status, 0)
  })
}

void t.test('where /run cannot be written, a private folder under /tmp does', { skip }, async (test) => {
  const container = await startContainer(test, {
    file: "services: {web: {command: [sleep, '1000']}}",
    program: [...AS_NOBODY, INIT],
    environment: { PIDONE_RUNTIME_DIR: '' },
  })
  await container.line(/web: starting/)
  container.signal('SIGTERM')
  test.equal((await container.end()).status, 0)
  test.throws(() => accessSync('/run/pidone/control.sock'))
})

void t.test('what the supervisor may not kill is named, and holds up no stop', { skip }, async (test) => {
  const folder = makeFolder(test)
  chownSync(folder, NOBODY, NOBODY)
  copyFileSync('/usr/bin/setpriv', join(folder, 'as-root'))
  chmodSync(join(folder, 'as-root'), 0o4755)
  const asRoot = './as-root --reuid=0 --regid=0 --clear-groups sleep 1000'
  const file = `
services:
  main: {command: ${asRoot}, stop_grace_period: 100ms}
  child: {script: '${asRoot} & exec sleep 2000', stop_grace_period: 100ms}
`
  const program = [...AS_NOBODY, INIT]
  const container = await startContainer(test, { folder, file, program, pid1: 'parent' })
  await until('all three', () => container.names().filter((name) => name === 'sleep').length === 3)
  container.signal('SIGTERM')
  const { status, text } = await container.end()
  test.equal(status, 0)
  for (const name of ['main', 'child']) {
    test.match(text, new RegExp(`warning: cannot kill process \\d+ of "${name}": EPERM; it lives on`))
    test.match(text, new RegExp(`${name}: stopped`))
  }
})
