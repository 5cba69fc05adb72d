import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isInstalled, median, show } from './support/measure.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const ROUNDS = 25
const SERVICES = 10
/** What is loaded late is there by then. */
const REST_MS = 2000

/** Time that `supervisor status` takes with ten services up, beside `node -e 0` on the same Node and supervisord's. */
const nodes = process.argv.length > 2 ? process.argv.slice(2) : [process.execPath]
for (const node of nodes) spawnSync(node, [join(ROOT, 'dist', 'scripts', 'bundle.js')]) // Its code cache.
const folder = mkdtempSync(join(tmpdir(), 'pidone-status-'))
const names = Array.from({ length: SERVICES }, (_, index) => `s${index}`)
const up = start(join(ROOT, 'bin', 'supervisor'), ['up', '-f', writeServices()])
const other = isInstalled('supervisord') ? start('supervisord', ['-n', '-c', writeSupervisord()]) : null
try {
  while (!existsSync(join(folder, 'ready'))) await sleep(50)
  await sleep(REST_MS)
  process.stdout.write(
    '| Node | `node -e 0` | `supervisor status` | ratio | `supervisorctl status` |\n|---|---|---|---|---|\n',
  )
  for (const node of nodes) process.stdout.write(`${measure(node)}\n`)
} finally {
  for (const child of [up, other]) child?.kill('SIGTERM')
  await Promise.all([up, other].map(async (child) => child?.exitCode ?? (child && once(child, 'exit'))))
  rmSync(folder, { recursive: true })
}

/** Alternating, so that all meet the same machine. */
function measure(node: string): string {
  const took = { bare: [] as number[], ours: [] as number[], theirs: [] as number[] }
  for (let round = 0; round < ROUNDS; round++) {
    took.bare.push(time(node, ['-e', '0']))
    took.ours.push(time(join(ROOT, 'bin', 'supervisor'), ['status'], dirname(node)))
    if (other !== null) took.theirs.push(time('supervisorctl', ['-c', join(folder, 'supervisord.conf'), 'status']))
  }
  const [bare, ours, theirs] = [median(took.bare), median(took.ours), median(took.theirs)]
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim()
  return `| ${version} | ${show(bare)} | ${show(ours)} | ${(ours / bare).toFixed(2)} | ${show(theirs)} |`
}

function time(command: string, args: readonly string[], path = dirname(process.execPath)): number {
  const startedAt = performance.now()
  const result = spawnSync(command, args, { env: environment(path), encoding: 'utf8' })
  if (result.status === 0) return performance.now() - startedAt
  throw new Error(`cannot run "${command}": status ${result.status}\n${result.stdout}${result.stderr}`)
}

/** No more than this: certificates in NODE_EXTRA_CA_CERTS, for one, would more than double the time of `node -e 0`. */
function environment(path = dirname(process.execPath)): NodeJS.ProcessEnv {
  return { PATH: `${path}:${process.env['PATH']}`, HOME: folder, PIDONE_RUNTIME_DIR: folder }
}

function start(program: string, args: readonly string[]) {
  return spawn(program, args, { env: environment(), stdio: 'ignore', cwd: folder })
}

function writeServices(): string {
  const file = join(folder, 'services.yaml')
  const services = Object.fromEntries(names.map((name) => [name, { command: ['sleep', 'infinity'] }]))
  // JSON is YAML.
  writeFileSync(file, JSON.stringify({ services }))
  return file
}

function writeSupervisord(): string {
  const file = join(folder, 'supervisord.conf')
  const socket = join(folder, 'supervisord.sock')
  const parts = [
    `[unix_http_server]\nfile=${socket}`,
    `[supervisorctl]\nserverurl=unix://${socket}`,
    '[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface',
    '[supervisord]\nnodaemon=true\nuser=root\nlogfile=/dev/null\nlogfile_maxbytes=0',
    ...names.map((name) => `[program:${name}]\ncommand=sleep infinity`),
  ]
  writeFileSync(file, parts.map((part) => `${part}\n`).join(''))
  return file
}
