import { closeSync, openSync, readSync } from 'node:fs'
import { createRequire } from 'node:module'
import { getSystemErrorName } from 'node:util'

// Constants of Linux, the same on all its 64-bit platforms that Node runs on (x86-64, arm64, riscv64).
const P_ALL = 0
const WNOHANG = 1
const WEXITED = 4
const WNOWAIT = 0x1000000
const PR_SET_CHILD_SUBREAPER = 36
const AF_UNIX = 1
const SOCK_DGRAM = 2
const SOCK_NONBLOCK = 0o4000
const SOCK_CLOEXEC = 0o2000000
const F_SETFL = 4
const F_SETOWN = 8
const O_NONBLOCK = 0o4000
const O_ASYNC = 0o20000
const O_CLOEXEC = 0o2000000
const MSG_PEEK = 0x2
const MSG_TRUNC = 0x20
const MSG_DONTWAIT = 0x40
/** Where things stand in siginfo_t on 64-bit: signo, errno, code, padding, pid, uid, status. */
const SI_CODE_OFFSET = 8
const SI_PID_OFFSET = 16
const SI_STATUS_OFFSET = 24
/** si_code of a child that called exit; the others, CLD_KILLED and CLD_DUMPED, died by a signal. */
const CLD_EXITED = 1

/** A process that is dead and not yet waited for; `status` is its exit code or the number of the signal. */
export interface DeadChild {
  readonly pid: number
  readonly how: 'exited' | 'killed'
  readonly status: number
}

/** The next dead child, left as it is (waitid(2) with WNOWAIT); null when there is none. */
export function peekDeadChild(): DeadChild | null {
  const { calls, siginfo } = libc()
  siginfo.fill(0)
  // It fails only for want of any children (ECHILD).
  if (calls.waitid(P_ALL, 0, siginfo, WEXITED | WNOHANG | WNOWAIT) !== 0) return null
  const pid = siginfo.readInt32LE(SI_PID_OFFSET)
  const how = siginfo.readInt32LE(SI_CODE_OFFSET) === CLD_EXITED ? 'exited' : 'killed'
  return pid === 0 ? null : { pid, how, status: siginfo.readInt32LE(SI_STATUS_OFFSET) }
}

/** Takes a dead child's status away; its pid, 0 when it lives, or a negative errno. */
export function reapChild(pid: number): number {
  return outcome(libc().calls.waitpid(pid, null, WNOHANG))
}

/** Makes this process the parent of its descendants' orphans (PR_SET_CHILD_SUBREAPER); 0 or a negative errno. */
export function becomeSubreaper(): number {
  return outcome(libc().calls.prctl(PR_SET_CHILD_SUBREAPER, 1))
}

/** Limits of a resource; the largest number is "unlimited". */
export interface Limit {
  readonly soft: bigint
  readonly hard: bigint
}

/** Our own limits of a resource, by its number in setrlimit(2); null when the kernel does not tell. */
export function readLimit(resource: number): Limit | null {
  const limits = Buffer.alloc(16)
  if (outcome(libc().calls.prlimit(0, resource, null, limits)) < 0) return null
  return { soft: limits.readBigUInt64LE(0), hard: limits.readBigUInt64LE(8) }
}

/** Sets the limits of a process (prlimit(2)), 0 for our own; 0 or a negative errno. */
export function setLimit(pid: number, resource: number, { soft, hard }: Limit): number {
  const limits = Buffer.alloc(16)
  limits.writeBigUInt64LE(soft, 0)
  limits.writeBigUInt64LE(hard, 8)
  return outcome(libc().calls.prlimit(pid, resource, limits, null))
}

/**
 * A pipe, both ends closed on exec. Node's own pipes to a child are sockets, which cannot be opened as `/dev/stdout`.
 *
 * @returns Its ends, or a negative errno.
 */
export function openPipe(): { readonly readFd: number; readonly writeFd: number } | number {
  const ends = Buffer.alloc(8)
  const result = outcome(libc().calls.pipe2(ends, O_CLOEXEC))
  return result < 0 ? result : { readFd: ends.readInt32LE(0), writeFd: ends.readInt32LE(4) }
}

/**
 * A datagram socket bound to an address, which raises SIGIO when something arrives (fcntl(2), F_SETOWN and O_ASYNC).
 * SIGIO's default is death: somebody has to listen to it before.
 *
 * @param address A path of at most 107 bytes.
 * @returns The descriptor, or a negative errno.
 */
export function openDatagramSocket(address: string): number {
  const { calls } = libc()
  const fd = outcome(calls.socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0))
  if (fd < 0) return fd
  const name = socketAddress(address)
  const steps = [
    (): number => calls.bind(fd, name, name.length),
    (): number => calls.fcntl(fd, F_SETOWN, process.pid),
    (): number => calls.fcntl(fd, F_SETFL, O_ASYNC | O_NONBLOCK),
  ]
  for (const step of steps) {
    const result = outcome(step())
    if (result < 0) {
      closeSync(fd)
      return result
    }
  }
  return fd
}

/** Takes one datagram without waiting; its whole length, even if there is less room, or a negative errno (-EAGAIN: none). */
export function receive(fd: number, into: Buffer): number {
  return outcome(libc().calls.recv(fd, into, into.length, MSG_DONTWAIT | MSG_TRUNC))
}

/** Whether there is a datagram to take. */
export function hasDatagram(fd: number): boolean {
  return libc().calls.recv(fd, Buffer.alloc(1), 1, MSG_PEEK | MSG_DONTWAIT) !== -1
}

/**
 * Reads files as another user for the length of one synchronous call (setfsuid(2): this thread alone). Where the
 * kernel refuses, the call is made as whom we are.
 */
export function asFileUser<T>(user: { readonly uid: number; readonly gid: number }, read: () => T): T {
  const { calls } = libc()
  // The group first: without the rights of the user it could no longer be changed.
  const ownGid = calls.setfsgid(user.gid)
  const ownUid = calls.setfsuid(user.uid)
  try {
    return read()
  } finally {
    calls.setfsuid(ownUid)
    calls.setfsgid(ownGid)
  }
}

/** Ends the process at once: no exit handlers, nothing flushed. */
export function exitAtOnce(status: number): never {
  libc().calls._exit(status)
  throw new Error('internal error: _exit returned')
}

/** The name of a negative errno, such as `EMFILE`. */
export function errnoName(result: number): string {
  return getSystemErrorName(result)
}

/** What of libc is called; all of it returns -1 for failure, except where said. */
interface Calls {
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

/** What of koffi is used. */
interface Koffi {
  readonly load: (path: null) => { readonly func: (definition: string) => unknown }
  readonly errno: () => number
}

interface Libc {
  readonly calls: Calls
  readonly errno: () => number
  readonly siginfo: Buffer
}

let loaded: Libc | null = null

/** Loads libc with the first call that needs it. */
function libc(): Libc {
  loaded ??= loadLibc()
  return loaded
}

/** -1 becomes the negative errno, as the kernel itself and libuv tell it. */
function outcome(result: number): number {
  return result === -1 ? -libc().errno() : result
}

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
  return { calls, errno: () => koffi.errno(), siginfo: Buffer.alloc(128) }
}

/** The platform's binary directly, 1.3 ms; through the package's index, which tries many places, 11 ms. */
function requireKoffi(): Koffi {
  const load = createRequire(import.meta.url)
  const platform = `${process.platform}-${process.arch}`
  const variant = `${isMusl() ? 'musl' : process.platform}_${process.arch}`
  try {
    return load(`@koromix/koffi-${platform}/${variant}/koffi.node`) as Koffi
  } catch {
    // Whatever went wrong, the index knows more places and has the better message.
    return load('koffi') as Koffi
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

/** struct sockaddr_un: the family in the machine's order, then the path and a NUL. */
function socketAddress(address: string): Buffer {
  const family = Buffer.from([AF_UNIX, 0])
  return Buffer.concat([family, Buffer.from(`${address}\0`)])
}
