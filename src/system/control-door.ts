import type { Socket } from 'node:net'
import type { Asker, Peer } from '../core/control/access.ts'
import type { ControlError } from '../core/protocol.ts'
import { createRefusalUnheard, refuseConnection } from './connection-refusal.ts'
import { createConnectionRoom, type ConnectionRoom } from './connection-room.ts'
import type { Claim } from './control-claim.ts'
import { peerOf } from './peer.ts'

/** Says who may come in. */
export type Admit = (peer: Peer) => Asker | ControlError

/** The way from the control socket to who answers. */
export type ControlDoor = Pick<ConnectionRoom<Socket>, 'heard' | 'waits'>

/**
 * Takes connections, and lets in whom it may: each is looked at once, before anything of it is read, and whoever is
 * refused takes nobody's room.
 */
export function openDoor(claim: Claim, admit: Admit, enter: (socket: Socket, asker: Asker) => void): ControlDoor {
  const room = createConnectionRoom<Socket>()
  const refuseUnheard = createRefusalUnheard()
  claim.onConnection((socket) => {
    const asker = askerOf(socket, admit)
    if ('status' in asker) return refuseUnheard(socket, asker)
    const entered = room.enter(socket, asker)
    if (entered === 'full') return refuseUnheard(socket, FULL)
    if (entered.evicted !== null) refuseConnection(entered.evicted, EVICTED)
    socket.once('close', () => room.leave(socket))
    enter(socket, asker)
  })
  return room
}

function askerOf(socket: Socket, admit: Admit): Asker | ControlError {
  const peer = peerOf(socket)
  if (!('refusal' in peer)) return admit(peer)
  return { status: 403, message: `cannot ask this supervisor: it cannot tell who asks: ${peer.refusal}` }
}

const FULL: ControlError = { status: 503, message: 'too many requests of this user are under way; come again later' }

const EVICTED: ControlError = {
  status: 503,
  message: 'closed for another client, as nothing was asked here; come again',
}
