import { withHint } from './errno-hint.ts'
import type { Launch } from './launch.ts'
import { bytesOf } from './raw-text.ts'

/** What cannot be executed: the command, and how it was to be launched. */
export interface Unspawned {
  readonly argv: readonly string[]
  readonly workingDir: string | null
  readonly launch: Launch
}

/**
 * What cannot be said to a program, since to it an argument ends at a NUL, and a variable's name at "=".
 *
 * An empty name is what the container has been given, and is passed on as it came.
 *
 * @returns Null when there is nothing of that.
 */
export function findUnspeakable({ argv, workingDir, launch }: Unspawned): string | null {
  const argument = argv.findIndex(hasNul)
  if (argument !== -1) return refuse(argv, `${nameOf(argument)} has a NUL in it, where it would end; leave it out`)
  if (workingDir !== null && hasNul(workingDir)) {
    return refuse(argv, 'its working directory has a NUL in it, where it would end; leave it out')
  }
  for (const [name, value] of Object.entries(launch.environment)) {
    const variable = `its variable ${JSON.stringify(name)}`
    if (hasNul(name) || hasNul(value))
      return refuse(argv, `${variable} has a NUL in it, where it would end; leave it out`)
    if (name.includes('=')) return refuse(argv, `the name of ${variable} has "=" in it, where it would end; rename it`)
  }
  return null
}

/** Why the machine did not execute it, where nothing is wrong with the command itself; `code` is the errno's name. */
export function describeErrno(unspawned: Unspawned, code: string): string {
  const hint = code === 'E2BIG' ? describeSize(unspawned) : HINTS[code]
  return refuse(unspawned.argv, hint === undefined ? withHint(code) : `${code}: ${hint}`)
}

/** posix_spawn(3), clone(2), execve(2). */
const HINTS: Readonly<Record<string, string | undefined>> = {
  EACCES: 'a rule of the system forbids it, such as one of AppArmor or SELinux',
  EAGAIN: 'there may be no more processes; raise their limit ("docker run --pids-limit", "ulimit -u")',
  EBADF: 'a descriptor for it is above the limit of open files; raise that ("docker run --ulimit nofile=N")',
  // Files that no machine executes have been told by then (command-error/inspect.ts).
  ENOEXEC: 'this machine does not run such programs; if it is built for 32 bits, take a build for 64',
  EPERM: 'a rule of the system forbids it, such as one of seccomp',
  ETXTBSY: 'somebody is writing to its file; start it when that is done',
}

/** The kernel has a limit for one (MAX_ARG_STRLEN), and one for all that depends on the limit of the stack (execve(2)). */
function describeSize({ argv, launch }: Unspawned): string {
  const pieces = [
    ...argv.map((text, index) => ({ name: nameOf(index), bytes: bytesOf(text).length + 1 })),
    ...Object.entries(launch.environment).map(([name, value]) => ({
      name: `its variable "${name}"`,
      bytes: bytesOf(name).length + bytesOf(value).length + 2,
    })),
  ]
  const total = pieces.reduce((sum, { bytes }) => sum + bytes, 0)
  const longest = pieces.reduce((one, other) => (other.bytes > one.bytes ? other : one))
  return `its arguments and variables have ${total} bytes, ${longest.bytes} of them ${longest.name}, and the kernel takes less; hand it over in a file`
}

function nameOf(argument: number): string {
  return argument === 0 ? 'its name' : `its argument ${argument}`
}

function hasNul(text: string): boolean {
  return text.includes('\0')
}

function refuse([argv0 = '']: readonly string[], why: string): string {
  return `cannot execute ${JSON.stringify(argv0)}: ${why}`
}
