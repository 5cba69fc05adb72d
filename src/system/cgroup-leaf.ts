import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import type { CgroupLimits } from '../core/config/model.ts'
import { isErrno } from './errno.ts'
import { Refusal } from './refusal.ts'
import { sendSignal } from './send-signal.ts'

/** The cgroup of one run. */
export interface CgroupLeaf {
  readonly folder: string
  /** Kills all that is in it. */
  readonly kill: () => void
  /** Removes it; whether it is gone, which it cannot be as long as something in it is alive. */
  readonly remove: () => boolean
  /** What the kernel has killed in it for want of memory; to be asked after it was removed, too. */
  readonly oomKills: () => OomKills
}

/** What the kernel has killed in a cgroup for want of memory. */
interface OomKills {
  readonly count: number
  /** Whether its own limit was met; else it was one of a cgroup above it, such as the container's, or the machine's. */
  readonly isOverLimit: boolean
}

/** The period of `cpu.max`, as container engines have it, µs. */
const PERIOD_US = 100_000
/** The kernel takes no less (kernel/sched/core.c). */
const MIN_QUOTA_US = 1000

/**
 * Makes a cgroup with its limits.
 *
 * @throws {Refusal}
 */
export function makeLeaf(folder: string, limits: CgroupLimits): CgroupLeaf {
  try {
    mkdirSync(folder, { mode: 0o755 })
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new Refusal(`cannot make the cgroup ${JSON.stringify(folder)}: ${error.code}`)
  }
  try {
    writeLimits(folder, limits)
  } catch (error) {
    removeTree(folder)
    throw error
  }
  let kills: OomKills = { count: 0, isOverLimit: false }
  return {
    folder,
    kill: () => killTree(folder),
    remove: () => {
      kills = readOomKills(folder) ?? kills
      return removeTree(folder)
    },
    oomKills: () => (kills = readOomKills(folder) ?? kills),
  }
}

/** Kills all that is in a cgroup and below it; where there is no `cgroup.kill` (before Linux 5.14), one by one. */
export function killTree(folder: string): void {
  try {
    writeFileSync(`${folder}/cgroup.kill`, '1', { flag: 'r+' })
  } catch (error) {
    if (!isErrno(error)) throw error
    killEach(folder)
  }
}

/** ENOENT and ENODEV: it is gone. EOPNOTSUPP: a service has made it a threaded one, which tells no processes (cgroups(7)). */
function killEach(folder: string): void {
  try {
    for (const child of childrenOf(folder)) killEach(child)
    for (const pid of pidsIn(folder)) if (pid > 1) sendSignal(pid, 'SIGKILL')
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

/** Removes a cgroup and those below it; whether it is gone. */
export function removeTree(folder: string): boolean {
  try {
    for (const child of childrenOf(folder)) removeTree(child)
    rmdirSync(folder)
    return true
  } catch (error) {
    if (!isErrno(error)) throw error
    // EBUSY: something in it is alive. All else that may come, nobody could mend by waiting.
    return error.code !== 'EBUSY'
  }
}

/** The processes in a cgroup; 0 stands for one of another PID namespace. */
export function pidsIn(folder: string): readonly number[] {
  const lines = readFileSync(`${folder}/cgroup.procs`, 'latin1').split('\n')
  return lines.filter((line) => line !== '').map(Number)
}

function writeLimits(folder: string, { memoryBytes, cpus, pids }: CgroupLimits): void {
  const write = (file: string, value: string): void => {
    try {
      writeFileSync(`${folder}/${file}`, value)
    } catch (error) {
      if (!isErrno(error)) throw error
      throw new Refusal(`cannot set ${JSON.stringify(file)} to "${value}" in ${JSON.stringify(folder)}: ${error.code}`)
    }
  }
  if (memoryBytes !== null) {
    write('memory.max', String(memoryBytes))
    // As much swap again, as in a container engine; without a limit all that is too much would go there.
    if (existsSync(`${folder}/memory.swap.max`)) write('memory.swap.max', String(memoryBytes))
  }
  if (cpus !== null) write('cpu.max', `${Math.max(MIN_QUOTA_US, Math.round(cpus * PERIOD_US))} ${PERIOD_US}`)
  if (pids !== null) write('pids.max', String(pids))
}

/** By `memory.events` (cgroup-v2.rst): `oom` counts where the limit is, `oom_kill` where the killed process is. */
function readOomKills(folder: string): OomKills | null {
  try {
    const events = readFileSync(`${folder}/memory.events`, 'latin1')
    const read = (name: string): number => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(events)?.[1] ?? 0)
    return { count: read('oom_kill'), isOverLimit: read('oom') > 0 }
  } catch {
    return null
  }
}

function childrenOf(folder: string): readonly string[] {
  const entries = readdirSync(folder, { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => `${folder}/${name}`)
}
