import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { isInstalled, median, show } from './support/measure.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const ROUNDS = 5
const SIZES = [3, 100]
/** How long all of them rest before they are told to end: what is loaded late is there by then. */
const REST_MS = 1000
const LIMIT_MS = 60_000

/** Somebody who keeps services up. */
interface Peer {
  readonly name: string
  /** Absolute, or looked for in PATH. */
  readonly program: string
  /** Writes what it needs into a folder for so many services, each of them `service.sh`; gives its arguments. */
  readonly prepare: (folder: string, services: number) => readonly string[]
}

const PEERS: readonly Peer[] = [
  { name: 'pidone', program: join(ROOT, 'bin', 'supervisor'), prepare: preparePidone },
  { name: 's6', program: 's6-svscan', prepare: prepareS6 },
  { name: 'supervisord', program: 'supervisord', prepare: prepareSupervisord },
]

/**
 * Time from SIGTERM to the end, of the supervisor and of all its services, which obey at once: what a stop costs beside
 * the services' own time. One after another, so that nobody's stop is in another's way.
 */
const root = mkdtempSync(join(tmpdir(), 'pidone-stop-'))
try {
  process.stdout.write(`| | ${SIZES.map((size) => `${size} services: median | worst`).join(' | ')} |\n`)
  process.stdout.write(`|---|${SIZES.map(() => '---|---|').join('')}\n`)
  const took = new Map<string, number[]>()
  for (const size of SIZES) {
    for (let round = 0; round < ROUNDS; round++) {
      for (const peer of PEERS.filter(({ program }) => isInstalled(program))) {
        const key = `${peer.name} ${size}`
        took.set(key, [...(took.get(key) ?? []), await stopOnce(peer, size)])
      }
    }
  }
  for (const { name, program } of PEERS) {
    if (!isInstalled(program)) continue
    const cells = SIZES.map((size) => {
      const all = took.get(`${name} ${size}`) ?? []
      return `${show(median(all))} | ${show(Math.max(...all))}`
    })
    process.stdout.write(`| ${name} | ${cells.join(' | ')} |\n`)
  }
} finally {
  rmSync(root, { recursive: true })
}

async function stopOnce({ program, prepare }: Peer, size: number): Promise<number> {
  const folder = mkdtempSync(join(root, 'run-'))
  const up = join(folder, 'up')
  writeFileSync(up, '')
  writeFileSync(join(folder, 'service.sh'), `#!/bin/sh\necho $$ >> ${up}\nexec sleep infinity\n`)
  chmodSync(join(folder, 'service.sh'), 0o755)
  const env = { PATH: process.env['PATH'], HOME: folder, PIDONE_RUNTIME_DIR: folder }
  const child = spawn(program, prepare(folder, size), { env, stdio: 'ignore', cwd: folder })
  const deadline = performance.now() + LIMIT_MS
  while (pidsIn(up).length < size) await waitUntil(deadline)
  await pause(REST_MS)
  const told = performance.now()
  child.kill('SIGTERM')
  await end(child)
  while (pidsIn(up).some(isAlive)) await waitUntil(deadline)
  return performance.now() - told
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

async function waitUntil(deadline: number): Promise<void> {
  if (performance.now() > deadline) throw new Error(`not within ${LIMIT_MS} ms`)
  await pause(1)
}

function pidsIn(file: string): readonly number[] {
  return readFileSync(file, 'utf8').split('\n').slice(0, -1).map(Number)
}

/** An orphan stays a zombie here: nobody waits for it. */
function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /u.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

function preparePidone(folder: string, services: number): readonly string[] {
  const lines = Array.from({ length: services }, (_, index) => `  s${index}: {command: ./service.sh}\n`)
  writeFileSync(join(folder, 'services.yaml'), `services:\n${lines.join('')}`)
  return ['init', '-f', join(folder, 'services.yaml')]
}

function prepareS6(folder: string, services: number): readonly string[] {
  const scan = join(folder, 'scan')
  for (let index = 0; index < services; index++) {
    mkdirSync(join(scan, `s${index}`), { recursive: true })
    writeFileSync(join(scan, `s${index}`, 'run'), `#!/bin/sh\nexec ${join(folder, 'service.sh')}\n`)
    chmodSync(join(scan, `s${index}`, 'run'), 0o755)
  }
  return [scan]
}

function prepareSupervisord(folder: string, services: number): readonly string[] {
  const file = join(folder, 'supervisord.conf')
  const programs = Array.from({ length: services }, (_, index) => `[program:s${index}]\ncommand=./service.sh\n`)
  const head = '[supervisord]\nnodaemon=true\nuser=root\nlogfile=/dev/null\nlogfile_maxbytes=0\n'
  writeFileSync(file, `${head}${programs.join('')}`)
  return ['-n', '-c', file]
}
