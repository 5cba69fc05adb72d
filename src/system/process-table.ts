import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { isErrno } from './errno.ts'
import { asFileUser } from './libc/file-user.ts'
import { parseStat, type ProcessEntry } from './proc-stat.ts'

/**
 * How much a look at `/proc` has seen: all of it; all but what came and went meanwhile, so that a child of that may be
 * missing; not all, since the system refused (no descriptors, no memory); nothing, since there is no `/proc`, or only
 * that of another PID namespace, whose numbers mean others here.
 */
export type Sight = 'whole' | 'moving' | 'refused' | 'none'

/** What was found in `/proc`. */
export interface ProcessTable {
  readonly entries: ReadonlyMap<number, ProcessEntry>
  readonly childrenOf: ReadonlyMap<number, readonly ProcessEntry[]>
  readonly sight: Sight
}

/** Reads all processes that can be seen. */
export function readProcessTable(): ProcessTable {
  const entries = new Map<number, ProcessEntry>()
  const childrenOf = new Map<number, ProcessEntry[]>()
  const listed = listProc()
  if (typeof listed === 'string') return { entries, childrenOf, sight: listed }
  let sight: Sight = 'whole'
  for (const name of listed) {
    const pid = Number(name)
    if (!Number.isInteger(pid)) continue
    const entry = readProcess(pid)
    if (typeof entry === 'string') {
      // Still there, and only closed to us (hidepid, proc(5)): that is no reason to look again.
      if (entry === 'refused' || !existsSync(`/proc/${pid}`)) sight = worse(sight, entry === 'gone' ? 'moving' : entry)
      continue
    }
    entries.set(pid, entry)
    const siblings = childrenOf.get(entry.parent)
    if (siblings === undefined) childrenOf.set(entry.parent, [entry])
    else siblings.push(entry)
  }
  return { entries, childrenOf, sight }
}

const WORSE: readonly Sight[] = ['whole', 'moving', 'refused', 'none']

/** The one of two that has seen less. */
export function worse(one: Sight, other: Sight): Sight {
  return WORSE.indexOf(one) > WORSE.indexOf(other) ? one : other
}

/** Reads one process; `gone` also when it is closed to us, `refused` when it could not be looked at now. */
export function readProcess(pid: number): ProcessEntry | 'gone' | 'refused' {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, 'latin1'))
  return stat.kind === 'read' ? parseStat(pid, stat.value) : stat.kind
}

/** What `/proc` says of a variable: `unsure` when the process was just ending or beginning, `refused` as a {@link Sight}. */
export type Variable =
  | { readonly kind: 'set'; readonly value: string }
  | { readonly kind: 'unset' }
  | { readonly kind: 'unsure' }
  | { readonly kind: 'refused' }

/**
 * A variable of the environment that a process was started with; `unset` also when we may not read it.
 *
 * Reading needs the rights of a debugger (ptrace(2)): root without CAP_SYS_PTRACE, as in an ordinary container, has
 * them over another user's process only when it reads as that user.
 */
export function readVariable(pid: number, name: string): Variable {
  try {
    const environment = readEnvironment(pid)
    if (environment === '' && isExecuting(pid)) return { kind: 'unsure' }
    const found = environment.split('\0').find((variable) => variable.startsWith(`${name}=`))
    return found === undefined ? { kind: 'unset' } : { kind: 'set', value: found.slice(name.length + 1) }
  } catch (error) {
    const refusal = whyNot(error)
    return { kind: refusal === 'gone' ? 'unsure' : refusal === 'closed' ? 'unset' : 'refused' }
  }
}

/**
 * Whether a process whose environment was found empty may have been in the middle of execve(2), where it has none and no
 * arguments either; empty alone is `env -i`. Each look is a moment of its own: between two of them an execution can end,
 * and another begin, but not leave the arguments as they were.
 */
function isExecuting(pid: number): boolean {
  const words = readArguments(pid)
  return words === '' || readEnvironment(pid) !== '' || readArguments(pid) !== words
}

function readArguments(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'latin1')
}

/** What the descriptors of a process lead to, such as `pipe:[123]`; nothing when we may not read it. */
export function readLinks(pid: number): ReadonlySet<string> | 'gone' | 'refused' {
  try {
    return new Set(
      asOwner(pid, () => readdirSync(`/proc/${pid}/fd`).flatMap((fd) => readLink(`/proc/${pid}/fd/${fd}`))),
    )
  } catch (error) {
    const refusal = whyNot(error)
    return refusal === 'closed' ? new Set() : refusal
  }
}

/** A descriptor may be closed at any moment. */
function readLink(path: string): readonly string[] {
  const link = attempt(() => readlinkSync(path))
  return link.kind === 'read' ? [link.value] : []
}

function readEnvironment(pid: number): string {
  return asOwner(pid, () => readFileSync(`/proc/${pid}/environ`, 'latin1'))
}

function asOwner<T>(pid: number, read: () => T): T {
  const owner = statSync(`/proc/${pid}`)
  return owner.uid === process.geteuid?.() ? read() : asFileUser(owner, read)
}

/** The names in `/proc`. */
function listProc(): readonly string[] | 'refused' | 'none' {
  const listed = attempt(() => (readlinkSync('/proc/self') === String(process.pid) ? readdirSync('/proc') : null))
  if (listed.kind !== 'read') return listed.kind === 'refused' ? 'refused' : 'none'
  return listed.value ?? 'none'
}

type Attempt<T> = { readonly kind: 'read'; readonly value: T } | { readonly kind: 'gone' | 'refused' }

/** A process may end, or be closed to us, at any moment of the reading: each is as good as gone. */
export function attempt<T>(read: () => T): Attempt<T> {
  try {
    return { kind: 'read', value: read() }
  } catch (error) {
    return { kind: whyNot(error) === 'refused' ? 'refused' : 'gone' }
  }
}

/** What an error of reading says of the process; any other errno, such as EMFILE, says nothing of it. */
function whyNot(error: unknown): 'gone' | 'closed' | 'refused' {
  if (!isErrno(error)) throw error
  switch (error.code) {
    case 'ENOENT':
    case 'ESRCH':
      return 'gone'
    case 'EACCES':
    case 'EPERM':
      return 'closed'
    default:
      return 'refused'
  }
}
