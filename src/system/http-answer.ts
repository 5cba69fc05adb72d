import type { Socket } from 'node:net'

/** What a server says over a connection that is for this answer alone (RFC 9112). */
export interface HttpAnswer {
  readonly status: number
  /** The value of a header, by its name in small letters. */
  readonly headers: ReadonlyMap<string, string>
  /** Hands over each piece of the body, and then tells that it has ended, or why it never will. */
  readonly read: (take: (piece: Buffer) => void, over: (error: Error | null) => void) => void
  readonly destroy: (error?: Error) => void
}

/** More no server of ours says before the body. */
const MAX_HEAD_BYTES = 65_536
const HEAD_END = '\r\n\r\n'

/** Reads an answer's head; what comes after it waits for `read`. */
export function readHttpAnswer(socket: Socket): Promise<HttpAnswer | Error> {
  return new Promise((resolve) => {
    let head: Buffer = Buffer.alloc(0)
    const failed = (error: Error): void => resolve(error)
    const ended = (): void => resolve(hungUp())
    const take = (chunk: Buffer): void => {
      head = head.length === 0 ? chunk : Buffer.concat([head, chunk])
      const end = head.indexOf(HEAD_END)
      if (end < 0 && head.length < MAX_HEAD_BYTES) return
      socket.pause()
      socket.off('data', take).off('error', failed).off('end', ended)
      // Whoever reads on has his own.
      socket.on('error', () => {})
      resolve(answerOf(socket, head, end))
    }
    socket.on('data', take).on('error', failed).on('end', ended)
  })
}

/** As node:http says it. */
function hungUp(): Error {
  return Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })
}

function answerOf(socket: Socket, head: Buffer, end: number): HttpAnswer | Error {
  const [first = '', ...lines] = head.toString('latin1', 0, Math.max(end, 0)).split('\r\n')
  const status = /^HTTP\/1\.1 (\d{3})(?: |$)/.exec(first)?.[1]
  if (status === undefined) {
    socket.destroy()
    return new Error('it does not speak HTTP')
  }
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
  const start = head.subarray(end + HEAD_END.length)
  return {
    status: Number(status),
    headers,
    read: (take, over) => readBody(socket, { body: createBody(headers), start, take, over }),
    destroy: (error) => void socket.destroy(error),
  }
}

interface Reading {
  readonly body: Body
  /** What came with the head. */
  readonly start: Buffer
  readonly take: (piece: Buffer) => void
  readonly over: (error: Error | null) => void
}

function readBody(socket: Socket, { body, start, take, over }: Reading): void {
  let isOver = false
  const finish = (error: Error | null): void => {
    if (isOver) return
    isOver = true
    socket.destroy()
    over(error)
  }
  const feed = (chunk: Buffer): void => {
    for (const piece of body.feed(chunk)) if (!isOver) take(piece)
    if (body.isWhole()) finish(null)
  }
  socket.on('data', feed)
  socket.on('error', finish)
  const close = (): void => finish(body.endsWithConnection ? null : hungUp())
  socket.on('close', close)
  feed(start)
  // Then nothing more is told.
  if (socket.closed) close()
  socket.resume()
}

/** A body as it is sent: with its length said before, in chunks, or up to the end of the connection. */
interface Body {
  readonly feed: (chunk: Buffer) => readonly Buffer[]
  readonly isWhole: () => boolean
  readonly endsWithConnection: boolean
}

function createBody(headers: ReadonlyMap<string, string>): Body {
  if (headers.get('transfer-encoding') === 'chunked') return createChunkedBody()
  const length = headers.get('content-length')
  let left = length === undefined ? Infinity : Number(length)
  return {
    feed(chunk) {
      const piece = chunk.subarray(0, Math.min(left, chunk.length))
      left -= piece.length
      return piece.length > 0 ? [piece] : []
    },
    isWhole: () => left === 0,
    endsWithConnection: length === undefined,
  }
}

/** Each chunk is led by a line with its size in hexadecimal, and followed by a line end; the last one has none. */
function createChunkedBody(): Body {
  let rest: Buffer = Buffer.alloc(0)
  let left = 0
  let isWhole = false

  function next(): Buffer | null {
    if (left > 0) {
      const piece = rest.subarray(0, left)
      rest = rest.subarray(piece.length)
      left -= piece.length
      return piece
    }
    // The line end of the chunk before, if there was one, and the size.
    const line = /^(?:\r\n)?([0-9a-f]+)\r\n/i.exec(rest.toString('latin1', 0, 32))
    if (line === null) return null
    rest = rest.subarray(line[0].length)
    left = Number.parseInt(line[1] ?? '0', 16)
    isWhole = left === 0
    return isWhole ? null : Buffer.alloc(0)
  }

  return {
    feed(chunk) {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      const pieces: Buffer[] = []
      for (let piece = next(); piece !== null; piece = rest.length > 0 ? next() : null) {
        if (piece.length > 0) pieces.push(piece)
      }
      return pieces
    },
    isWhole: () => isWhole,
    endsWithConnection: false,
  }
}
