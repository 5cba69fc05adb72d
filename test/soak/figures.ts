import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { Container } from '../pid1/support/container.ts'
import { descriptorsOf } from '../pid1/support/processes.ts'

/** What the supervisor holds when nothing is going on, seen from outside. */
export interface Figures {
  /** MiB that are its own: `Private_Dirty` of proc_pid_smaps(5). */
  readonly dirtyMiB: number
  readonly residentMiB: number
  /** Percent of one core since the last time. */
  readonly cpu: number
  /** Its open descriptors by their kind, such as `socket`, `pipe` and `anon_inode:[eventpoll]`. */
  readonly descriptors: Descriptors
  readonly zombies: number
  /** All that is alive in the container. */
  readonly processes: number
  /** Run-time and temporary files, by their paths. */
  readonly files: readonly string[]
}

type Descriptors = ReadonlyMap<string, number>

/** Looks so often: what comes and goes, such as a health check, is not counted. */
const LOOKS = 40

/** Takes figures again and again. */
export function createFigures(container: Container): () => Promise<Figures> {
  let cpu = readCpu(container.pid)
  return async () => {
    const before = cpu
    cpu = readCpu(container.pid)
    const looks: { readonly alive: number; readonly zombies: number; readonly descriptors: Descriptors }[] = []
    for (let look = 0; look < LOOKS; look += 1) {
      const processes = container.processes()
      const zombies = processes.filter(({ state }) => state === 'Z').length
      looks.push({ zombies, alive: processes.length - zombies, descriptors: countKinds(container.pid) })
      await pause(25)
    }
    return {
      dirtyMiB: readMiB(container.pid, 'Private_Dirty'),
      residentMiB: readMiB(container.pid, 'Rss'),
      cpu: ((cpu.ticks - before.ticks) / TICKS / ((cpu.at - before.at) / 1000)) * 100,
      descriptors: fewest(looks.map(({ descriptors }) => descriptors)),
      zombies: Math.min(...looks.map(({ zombies }) => zombies)),
      processes: Math.min(...looks.map(({ alive }) => alive)),
      files: filesIn(container.runtimeDir),
    }
  }
}

/** Clock ticks of a second in /proc/PID/stat: USER_HZ, which is 100 on all that Node runs on (proc_pid_stat(5)). */
const TICKS = 100

interface Cpu {
  readonly at: number
  readonly ticks: number
}

function readCpu(pid: number): Cpu {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return { at: performance.now(), ticks: Number(fields[11]) + Number(fields[12]) }
}

function readMiB(pid: number, field: string): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]) / 1024
}

/** `socket:[4711]` is a socket, whichever. */
function countKinds(pid: number): Descriptors {
  const kinds = descriptorsOf(pid).map((target) => target.replace(/^(socket|pipe):\[\d+\]$/, '$1'))
  return new Map([...new Set(kinds)].toSorted().map((kind) => [kind, kinds.filter((other) => other === kind).length]))
}

function fewest(looks: readonly Descriptors[]): Descriptors {
  const kinds = new Set(looks.flatMap((look) => [...look.keys()]))
  return new Map([...kinds].map((kind) => [kind, Math.min(...looks.map((look) => look.get(kind) ?? 0))]))
}

/** The files in a folder; the name of a notification socket has a number that grows with each run. */
export function filesIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return []
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return names.map((name) => name.replaceAll(/\d+/g, 'N')).toSorted()
}
