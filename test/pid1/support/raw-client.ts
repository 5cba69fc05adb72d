import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import type { Container } from './container.ts'

/** A client that knows no HTTP: it is connected. */
export async function connectTo({ runtimeDir }: Container): Promise<Socket> {
  const socket = connect(join(runtimeDir, 'control.sock'))
  await once(socket, 'connect')
  // Whoever is refused in the middle of a sentence gets EPIPE.
  socket.on('error', () => {})
  return socket
}

/**
 * Says all of it, as fast as it is taken, and hears the answer to its end.
 *
 * @returns What came back, as bytes: nothing when the other end closed before it was read.
 */
export async function say(container: Container, words: Iterable<string | Buffer>): Promise<string> {
  const socket = await connectTo(container)
  let answer = ''
  socket.setEncoding('latin1')
  socket.on('data', (chunk: string) => (answer += chunk))
  const closed = new Promise((resolve) => socket.once('close', resolve))
  for (const word of words) {
    if (socket.destroyed) break
    if (socket.write(word)) continue
    await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), closed])
  }
  await closed
  return answer
}

/** The same piece again and again. */
export function* repeat(first: string, piece: string, times: number): Generator<string> {
  yield first
  for (let time = 0; time < times; time++) yield piece
}

/** A request with a body. */
export function post(path: string, body: string): string {
  return `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}

/** A request without one. */
export function get(path: string): string {
  return `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`
}
