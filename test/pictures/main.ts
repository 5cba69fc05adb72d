import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { askSocket } from '../pid1/support/control.ts'
import { ClientTerminal } from '../pid1/support/client-terminal.ts'
import { ROOT } from '../pid1/support/requirements.ts'
import { until } from '../pid1/support/until.ts'
import type { StatusReply } from '../../src/core/protocol.ts'
import { pictureOf } from './svg.ts'

/** Where the pictures go that the README shows. */
const FOLDER = join(ROOT, 'docs', 'pictures')
const SUPERVISOR = join(ROOT, 'bin', 'supervisor')
const FILES = ['services.example.yaml', 'test/pictures/services.yaml'].flatMap((file) => ['-f', file])
/** Others than those of `npm start`, which may be running. */
const PORTS = { PORT: '8017', PGPORT: '54327', REDIS_PORT: '63797' }
/** Columns: so many that reasons stand beside what they explain. */
const COLUMNS = 120
/** How long `top` looks before its picture is taken: most of its chart is drawn by then. */
const LOOK_MS = 50_000

const data = mkdtempSync(join(tmpdir(), 'pidone-pictures-'))
const ends: (() => unknown)[] = [() => rmSync(data, { recursive: true, force: true })]
const scope = { teardown: (end: () => unknown) => void ends.unshift(end) }
const environment = {
  PATH: `${join(ROOT, 'bin')}:${process.env['PATH'] ?? ''}`,
  HOME: data,
  TERM: 'xterm-256color',
  PIDONE_RUNTIME_DIR: join(data, 'run'),
  DATA_DIR: data,
  // PostgreSQL refuses to run as root.
  DB_USER: userInfo().uid === 0 ? 'postgres' : '',
  ...PORTS,
}

/** Runs the example with some trouble in it, and takes pictures of what the commands show. */
async function takePictures(): Promise<void> {
  chmodSync(data, 0o755)
  mkdirSync(FOLDER, { recursive: true })
  await startServices()
  const visits = visit()
  await pause(5000)
  await photograph('status', 30, 0)
  keep('graph', drawn('graph', '--format', 'svg'))
  keep('boot', drawn('analyze', '--svg', '-'))
  await photograph('top', 20, LOOK_MS)
  visits.abort()
}

async function startServices(): Promise<void> {
  const up = spawn(SUPERVISOR, ['up', ...FILES], {
    cwd: ROOT,
    env: environment,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const ended = once(up, 'exit')
  scope.teardown(async () => {
    up.kill('SIGTERM')
    await ended
  })
  await until(
    'the app and the trouble',
    async () => {
      if (up.exitCode !== null) throw new Error('the services have ended; is one of the ports taken?')
      const states = await statesOf().catch(() => new Map<string, string>())
      return states.get('app') === 'running' && states.get('mailer') === 'backoff'
    },
    60_000,
  )
}

async function statesOf(): Promise<ReadonlyMap<string, string>> {
  const { body } = await askSocket(join(environment.PIDONE_RUNTIME_DIR, 'control.sock'), 'GET', '/v1/status')
  return new Map((JSON.parse(body) as StatusReply).services.map(({ name, state }) => [name, state]))
}

/** Visitors of the app, in waves. */
function visit(): AbortController {
  const over = new AbortController()
  const startedAt = performance.now()
  const visitor = async (): Promise<void> => {
    while (!over.signal.aborted) {
      await fetch(`http://127.0.0.1:${PORTS.PORT}/`).then(
        (answer) => answer.text(),
        () => undefined,
      )
      const wave = 1 + Math.cos((performance.now() - startedAt) / 3500)
      await pause(6 + 20 * wave)
    }
  }
  for (let count = 0; count < 3; count += 1) void visitor()
  return over
}

/** What a command shows after some time, as a picture. */
async function photograph(command: string, rows: number, afterMs: number): Promise<void> {
  const words = ['sh', '-c', `echo '$ supervisor ${command}'; exec supervisor ${command}`]
  const terminal = new ClientTerminal(scope, { words, environment, size: { rows, columns: COLUMNS }, folder: ROOT })
  await terminal.see(/^\(total\)|not as wanted/mu)
  await pause(afterMs)
  await terminal.lines()
  keep(command, pictureOf(terminal.emulator, `supervisor ${command}`))
}

/** What a command draws itself. */
function drawn(...words: readonly string[]): string {
  const { stdout, stderr } = spawnSync(SUPERVISOR, words, { env: environment, encoding: 'utf8' })
  if (!stdout.startsWith('<svg')) throw new Error(`no picture of ${words.join(' ')}: ${stderr}`)
  return stdout
}

function keep(name: string, svg: string): void {
  writeFileSync(join(FOLDER, `${name}.svg`), svg)
}

try {
  await takePictures()
} finally {
  for (const end of ends) await end()
}
process.exit()
