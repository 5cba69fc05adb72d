import { libc, outcome } from './calls.ts'

// Constants of Linux, the same on all its 64-bit platforms that Node runs on (x86-64, arm64, riscv64).
const TCSANOW = 0
/** More than struct termios takes: 60 bytes in glibc and musl. */
const TERMIOS_BYTES = 128

/** How a terminal treats what is typed and shown (termios(3)), as it came. */
export type TerminalModes = Buffer

/** Our process group. */
export function ownGroup(): number {
  return libc().getpgrp()
}

/** The foreground process group of our controlling terminal; a negative errno, -ENOTTY above all, when it is none. */
export function foregroundOf(fd: number): number {
  return outcome(libc().tcgetpgrp(fd))
}

/**
 * Puts a process group in front; 0 or a negative errno. Who is not in front himself has to ignore SIGTTOU for this
 * (tcsetpgrp(3)).
 */
export function bringForward(fd: number, group: number): number {
  return outcome(libc().tcsetpgrp(fd, group))
}

/** Null when it is no terminal, or was hung up. */
export function readModes(fd: number): TerminalModes | null {
  const modes = Buffer.alloc(TERMIOS_BYTES)
  return libc().tcgetattr(fd, modes) === 0 ? modes : null
}

/** At once: to wait until all was shown could take for ever. 0 or a negative errno. */
export function setModes(fd: number, modes: TerminalModes): number {
  return outcome(libc().tcsetattr(fd, TCSANOW, modes))
}
