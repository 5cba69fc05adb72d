import { closeSync, openSync, readSync } from 'node:fs'
import { createRequire } from 'node:module'
import { getSystemErrorName } from 'node:util'

/** What of libc is called, by the manual's names; all of it returns -1 for failure, except where said. */
export interface Calls {
  readonly waitid: (idType: number, id: number, info: Buffer, options: number) => number
  readonly waitpid: (pid: number, status: null, options: number) => number
  readonly prctl: (option: number, argument: number) => number
  readonly prlimit: (pid: number, resource: number, set: Buffer | null, get: Buffer | null) => number
  readonly pipe2: (ends: Buffer, flags: number) => number
  readonly socket: (domain: number, type: number, protocol: number) => number
  readonly bind: (fd: number, address: Buffer, length: number) => number
  readonly fcntl: (fd: number, command: number, argument: number) => number
  readonly recv: (fd: number, buffer: Buffer, length: number, flags: number) => number
  /** These two return the previous id, and never fail. */
  readonly setfsuid: (uid: number) => number
  readonly setfsgid: (gid: number) => number
  readonly _exit: (status: number) => void
}

/** libc, loaded with the first call that needs it. Everything that koffi touches is in this file. */
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
  return getSystemErrorName(result)
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
  const koffi = requireKoffi()
  // null: the symbols of this process, where glibc or musl is already loaded.
  const library = koffi.load(null)
  const calls = {
    waitid: library.func('int waitid(int idType, unsigned int id, void *info, int options)'),
    waitpid: library.func('int waitpid(int pid, void *status, int options)'),
    prctl: library.func('int prctl(int option, unsigned long argument)'),
    prlimit: library.func('int prlimit(int pid, int resource, void *set, void *get)'),
    pipe2: library.func('int pipe2(void *ends, int flags)'),
    socket: library.func('int socket(int domain, int type, int protocol)'),
    bind: library.func('int bind(int fd, void *address, unsigned int length)'),
    fcntl: library.func('int fcntl(int fd, int command, long argument)'),
    recv: library.func('long recv(int fd, void *buffer, unsigned long length, int flags)'),
    setfsuid: library.func('int setfsuid(unsigned int uid)'),
    setfsgid: library.func('int setfsgid(unsigned int gid)'),
    _exit: library.func('void _exit(int status)'),
  } as Calls
  return { calls, errno: () => koffi.errno() }
}

/** What of koffi is used. */
interface Koffi {
  readonly load: (path: null) => { readonly func: (definition: string) => unknown }
  readonly errno: () => number
}

/** The platform's binary directly, 1.3 ms; through the package's index, which tries many places, 11 ms. */
function requireKoffi(): Koffi {
  const load = createRequire(import.meta.url)
  for (const libcName of likelyLibcs()) {
    try {
      return load(`@koromix/koffi-${process.platform}-${process.arch}/${libcName}_${process.arch}/koffi.node`) as Koffi
    } catch {
      // Whatever went wrong, the index knows more places and has the better message.
    }
  }
  return load('koffi') as Koffi
}

/** In koffi's words: `linux` is glibc. Where there is no `/proc`, Node does not know its own file; the wrong one does not load. */
function likelyLibcs(): readonly string[] {
  try {
    return [isMusl() ? 'musl' : process.platform]
  } catch {
    return [process.platform, 'musl']
  }
}

/** Whether Node itself is linked with musl: its program interpreter's name stands at the head of the file. */
function isMusl(): boolean {
  const head = Buffer.alloc(4096)
  const fd = openSync(process.execPath, 'r')
  try {
    readSync(fd, head)
  } finally {
    closeSync(fd)
  }
  return head.includes('ld-musl-')
}
