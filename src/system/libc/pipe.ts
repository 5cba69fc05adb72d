import { libc, outcome } from './calls.ts'

/** open(2), Linux on 64-bit. */
const O_CLOEXEC = 0o2000000

/** fcntl.h, the same on all platforms. */
const F_SETPIPE_SZ = 1031

/**
 * A pipe, both ends closed on exec. Node's own pipes to a child are sockets, which cannot be opened as `/dev/stdout`.
 *
 * @returns Its ends, or a negative errno.
 */
export function openPipe(): { readonly readFd: number; readonly writeFd: number } | number {
  const ends = Buffer.alloc(8)
  const result = outcome(libc().pipe2(ends, O_CLOEXEC))
  return result < 0 ? result : { readFd: ends.readInt32LE(0), writeFd: ends.readInt32LE(4) }
}

/**
 * Lets a pipe hold more. Without CAP_SYS_RESOURCE 1 MiB is the most, and what all pipes of a user may hold together is
 * bounded too (pipe(7)): who cannot have it does without.
 */
export function growPipe(fd: number, bytes: number): void {
  libc().fcntl(fd, F_SETPIPE_SZ, bytes)
}
