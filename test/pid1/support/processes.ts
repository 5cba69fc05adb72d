import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { basename } from 'node:path'

/** A process as seen from outside its namespace. */
export interface Seen {
  /** Outside. */
  readonly pid: number
  /** Inside its innermost PID namespace. */
  readonly inside: number
  readonly parent: number
  readonly name: string
  /** As in proc_pid_stat(5): `Z` for a zombie. */
  readonly state: string
}

/** Every process of a PID namespace, zombies too. */
export function processesIn(namespace: string): readonly Seen[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => namespaceOf(pid) === namespace)
    .flatMap((pid) => readProcess(pid) ?? [])
}

/** The PID namespace of a process; null when there is no such process any more. */
export function namespaceOf(pid: number): string | null {
  return attempt(() => readlinkSync(`/proc/${pid}/ns/pid`))
}

/** The file name of what it runs: the name of the process is, from Node 24 on, that of Node's main thread. */
export function programOf(pid: number): string | null {
  return attempt(() => basename(readlinkSync(`/proc/${pid}/exe`)))
}

/** The environment that it was started with, as in proc_pid_environ(5); null when it has ended, or is between two programs. */
export function environmentOf(pid: number): string | null {
  return attempt(() => readFileSync(`/proc/${pid}/environ`, 'utf8'))
}

export function readProcess(pid: number): Seen | null {
  const status = attempt(() => readFileSync(`/proc/${pid}/status`, 'utf8'))
  if (status === null) return null
  const field = (name: string): string => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? ''
  return {
    pid,
    inside: Number(field('NSpid').split(/\s+/).at(-1)),
    parent: Number(field('PPid')),
    name: field('Name'),
    state: field('State').charAt(0),
  }
}

/** The children of a process, zombies too, oldest first. */
export function childrenOf(pid: number): readonly number[] {
  const text = attempt(() => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')) ?? ''
  return text.trim().split(' ').filter(Boolean).map(Number)
}

/** What the open descriptors of a process lead to, by their number: a path, `socket:[4711]`, `anon_inode:[eventpoll]`. */
export function descriptorsOf(pid: number): readonly string[] {
  const folder = `/proc/${pid}/fd`
  const numbers = readdirSync(folder).map(Number)
  return numbers
    .toSorted((one, other) => one - other)
    .flatMap((fd) => attempt(() => readlinkSync(`${folder}/${fd}`)) ?? [])
}

/**
 * Sends a signal to one process; 0 and -1, which stand for one that was not found, would reach others (kill(2)), as PID 1's
 * root on a machine all of them.
 */
export function signalProcess(pid: number, signal: NodeJS.Signals | number): void {
  if (!(pid > 0)) throw new Error(`no process to send ${signal} to`)
  process.kill(pid, signal)
}

/** The same for one that may have ended since it was seen; whether it had not. */
export function signalIfThere(pid: number, signal: NodeJS.Signals): boolean {
  try {
    signalProcess(pid, signal)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false
    throw error
  }
}

/** The bytes of its resident memory. */
export function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024
}

/** What ends between two looks is not there. */
function attempt<T>(read: () => T): T | null {
  try {
    return read()
  } catch {
    return null
  }
}
