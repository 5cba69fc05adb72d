import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test, type Test } from 'tap'

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url))

const SERVICES = `services:
  web: {type: oneshot, command: [echo, base]}
  tool: {type: oneshot, command: [echo, tool], profiles: [debug]}
`
const OVERRIDE = 'services: {web: {command: [echo, over]}}'

interface Ended {
  readonly status: number | null
  /** What the services wrote. */
  readonly lines: readonly string[]
  readonly stderr: string
}

/** Runs `up` to its end in a folder with these files. */
function up(t: Test, files: Readonly<Record<string, string>>, ...argv: readonly string[]): Ended {
  // Not in the folder of the tests: the path of a socket is short (unix(7)).
  const folder = mkdtempSync(join(tmpdir(), 'up-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'up', ...argv], {
    cwd: folder,
    env: { PATH: process.env['PATH'], PIDONE_RUNTIME_DIR: join(folder, 'run') },
    encoding: 'utf8',
    timeout: 30_000,
  })
  const lines = stdout.split('\n').filter((line) => /^(web|tool)\b/u.test(line))
  return { status, lines: lines.map((line) => line.replace(/^\w+ *\| /u, '')), stderr }
}

void test('puts an override over the file that it finds, and not over one that is named', async (t) => {
  const files = { 'services.yaml': SERVICES, 'services.override.yaml': OVERRIDE }
  t.match(up(t, files), { status: 0, lines: ['over'] })
  t.match(up(t, files, '-f', 'services.yaml'), { status: 0, lines: ['base'] })
})

void test('chooses the profiles of a service that is named, and no others', async (t) => {
  t.match(up(t, { 'services.yaml': SERVICES }, 'tool'), { status: 0, lines: ['tool'] })
  t.match(up(t, { 'services.yaml': SERVICES }, 't*', 'web'), { status: 0, lines: ['base'] })
})

void test('says why a service that is named does not run', async (t) => {
  const { status, stderr } = up(t, { 'services.yaml': 'services: {web: {command: x, enabled: false}}' }, 'web')
  t.strictSame([status, stderr], [64, 'supervisor: cannot start "web": it is disabled: enabled is false\n'])
})
