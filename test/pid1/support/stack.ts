import { spawnSync } from 'node:child_process'
import { request } from 'node:http'
import { join } from 'node:path'
import { makeFolder, startContainer, type Container, type ContainerOptions, type Scope } from './container.ts'
import { freePorts } from './free-ports.ts'
import { POSTGRES_FOLDER } from './postgres.ts'
import { ROOT, UNLESS_PID_1 } from './requirements.ts'

/** For `skip`: why the example cannot run here. */
export const UNLESS_STACK: string | false = whyNoStack()

/** The example: its files, its data and its ports. */
export interface Stack {
  /** Where its containers run, one after the other. */
  readonly folder: string
  readonly url: string
  readonly start: (options?: StackOptions) => Promise<Container>
}

/** How the example is started; `override`: a file that goes over it. */
interface StackOptions extends Partial<ContainerOptions> {
  readonly override?: string
  /** Looked into for programs before all others. */
  readonly binFolder?: string
}

/** PostgreSQL, Redis and the app of services.example.yaml, with data and ports of their own. */
export async function makeStack(scope: Scope): Promise<Stack> {
  const folder = makeFolder(scope)
  const [port = 0, postgres = 0, redis = 0] = await freePorts(3)
  const environment = {
    PATH: `${POSTGRES_FOLDER}:${process.env['PATH'] ?? ''}`,
    PORT: String(port),
    PGPORT: String(postgres),
    REDIS_PORT: String(redis),
    DATA_DIR: join(folder, 'data'),
    DB_USER: 'postgres',
  }
  const program = [join(ROOT, 'bin', 'init'), '-f', 'services.example.yaml']
  return {
    folder,
    url: `http://127.0.0.1:${port}`,
    start: ({ override, binFolder, ...options } = {}) =>
      startContainer(scope, {
        folder,
        program: override === undefined ? program : [...program, '-f', override],
        workingDir: ROOT,
        ...options,
        environment: {
          ...environment,
          PATH: [binFolder, environment.PATH].filter(Boolean).join(':'),
          ...options.environment,
        },
      }),
  }
}

/** The status and body of a page. */
export function get(url: string): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent: false }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (body += chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
      response.on('error', reject)
    })
    sent.on('error', reject)
    sent.end()
  })
}

function whyNoStack(): string | false {
  if (UNLESS_PID_1 !== false) return UNLESS_PID_1
  if (POSTGRES_FOLDER === null) return 'PostgreSQL is not installed'
  if (spawnSync('redis-server', ['--version']).status !== 0) return 'Redis is not installed'
  if (spawnSync('id', ['postgres']).status !== 0) return 'there is no user "postgres"'
  return installApp()
}

/** The app's packages; the first of the tests that run side by side installs them. */
function installApp(): string | false {
  const folder = join(ROOT, 'examples', 'app')
  const script = 'test -e node_modules/.package-lock.json || npm ci --no-audit --no-fund'
  const installed = spawnSync('flock', [folder, 'sh', '-c', script], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 120_000,
  })
  if (installed.status === 0) return false
  return `the app's packages cannot be installed: ${installed.error?.message ?? installed.stderr.trim()}`
}
