import type { Socket } from 'node:net'
import type { Endpoint } from '../../core/config/model.ts'
import { type Check, PASSED } from './check.ts'
import { dial } from './dial.ts'

/** The `tcp` and `unix` probes: passes when a connection is accepted; nothing is said over it. */
export function connectCheck(at: Endpoint): Check {
  return (settle) => {
    const socket = dial(at, {
      connected: () => settle(PASSED),
      lost: settle,
    })
    return () => hangUp(socket)
  }
}

/** How long a server may take to notice that nobody wanted to talk. */
const FAREWELL_MS = 100

/** A reset would be an error to a server that has just begun to greet: what it says is read, and the end is orderly. */
function hangUp(socket: Socket): void {
  if (!socket.writable || socket.connecting) {
    socket.destroy()
    return
  }
  const limit = setTimeout(() => socket.destroy(), FAREWELL_MS)
  socket.once('close', () => clearTimeout(limit))
  socket.resume()
  socket.end()
}
