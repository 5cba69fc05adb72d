import { libc } from './calls.ts'

// Constants of Linux, the same on all its 64-bit platforms that Node runs on (x86-64, arm64, riscv64).
const F_GETFL = 3
const F_SETFL = 4
const O_NONBLOCK = 0o4000

/**
 * Makes reads and writes of a descriptor wait, also for all others that share it (fcntl(2)): most programs take EAGAIN
 * on their standard output for a failure, and whoever had it before may have left it so.
 */
export function makeBlocking(fd: number): void {
  const { fcntl } = libc()
  const flags = fcntl(fd, F_GETFL, 0)
  if (flags !== -1 && (flags & O_NONBLOCK) !== 0) fcntl(fd, F_SETFL, flags & ~O_NONBLOCK)
}
