import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import t from 'tap'
import { makeFolder } from '../pid1/support/container.ts'
import { ROOT, UNLESS_PID_1 } from '../pid1/support/requirements.ts'

const skip = UNLESS_PID_1
const SCRIPT = join(ROOT, 'docker', 'rootfs', 'usr', 'local', 'lib', 'pidone', 'postgres-init')
/** What stands in for PostgreSQL's own: the folder that it is told to fill. */
const INITDB = `#!/bin/sh
for word; do
  case $word in --pgdata=*) mkdir "\${word#*=}" && echo 17 >"\${word#*=}/PG_VERSION" ;; esac
done
`

void t.test('a database takes the place of an empty folder, but of none that is mounted', { skip }, async (test) => {
  const folder = makeFolder(test)
  const data = join(folder, 'data')
  mkdirSync(join(data, 'postgres'), { recursive: true })
  writeFileSync(join(folder, 'initdb'), INITDB, { mode: 0o755 })
  const init = (before: string): unknown => {
    const env = { PATH: [folder, process.env['PATH']].join(delimiter), PGDATA: join(data, 'postgres') }
    const words = ['--mount', 'sh', '-ec', `${before}; exec ${SCRIPT}`]
    const { status, stdout, stderr } = spawnSync('unshare', words, { env, encoding: 'utf8' })
    return [status, `${stdout}${stderr}`.replaceAll(data, '/data'), readdirSync(data, { recursive: true })]
  }
  test.strictSame(init('mount -t tmpfs tmpfs "$PGDATA"'), [
    1,
    'cannot make a database in "/data/postgres": Device or resource busy; mount a volume at "/data", not there\n',
    ['postgres'],
  ])
  test.strictSame(init(':'), [0, 'made a database in "/data/postgres"\n', ['postgres', 'postgres/PG_VERSION']])
})
