import { libc, outcome } from './calls.ts'

// Constants of Linux, the same on all its 64-bit platforms that Node runs on (x86-64, arm64, riscv64).
const TCSANOW = 0
const P_PID = 1
const WNOHANG = 1
const WSTOPPED = 2
const SI_PID_OFFSET = 16
const SI_STATUS_OFFSET = 24
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

const siginfo = Buffer.alloc(128)

/** The number of the signal that has stopped a child of ours since the last question; null: it was not stopped. */
export function takeStop(pid: number): number | null {
  siginfo.fill(0)
  if (libc().waitid(P_PID, pid, siginfo, WSTOPPED | WNOHANG) !== 0) return null
  return siginfo.readInt32LE(SI_PID_OFFSET) === pid ? siginfo.readInt32LE(SI_STATUS_OFFSET) : null
}
