import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { asFileUser } from './libc.ts'
import { errnoOf } from './refusal.ts'

/** One process, as `/proc/PID/stat` tells it (proc_pid_stat(5)); threads are not in it. */
export interface ProcessEntry {
  readonly pid: number
  readonly parent: number
  readonly group: number
  readonly session: number
  /** Clock ticks since boot: with the pid it names a process for ever, since pids are used again. */
  readonly startTime: number
  /** False for a zombie: only its parent can make it go. */
  readonly isAlive: boolean
}

/** What was found in `/proc`. */
export interface ProcessTable {
  readonly entries: ReadonlyMap<number, ProcessEntry>
  readonly childrenOf: ReadonlyMap<number, readonly ProcessEntry[]>
  /** Whether some ended while it was read, so that a child of theirs may be missing. */
  readonly hasVanished: boolean
}

/** Reads all processes that can be seen; none where there is no `/proc`. */
export function readProcessTable(): ProcessTable {
  const entries = new Map<number, ProcessEntry>()
  const childrenOf = new Map<number, ProcessEntry[]>()
  let hasVanished = false
  for (const name of listProc()) {
    const pid = Number(name)
    if (!Number.isInteger(pid)) continue
    const entry = readProcess(pid)
    if (entry === null) {
      // Still there, and only closed to us (hidepid, proc(5)): that is no reason to look again.
      hasVanished ||= !existsSync(`/proc/${pid}`)
      continue
    }
    entries.set(pid, entry)
    const siblings = childrenOf.get(entry.parent)
    if (siblings === undefined) childrenOf.set(entry.parent, [entry])
    else siblings.push(entry)
  }
  return { entries, childrenOf, hasVanished }
}

/** Reads one process; null when it is gone. */
export function readProcess(pid: number): ProcessEntry | null {
  const stat = readOrNull(() => readFileSync(`/proc/${pid}/stat`, 'latin1'))
  return stat === null ? null : parseStat(pid, stat)
}

/** What `/proc` says of a variable: `unsure` when the process was just ending or beginning. */
export type Variable =
  | { readonly kind: 'set'; readonly value: string }
  | { readonly kind: 'unset' }
  | { readonly kind: 'unsure' }

/**
 * A variable of the environment that a process was started with; `unset` also when we may not read it.
 *
 * Reading needs the rights of a debugger (ptrace(2)): root without CAP_SYS_PTRACE, as in an ordinary container, has
 * them over another user's process only when it reads as that user.
 */
export function readVariable(pid: number, name: string): Variable {
  try {
    const environment = readEnvironment(pid)
    // In the middle of execve(2) a process has no arguments and no environment yet; empty alone is `env -i`.
    if (environment === '' && readFileSync(`/proc/${pid}/cmdline`, 'latin1') === '') return { kind: 'unsure' }
    const found = environment.split('\0').find((variable) => variable.startsWith(`${name}=`))
    return found === undefined ? { kind: 'unset' } : { kind: 'set', value: found.slice(name.length + 1) }
  } catch (error) {
    const code = errnoOf(error)
    if (code === null) throw error
    return { kind: code === 'EACCES' || code === 'EPERM' ? 'unset' : 'unsure' }
  }
}

function readEnvironment(pid: number): string {
  const owner = statSync(`/proc/${pid}`)
  const read = (): string => readFileSync(`/proc/${pid}/environ`, 'latin1')
  return owner.uid === process.geteuid?.() ? read() : asFileUser(owner, read)
}

function listProc(): readonly string[] {
  return readOrNull(() => readdirSync('/proc')) ?? []
}

/** The name in brackets may hold anything, brackets and newlines too; what follows the last one is plain. */
function parseStat(pid: number, stat: string): ProcessEntry | null {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const field = (number: number): number => Number(fields[number - 3])
  const isZombie = fields[0] === 'Z' || fields[0] === 'X'
  return {
    pid,
    parent: field(4),
    group: field(5),
    session: field(6),
    startTime: field(22),
    // A process whose first thread has ended looks like a zombie while its other threads run on.
    isAlive: !isZombie || field(20) > 1,
  }
}

/** A process may end, or be closed to us, at any moment of the reading: each is as good as gone. */
function readOrNull<T>(read: () => T): T | null {
  try {
    return read()
  } catch (error) {
    if (errnoOf(error) !== null) return null
    throw error
  }
}
