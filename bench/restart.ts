import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isInstalled, median, show } from './support/measure.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const ROUNDS = 15
/** How long a run lasts before it is killed: more than what each supervisor asks for before it restarts at once. */
const UP_MS = 1500
const LIMIT_MS = 10_000

/** Somebody who keeps a service up. */
interface Peer {
  readonly name: string
  /** Absolute, or looked for in PATH. */
  readonly program: string
  /** Writes what it needs into a folder; gives its arguments. */
  readonly prepare: (folder: string) => readonly string[]
}

const PEERS: readonly Peer[] = [
  { name: 'pidone', program: join(ROOT, 'bin', 'supervisor'), prepare: preparePidone },
  { name: 's6, with notification-fd', program: 's6-supervise', prepare: (folder) => prepareS6(folder, 'notifies') },
  { name: 's6', program: 's6-supervise', prepare: (folder) => prepareS6(folder, 'is silent') },
  { name: 'supervisord', program: 'supervisord', prepare: prepareSupervisord },
]

/**
 * Time from SIGKILL of a service that had been up for a while to the execution of its successor. The service tells its
 * pid and the time when it was executed; starting `date` itself counts against everybody.
 */
const root = mkdtempSync(join(tmpdir(), 'pidone-restart-'))
const present = PEERS.filter(({ program }) => isInstalled(program))
const running = present.map((peer, index) => start(peer, join(root, String(index))))
try {
  for (const one of running) await one.nextRun()
  for (let round = 0; round < ROUNDS; round++) {
    await new Promise((resolve) => setTimeout(resolve, UP_MS))
    // One after another: nobody waits for the restart of somebody else.
    for (const one of running) one.took.push(await killOnce(one))
  }
  process.stdout.write('| | median | worst |\n|---|---|---|\n')
  for (const { name, took } of running)
    process.stdout.write(`| ${name} | ${show(median(took))} | ${show(Math.max(...took))} |\n`)
} finally {
  for (const { child } of running) child.kill('SIGTERM')
  await Promise.all(running.map(async ({ child }) => child.exitCode ?? once(child, 'exit')))
  rmSync(root, { recursive: true })
}

/** A run, by what the service has told of itself. */
interface Run {
  readonly pid: number
  /** Milliseconds since 1970. */
  readonly executedAt: number
}

interface Running {
  readonly name: string
  readonly child: ChildProcess
  readonly took: number[]
  readonly nextRun: () => Promise<Run>
  readonly lastRun: () => Run
}

function start({ name, program, prepare }: Peer, folder: string): Running {
  mkdirSync(folder)
  const runs = join(folder, 'runs')
  writeFileSync(runs, '')
  const service = join(folder, 'service.sh')
  writeFileSync(service, `#!/bin/sh\necho $$ $(date +%s%N) >> ${runs}\nexec sleep infinity\n`)
  chmodSync(service, 0o755)
  const env = { PATH: process.env['PATH'], HOME: folder, PIDONE_RUNTIME_DIR: folder }
  const child = spawn(program, prepare(folder), { env, stdio: 'ignore', cwd: folder })
  let known = 0
  const read = (): readonly Run[] =>
    readFileSync(runs, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => {
        const [pid = '', nanoseconds = ''] = line.split(' ')
        return { pid: Number(pid), executedAt: Number(nanoseconds) / 1e6 }
      })
  return {
    name,
    child,
    took: [],
    lastRun: () => read().at(-1) ?? fail(`${name} has started nothing`),
    nextRun: async () => {
      const deadline = AbortSignal.timeout(LIMIT_MS)
      for (const watcher = watch(runs); ; await once(watcher, 'change', { signal: deadline })) {
        const [run] = read().slice(known)
        if (run === undefined) continue
        known += 1
        watcher.close()
        return run
      }
    },
  }
}

async function killOnce({ lastRun, nextRun }: Running): Promise<number> {
  const { pid } = lastRun()
  const killedAt = performance.timeOrigin + performance.now()
  process.kill(pid, 'SIGKILL')
  return (await nextRun()).executedAt - killedAt
}

function preparePidone(folder: string): readonly string[] {
  const file = join(folder, 'services.yaml')
  writeFileSync(file, 'services:\n  service:\n    command: ./service.sh\n    restart: {reset_after: 1s}\n')
  return ['up', '-f', file]
}

/** It restarts at once what had been ready for more than a second, and never sooner than a second after the last start. */
function prepareS6(folder: string, service: 'notifies' | 'is silent'): readonly string[] {
  const notifies = service === 'notifies'
  if (notifies) writeFileSync(join(folder, 'notification-fd'), '3\n')
  const notify = notifies ? 'echo >&3\nexec 3>&-\n' : ''
  writeFileSync(join(folder, 'run'), `#!/bin/sh\n${notify}exec ./service.sh\n`)
  chmodSync(join(folder, 'run'), 0o755)
  return [folder]
}

function prepareSupervisord(folder: string): readonly string[] {
  const file = join(folder, 'supervisord.conf')
  const program = '[program:service]\ncommand=./service.sh\nautorestart=true\nstartsecs=1\n'
  writeFileSync(file, `[supervisord]\nnodaemon=true\nuser=root\nlogfile=/dev/null\nlogfile_maxbytes=0\n${program}`)
  return ['-n', '-c', file]
}

function fail(message: string): never {
  throw new Error(message)
}
