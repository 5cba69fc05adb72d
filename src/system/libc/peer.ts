import { libc, outcome } from './calls.ts'

// Constants of Linux (asm-generic/socket.h), the same on x86-64, arm64 and riscv64.
const SOL_SOCKET = 1
const SO_PEERCRED = 17
const SO_PEERGROUPS = 59
/** struct ucred: pid, uid, gid. */
const CREDENTIALS_BYTES = 12
/** NGROUPS_MAX (limits.h): more groups nobody can have. */
const MAX_GROUPS = 65_536

const EINVAL = 22

/** The process at the other end of a Unix socket, as it was when it connected, or began to listen (unix(7)). */
export interface PeerCredentials {
  /** The effective ids, as our own user namespace has them; of users that it does not know 65534. */
  readonly uid: number
  readonly gid: number
}

/** Who is at the other end of a Unix socket (SO_PEERCRED), or a negative errno. */
export function readPeer(fd: number): PeerCredentials | number {
  const value = Buffer.alloc(CREDENTIALS_BYTES)
  const length = readOption(fd, SO_PEERCRED, value)
  if (length < 0) return length
  // Where the number stands for another option, that is shorter: nobody is taken for root.
  if (length !== CREDENTIALS_BYTES) return -EINVAL
  return { uid: value.readUInt32LE(4), gid: value.readUInt32LE(8) }
}

/** The supplementary groups of the process at the other end (SO_PEERGROUPS, Linux 4.13), or a negative errno. */
export function readPeerGroups(fd: number): readonly number[] | number {
  const value = Buffer.allocUnsafe(4 * MAX_GROUPS)
  const length = readOption(fd, SO_PEERGROUPS, value)
  return length < 0 ? length : Array.from({ length: length / 4 }, (_, index) => value.readUInt32LE(4 * index))
}

/** @returns How many bytes the value has, or a negative errno. */
function readOption(fd: number, option: number, value: Buffer): number {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(value.length)
  const result = outcome(libc().getsockopt(fd, SOL_SOCKET, option, value, length))
  return result < 0 ? result : length.readUInt32LE(0)
}
