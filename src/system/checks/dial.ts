import { Socket } from 'node:net'
import type { Endpoint } from '../../core/config/model.ts'
import type { ProbeResult } from '../../core/machine.ts'
import { MAX_SOCKET_PATH_BYTES } from '../limits.ts'
import { causeOf, failed, refused } from './check.ts'
import { addressOf } from './place.ts'

/** What comes of dialling; after `lost` nothing more comes. */
export interface DialListener {
  readonly connected: () => void
  /** No connection, or no longer one: place and cause. */
  readonly lost: (answer: ProbeResult) => void
}

/** Opens a connection whose every error ends in `lost`. */
export function dial(at: Endpoint, listener: DialListener): Socket {
  const socket = new Socket()
  const address = addressOf(at)
  socket.on('error', (error) => {
    listener.lost(refused(error, `connect ${address}: ${causeOf(error)}`))
  })
  socket.once('connect', () => {
    if (isConnectedToItself(socket)) {
      // Reset, since TIME_WAIT would keep the service from binding to its own port.
      socket.resetAndDestroy()
      listener.lost(failed(`connect ${address}: ECONNREFUSED`))
      return
    }
    listener.connected()
  })
  if (at.kind === 'tcp') socket.connect({ host: at.host, port: at.port })
  // A longer one would be cut by libuv before 1.46, and reach another socket.
  else if (Buffer.byteLength(at.path) <= MAX_SOCKET_PATH_BYTES) socket.connect({ path: at.path })
  else
    socket.destroy(new Error(`the path is longer than the ${MAX_SOCKET_PATH_BYTES} bytes that a Unix socket can have`))
  return socket
}

/**
 * A port of the ephemeral range on this very machine may be given to the dialling socket itself; TCP's simultaneous
 * open (RFC 9293, 3.5) then connects it to itself, although nobody listens.
 */
function isConnectedToItself(socket: Socket): boolean {
  return (
    socket.localPort !== undefined &&
    socket.localPort === socket.remotePort &&
    socket.localAddress === socket.remoteAddress
  )
}
