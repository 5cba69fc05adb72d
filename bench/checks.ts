import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const ROOT = join(import.meta.dirname, '..', '..')
const SERVICES = 100
const SECONDS = 20
/** Clock ticks of a second in /proc/PID/stat: USER_HZ, which is 100 on all that Node runs on (proc_pid_stat(5)). */
const TICKS = 100

/**
 * What a hundred services cost whose healthchecks each execute a command every second, in percent of one core. There are
 * fewer checks than that: a second is counted from the end of one to the next.
 */
const nodes = process.argv.length > 2 ? process.argv.slice(2) : [process.execPath]
process.stdout.write(`${SERVICES} services, an exec healthcheck every second each, ${SECONDS} s\n`)
process.stdout.write('| Node | checks a second | supervisor | the checks themselves |\n|---|---|---|---|\n')
for (const node of nodes) process.stdout.write(`${await measure(node)}\n`)

async function measure(node: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'pidone-checks-'))
  const env = { PATH: `${dirname(node)}:${process.env['PATH']}`, HOME: folder, PIDONE_RUNTIME_DIR: folder }
  const file = join(folder, 'services.yaml')
  const marks = join(folder, 'marks')
  writeFileSync(marks, '')
  writeFileSync(file, compose(marks))
  const init = spawn(join(ROOT, 'bin', 'init'), ['-f', file], { env, stdio: ['ignore', 'ignore', 'inherit'] })
  const ended = new Promise<never>((_, reject) => {
    init.once('exit', (code) => reject(new Error(`the supervisor has ended with ${code}`)))
    init.once('error', reject)
  })
  // It ends by our hand as well.
  ended.catch(() => undefined)
  try {
    const { pid = 0 } = init
    while (!existsSync(join(folder, 'ready'))) await Promise.race([sleep(50), ended])
    // The first checks, all at once, are not what it costs in the long run.
    await Promise.race([sleep(2_000), ended])
    const before = { ...readTimes(pid), checks: statSync(marks).size }
    await Promise.race([sleep(SECONDS * 1000), ended])
    const after = readTimes(pid)
    const rate = (statSync(marks).size - before.checks) / SECONDS
    return `| ${versionOf(node)} | ${rate} | ${share(after.own - before.own)} | ${share(after.reaped - before.reaped)} |`
  } finally {
    init.kill('SIGTERM')
    await ended.catch(() => undefined)
    rmSync(folder, { recursive: true })
  }
}

/** Each check leaves one byte, so that they can be counted. */
function compose(marks: string): string {
  const check = { test: ['CMD', '/bin/sh', '-c', `echo >>${marks}`], interval: '1s' }
  const service = { command: ['sleep', 'infinity'], healthcheck: check }
  const services = Array.from({ length: SERVICES }, (_, index) => [`s${index}`, service])
  // JSON is YAML.
  return JSON.stringify({ services: Object.fromEntries(services) })
}

interface Times {
  readonly own: number
  readonly reaped: number
}

/** Ticks of the process itself, and of those that it has waited for: fields 14 to 17, the first after the name is 3. */
function readTimes(pid: number): Times {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const field = (number: number): number => Number(fields[number - 3])
  return { own: field(14) + field(15), reaped: field(16) + field(17) }
}

function share(ticks: number): string {
  return `${((ticks / TICKS / SECONDS) * 100).toFixed(1)}%`
}

function versionOf(node: string): string {
  return spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim()
}
