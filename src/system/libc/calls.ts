import { constants } from 'node:os'
import { getSystemErrorName } from 'node:util'
import { koffi, type Library } from './koffi.ts'

/** What of libc is called, by the manual's names; all of it returns -1 for failure, except where said. */
export interface Calls {
  readonly waitid: (idType: number, id: number, info: Buffer, options: number) => number
  readonly waitpid: (pid: number, status: null, options: number) => number
  readonly prctl: (option: number, argument: number) => number
  readonly prlimit: (pid: number, resource: number, set: Buffer | null, get: Buffer | null) => number
  readonly pipe2: (ends: Buffer, flags: number) => number
  readonly socket: (domain: number, type: number, protocol: number) => number
  readonly fchmod: (fd: number, mode: number) => number
  readonly bind: (fd: number, address: Buffer, length: number) => number
  readonly fcntl: (fd: number, command: number, argument: number) => number
  readonly getsockopt: (...of: [fd: number, level: number, option: number, value: Buffer, length: Buffer]) => number
  readonly clock_gettime: (clock: number, time: Buffer) => number
  readonly recv: (fd: number, buffer: Buffer, length: number, flags: number) => number
  /** These two return the previous id, and never fail. */
  readonly setfsuid: (uid: number) => number
  readonly setfsgid: (gid: number) => number
  /** This one too. */
  readonly getpgrp: () => number
  readonly tcgetpgrp: (fd: number) => number
  readonly tcsetpgrp: (fd: number, group: number) => number
  readonly tcgetattr: (fd: number, modes: Buffer) => number
  readonly tcsetattr: (fd: number, when: number, modes: Buffer) => number
  /** The handler before, or -1. */
  readonly signal: (signal: number, handler: number) => number
  readonly _exit: (status: number) => void
  readonly open: (path: Buffer, flags: number) => number
  readonly chdir: (path: Buffer) => number
  readonly fchdir: (fd: number) => number
  /** Comes back only when it fails. */
  readonly execve: (file: Buffer, args: Buffer, environment: Buffer) => number
  /** What begins with `posix_spawn` returns the errno itself, or 0. */
  readonly posix_spawn: (...pointers: readonly [pid: Buffer, file: Buffer, ...rest: SpawnPointers]) => number
  readonly posix_spawn_file_actions_init: (actions: Buffer) => number
  readonly posix_spawn_file_actions_adddup2: (actions: Buffer, fd: number, newFd: number) => number
  readonly posix_spawn_file_actions_addclose: (actions: Buffer, fd: number) => number
  /** Null in a glibc before 2.29. */
  readonly posix_spawn_file_actions_addchdir_np: ((actions: Buffer, path: Buffer) => number) | null
  /** Null in a glibc before 2.35, and in musl. */
  readonly posix_spawn_file_actions_addtcsetpgrp_np: ((actions: Buffer, fd: number) => number) | null
  readonly posix_spawn_file_actions_destroy: (actions: Buffer) => number
  readonly posix_spawnattr_init: (attributes: Buffer) => number
  readonly posix_spawnattr_setflags: (attributes: Buffer, flags: number) => number
  readonly posix_spawnattr_setsigdefault: (attributes: Buffer, signals: Buffer) => number
  readonly posix_spawnattr_setsigmask: (attributes: Buffer, signals: Buffer) => number
  readonly posix_spawnattr_destroy: (attributes: Buffer) => number
}

type SpawnPointers = readonly [actions: Buffer, attributes: Buffer, args: Buffer, environment: Buffer]

/** libc, loaded with the first call that needs it. */
export function libc(): Calls {
  loaded ??= loadLibc()
  return loaded.calls
}

/** -1 becomes the negative errno, as the kernel itself and libuv tell it. */
export function outcome(result: number): number {
  if (result !== -1) return result
  loaded ??= loadLibc()
  return -loaded.errno()
}

/** The name of a negative errno, such as `EMFILE`. */
export function errnoName(result: number): string {
  const name = getSystemErrorName(result)
  if (!name.startsWith('Unknown')) return name
  // What libuv does not know, such as ENOEXEC.
  return Object.entries(constants.errno).find(([, errno]) => errno === -result)?.[0] ?? `errno ${-result}`
}

/** Where its bytes are in memory, for as long as somebody holds it. */
export function addressOf(bytes: Buffer): bigint {
  return koffi().address(bytes)
}

/** libc and what it says of its last failure. */
export interface Libc {
  readonly calls: Calls
  readonly errno: () => number
}

/** Puts something in libc's place, for as long as the process lives: the seam at which tests make the system refuse. */
export function replaceLibc(replace: (libc: Libc) => Libc): void {
  loaded = replace(loaded ?? loadLibc())
}

let loaded: Libc | null = null

function loadLibc(): Libc {
  // null: the symbols of this process, where glibc or musl is already loaded.
  const library = koffi().load(null)
  const calls = {
    waitid: library.func('int waitid(int idType, unsigned int id, void *info, int options)'),
    waitpid: library.func('int waitpid(int pid, void *status, int options)'),
    prctl: library.func('int prctl(int option, unsigned long argument)'),
    prlimit: library.func('int prlimit(int pid, int resource, void *set, void *get)'),
    pipe2: library.func('int pipe2(void *ends, int flags)'),
    socket: library.func('int socket(int domain, int type, int protocol)'),
    fchmod: library.func('int fchmod(int fd, unsigned int mode)'),
    bind: library.func('int bind(int fd, void *address, unsigned int length)'),
    fcntl: library.func('int fcntl(int fd, int command, long argument)'),
    getsockopt: library.func('int getsockopt(int fd, int level, int option, void *value, void *length)'),
    clock_gettime: library.func('int clock_gettime(int clock, void *time)'),
    recv: library.func('long recv(int fd, void *buffer, unsigned long length, int flags)'),
    setfsuid: library.func('int setfsuid(unsigned int uid)'),
    setfsgid: library.func('int setfsgid(unsigned int gid)'),
    getpgrp: library.func('int getpgrp()'),
    tcgetpgrp: library.func('int tcgetpgrp(int fd)'),
    tcsetpgrp: library.func('int tcsetpgrp(int fd, int group)'),
    tcgetattr: library.func('int tcgetattr(int fd, void *modes)'),
    tcsetattr: library.func('int tcsetattr(int fd, int when, void *modes)'),
    signal: library.func('long signal(int signal, long handler)'),
    _exit: library.func('void _exit(int status)'),
    ...spawnCalls(library),
  } as Calls
  return { calls, errno: () => koffi().errno() }
}

function spawnCalls(library: Library): Partial<Record<keyof Calls, unknown>> {
  const func = (definition: string): unknown => library.func(definition)
  return {
    open: func('int open(void *path, int flags)'),
    chdir: func('int chdir(void *path)'),
    fchdir: func('int fchdir(int fd)'),
    execve: func('int execve(void *file, void *args, void *env)'),
    posix_spawn: func('int posix_spawn(void *pid, void *file, void *actions, void *attributes, void *args, void *env)'),
    posix_spawn_file_actions_init: func('int posix_spawn_file_actions_init(void *actions)'),
    posix_spawn_file_actions_adddup2: func('int posix_spawn_file_actions_adddup2(void *actions, int fd, int newFd)'),
    posix_spawn_file_actions_addclose: func('int posix_spawn_file_actions_addclose(void *actions, int fd)'),
    posix_spawn_file_actions_addchdir_np: orNull(() =>
      func('int posix_spawn_file_actions_addchdir_np(void *actions, void *path)'),
    ),
    posix_spawn_file_actions_addtcsetpgrp_np: orNull(() =>
      func('int posix_spawn_file_actions_addtcsetpgrp_np(void *actions, int fd)'),
    ),
    posix_spawn_file_actions_destroy: func('int posix_spawn_file_actions_destroy(void *actions)'),
    posix_spawnattr_init: func('int posix_spawnattr_init(void *attributes)'),
    posix_spawnattr_setflags: func('int posix_spawnattr_setflags(void *attributes, short flags)'),
    posix_spawnattr_setsigdefault: func('int posix_spawnattr_setsigdefault(void *attributes, void *signals)'),
    posix_spawnattr_setsigmask: func('int posix_spawnattr_setsigmask(void *attributes, void *signals)'),
    posix_spawnattr_destroy: func('int posix_spawnattr_destroy(void *attributes)'),
  }
}

/** koffi throws for what the library does not have. */
function orNull(find: () => unknown): unknown {
  try {
    return find()
  } catch {
    return null
  }
}
