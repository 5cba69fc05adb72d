import { readdirSync } from 'node:fs'
import { isErrno } from '../errno.ts'
import { libc } from './calls.ts'

// Constants of fcntl.h, the same on all platforms.
const F_SETFD = 2
const FD_CLOEXEC = 1

/**
 * Keeps from all that is started here what this process was started with besides its standard descriptors: an engine's
 * sockets, or what some script in front of us has left open.
 *
 * Node does so itself, but only up to the first number above 15 that is free (uv_disable_stdio_inheritance).
 */
export function keepInheritedDescriptors(): void {
  const { fcntl } = libc()
  for (const fd of openDescriptors()) if (fd > 2) fcntl(fd, F_SETFD, FD_CLOEXEC)
}

/** Hands 0, 1 and 2 on to what this process becomes by execve(2): Node has all of its own closed then, these too. */
export function handOnStandardDescriptors(): void {
  for (const fd of [0, 1, 2]) libc().fcntl(fd, F_SETFD, 0)
}

/** Empty where there is no `/proc`. */
function openDescriptors(): readonly number[] {
  try {
    return readdirSync('/proc/self/fd').map(Number)
  } catch (error) {
    if (isErrno(error)) return []
    throw error
  }
}
