import { spawn, spawnSync, type ChildProcess, type StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Peer } from './peers.ts'

const LIMIT_MS = 300_000
const LOOK_MS = 10
const REST_MS = 1000
/** Clock ticks of a second in /proc/PID/stat: USER_HZ, which is 100 on all that Node runs on (proc_pid_stat(5)). */
const TICKS = 100

/** What one run took. */
export interface Took {
  /** From the producer's first write until the reader had the last line. */
  readonly seconds: number
  /** CPU seconds of the peer and of all that it has started but the producer. */
  readonly cpu: number
}

/** Why there is nothing to tell of a run. */
export interface Failed {
  readonly why: string
}

/** Sends lines through a peer, from a producer to a reader; it has failed when a line is missing, or one too many. */
export async function measureRun(peer: Peer, lines: number, root: string): Promise<Took | Failed> {
  const folder = mkdtempSync(join(root, 'run-'))
  const children = startAll(peer, lines, folder)
  const [tool] = children
  try {
    return await measure({ lines, folder, tool })
  } finally {
    writeFileSync(join(folder, 'end'), '')
    tool.kill('SIGTERM')
    await Promise.all(children.map(async (child) => child.exitCode ?? child.signalCode ?? once(child, 'exit')))
    rmSync(folder, { recursive: true })
  }
}

/** @returns The peer itself first. */
function startAll(peer: Peer, lines: number, folder: string): readonly [ChildProcess, ...ChildProcess[]] {
  const service = [process.execPath, join(import.meta.dirname, 'producer.js'), folder, String(lines)]
  const args = peer.prepare(folder, service)
  const [into, out] = [openPipe(join(folder, 'into')), openPipe(join(folder, 'out'))]
  const errors = openSync(join(folder, 'errors'), 'w')
  const run = (argv: readonly string[], stdio: StdioOptions): ChildProcess => {
    const env = { PATH: process.env['PATH'], HOME: folder, PIDONE_RUNTIME_DIR: folder, NO_COLOR: '1' }
    return spawn(argv[0] ?? '', argv.slice(1), { env, cwd: folder, stdio })
  }
  const source = peer.sink === null ? '/dev/stdin' : join(folder, peer.sink)
  const reader = [process.execPath, join(import.meta.dirname, 'reader.js'), source, join(folder, 'report')]
  const all: [ChildProcess, ...ChildProcess[]] = [
    run([peer.program, ...args], [peer.takes === 'input' ? into.readFd : 'ignore', out.writeFd, errors]),
    run(reader, [out.readFd, 'ignore', 'inherit']),
  ]
  if (peer.takes === 'input') all.push(run(service, ['ignore', into.writeFd, 'inherit']))
  for (const fd of [into.readFd, into.writeFd, out.readFd, out.writeFd, errors]) closeSync(fd)
  return all
}

/** A pipe as engines and shells have it; Node's own are sockets. */
function openPipe(path: string): { readonly readFd: number; readonly writeFd: number } {
  spawnSync('mkfifo', [path])
  // Opening one end waits for the other (fifo(7)).
  const first = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const writeFd = openSync(path, 'w')
  const readFd = openSync(path, 'r')
  closeSync(first)
  return { readFd, writeFd }
}

interface Measuring {
  readonly lines: number
  readonly folder: string
  readonly tool: ChildProcess
}

async function measure({ lines, folder, tool }: Measuring): Promise<Took | Failed> {
  const failed = { why: 'it has ended, or takes too long' }
  const producer = await readLater(join(folder, 'ready'), tool)
  if (producer === null) return failed
  // What is loaded late is there by then.
  await sleep(REST_MS)
  const before = ticksOf(tool.pid ?? 0, Number(producer))
  writeFileSync(join(folder, 'go'), '')
  const report = await readLater(join(folder, 'report'), tool)
  if (report === null) return failed
  const cpu = (ticksOf(tool.pid ?? 0, Number(producer)) - before) / TICKS
  const seen = JSON.parse(report) as { readonly lines: number; readonly at: number }
  if (seen.lines !== lines) return { why: `${lines} lines were written, ${seen.lines} have come` }
  return { seconds: (seen.at - Number(readFileSync(join(folder, 'begun'), 'utf8'))) / 1000, cpu }
}

/** Null when it does not come to be. */
async function readLater(path: string, tool: ChildProcess): Promise<string | null> {
  const deadline = performance.now() + LIMIT_MS
  while (!existsSync(path)) {
    if (tool.exitCode !== null || performance.now() > deadline) return null
    await sleep(LOOK_MS)
  }
  return readFileSync(path, 'utf8')
}

/** CPU time of a process and all below it but one: fields 14 and 15 of /proc/PID/stat, where the first after the name is 3. */
function ticksOf(root: number, but: number): number {
  const processes = new Map<number, { readonly parent: number; readonly ticks: number }>()
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const stat = readStat(name)
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const field = (number: number): number => Number(fields[number - 3])
    if (stat !== '') processes.set(Number(name), { parent: field(4), ticks: field(14) + field(15) })
  }
  const below = (pid: number): number => {
    if (pid === but) return 0
    const children = [...processes].filter(([, { parent }]) => parent === pid)
    return (processes.get(pid)?.ticks ?? 0) + children.reduce((sum, [child]) => sum + below(child), 0)
  }
  return below(root)
}

/** Empty when it is gone. */
function readStat(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1')
  } catch {
    return ''
  }
}
