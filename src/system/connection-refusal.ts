import type { Socket } from 'node:net'
import type { ControlError } from '../core/protocol.ts'

/** How long a client may take to read why it was refused, and to close. */
const LINGER_MS = 1000
/** Those that are given the time at once; more are closed at once, and may miss the reason. */
const MAX_LINGERING = 16

/** Ends a connection with a refusal as the answer, unless some other answer has begun. */
export function refuseConnection(socket: Socket, refusal: ControlError): void {
  if (!socket.writable || socket.bytesWritten > 0) {
    socket.destroy()
    return
  }
  socket.write(answerOf(refusal))
  socket.destroySoon()
}

/**
 * Makes what refuses a connection of which nothing was read. A client whose question meets a closed socket gets EPIPE or
 * ECONNRESET and may never look at the answer: so it has a moment to send it, unread, and to close first.
 */
export function createRefusalUnheard(): (socket: Socket, refusal: ControlError) => void {
  let lingering = 0
  return (socket, refusal) => {
    socket.on('error', () => {})
    if (lingering >= MAX_LINGERING) return refuseConnection(socket, refusal)
    lingering += 1
    const timer = setTimeout(() => socket.destroy(), LINGER_MS)
    socket.once('close', () => {
      lingering -= 1
      clearTimeout(timer)
    })
    socket.end(answerOf(refusal))
    socket.resume()
  }
}

function answerOf({ status, message }: ControlError): string {
  // Loaded by whoever serves (see control-socket.ts).
  const { STATUS_CODES } = process.getBuiltinModule('node:http')
  const body = `${JSON.stringify({ status, message })}\n`
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: application/json\r\n`
  // Nothing was heard: it can be asked again, whatever it was.
  const again = status === 503 ? 'Retry-After: 1\r\n' : ''
  return `${head}${again}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}
