import { closeSync } from 'node:fs'
import { constants } from 'node:os'
import { libc, outcome } from './calls.ts'

// Constants of Linux, the same on all its 64-bit platforms that Node runs on (x86-64, arm64, riscv64).
const AF_UNIX = 1
const SOCK_DGRAM = 2
const SOCK_NONBLOCK = 0o4000
const SOCK_CLOEXEC = 0o2000000
const F_SETFL = 4
const F_SETOWN = 8
const O_NONBLOCK = 0o4000
const O_ASYNC = 0o20000
const MSG_PEEK = 0x2
const MSG_TRUNC = 0x20
const MSG_DONTWAIT = 0x40

/**
 * A datagram socket bound to an address, which raises SIGIO when something arrives (fcntl(2), F_SETOWN and O_ASYNC).
 * SIGIO's default is death: somebody has to listen to it before.
 *
 * @param address A path of at most 107 bytes.
 * @returns The descriptor, or a negative errno.
 */
export function openDatagramSocket(address: string): number {
  const calls = libc()
  const fd = outcome(calls.socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0))
  if (fd < 0) return fd
  const name = socketAddress(address)
  const steps = [
    // bind(2) takes the mode from the socket itself, on Linux: there is no moment in which others could connect.
    (): number => calls.fchmod(fd, 0o600),
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

/** Takes one datagram; its whole length, even if there is less room, null when there is none, or a negative errno. */
export function receive(fd: number, into: Buffer): number | null {
  const result = outcome(libc().recv(fd, into, into.length, MSG_DONTWAIT | MSG_TRUNC))
  return result === -constants.errno.EAGAIN ? null : result
}

/** Whether there is a datagram to take. */
export function hasDatagram(fd: number): boolean {
  return libc().recv(fd, Buffer.alloc(1), 1, MSG_PEEK | MSG_DONTWAIT) !== -1
}

/** struct sockaddr_un: the family in the machine's order, then the path and a NUL. */
function socketAddress(address: string): Buffer {
  const family = Buffer.from([AF_UNIX, 0])
  return Buffer.concat([family, Buffer.from(`${address}\0`)])
}
