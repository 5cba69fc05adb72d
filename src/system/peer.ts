import type { Socket } from 'node:net'
import type { Peer } from '../core/control/access.ts'
import { errnoName } from './libc/calls.ts'
import { readPeer, readPeerGroups } from './libc/peer.ts'

/**
 * Who is at the other end of a Unix socket. Nobody can lie here: the kernel took it down when the process connected, or
 * began to listen, so one that has ended or become somebody else since changes nothing.
 *
 * @returns The peer, or why nobody can tell: then it is nobody to be trusted.
 */
export function peerOf(socket: Socket): Peer | { readonly refusal: string } {
  const fd = descriptorOf(socket)
  if (fd === null) return { refusal: 'its descriptor is not known' }
  const peer = readPeer(fd)
  if (typeof peer === 'number') return { refusal: `getsockopt: ${errnoName(peer)}` }
  return { uid: peer.uid, groups: () => [peer.gid, ...supplementary(fd)] }
}

/** Where the kernel has no word for them, the first group alone counts. */
function supplementary(fd: number): readonly number[] {
  const groups = readPeerGroups(fd)
  return typeof groups === 'number' ? [] : groups
}

/** Node hands out no descriptor of a socket; its handle has one, in all of Node 20 to 26. A closed socket has no handle. */
function descriptorOf(socket: Socket): number | null {
  const { _handle: handle } = socket as { readonly _handle?: { readonly fd?: unknown } | null }
  const fd = handle?.fd
  return typeof fd === 'number' && fd >= 0 ? fd : null
}
