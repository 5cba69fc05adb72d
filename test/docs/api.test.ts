import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { fencesOf, readPage, ROOT, sectionsOf } from './pages.ts'

const run = promisify(execFile)

/** What the examples ask about: it is ready at its first line, and ends when it is asked to. */
const SERVICES = `
name: shop
services:
  app:
    description: Answers HTTP
    command: [sh, -c, 'echo listening; exec sleep 1000']
    ready: { log: listening }
    working_dir: /
    clear_env: true
    environment: { DB_PASSWORD: hunter2, PATH: '/usr/bin:/bin' }
    ulimits: { nofile: { soft: 1024, hard: 2048 } }
`

/** The routes by their entries, and what `--max-time` ends because it has no end of its own (curl(1), EXITCODES). */
const ENDLESS = new Map([
  ['GET /v1/logs', 28],
  ['GET /v1/events', 28],
])
const ENTRIES = sectionsOf(readPage('docs/reference/api.md').text)

const hasCurl = await run('curl', ['--version']).then(
  () => true,
  () => false,
)

const skip = hasCurl ? false : 'there is no curl'

void t.test(
  'each example of the API is answered in the shape that is shown',
  { skip, timeout: 60_000 },
  async (test) => {
    const folder = mkdtempSync(join(tmpdir(), 'pidone-api-'))
    writeFileSync(join(folder, 'services.yaml'), SERVICES)
    // Not ours: the loaders of the test runner.
    const { NODE_OPTIONS: _options, ...inherited } = process.env
    const env = { ...inherited, PIDONE_RUNTIME_DIR: folder }
    const supervisor = join(ROOT, 'bin', 'supervisor')
    const child = spawn(supervisor, ['up'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] })
    const exited = once(child, 'exit')
    test.teardown(() => {
      child.kill('SIGKILL')
      rmSync(folder, { recursive: true })
    })
    await untilReady(child)
    await run(supervisor, ['wait'], { env, timeout: 30_000 })
    for (const [route, entry] of ENTRIES) {
      const examples = fencesOf(entry)
      const command = examples.find(({ text }) => text.startsWith('curl '))?.text ?? ''
      const { status, body } = await ask(command.replace('/run/pidone', folder), env)
      test.equal(status, ENDLESS.get(route) ?? 0, route)
      const shown = examples.find(({ language }) => language === 'json')?.text ?? '{"ok": true, "reasons": []}'
      test.same(shapeOf(JSON.parse(body.split('\n')[0] ?? '')), shapeOf(JSON.parse(shown)), route)
    }
    test.same(await exited, [0, null])
  },
)

/** Its first line: the control socket is claimed before anything starts. */
async function untilReady(child: ReturnType<typeof spawn>): Promise<void> {
  if (child.stdout === null) throw new Error('it has no output')
  await once(child.stdout, 'data')
  child.stdout.resume()
}

interface Asked {
  /** Of curl. */
  readonly status: number
  readonly body: string
}

async function ask(command: string, env: NodeJS.ProcessEnv): Promise<Asked> {
  const limited = command.replace('curl ', 'curl --silent --fail --max-time 2 ')
  return new Promise((resolve) => {
    execFile('sh', ['-c', limited], { env, timeout: 30_000 }, (error, stdout) => {
      resolve({ status: error === null ? 0 : Number(error.code), body: stdout })
    })
  })
}

/** The keys of a document with the types of their values; an empty list says nothing of what is in it. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.every((item) => typeof item !== 'object') ? 'words' : value.map(shapeOf)
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]))
}
