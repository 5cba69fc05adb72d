import type { ServerResponse } from 'node:http'
import type { JsonReply, LaterReply, Reply, StreamReply } from '../core/control/exchange.ts'

/** What may wait in memory for a client that reads a stream slowly, beside what was there when it began. */
const MAX_BACKLOG_BYTES = 1024 * 1024

/**
 * Sends a reply, in whichever form.
 *
 * @param patienceMs How long a client may read nothing of what waits for it.
 */
export function sendReply(response: ServerResponse, reply: Reply, patienceMs: number): void {
  switch (reply.kind) {
    case 'json':
      return sendJson(response, reply, patienceMs)
    case 'later':
      return sendLater(response, reply, patienceMs)
    case 'stream':
      return sendStream(response, reply, patienceMs)
  }
}

function sendJson(response: ServerResponse, { status, body }: JsonReply, patienceMs: number): void {
  const text = `${JSON.stringify(body)}\n`
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    connection: 'close',
  })
  dropWhenStalled(response, patienceMs)
  response.end(text)
}

function sendLater(response: ServerResponse, reply: LaterReply, patienceMs: number): void {
  let isAnswered = false
  const cancel = reply.start((answer) => {
    if (isAnswered || isOver(response)) return
    isAnswered = true
    sendJson(response, answer, patienceMs)
  })
  response.once('close', () => {
    if (!isAnswered) cancel()
  })
}

function sendStream(response: ServerResponse, reply: StreamReply, patienceMs: number): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson', connection: 'close' })
  // Headers go at once: a client that follows may wait long for the first line.
  response.flushHeaders()
  dropWhenStalled(response, patienceMs)
  let limit = Infinity
  // Lines that come together go out together: each write costs as much as a hundred lines.
  let gathered = ''
  const send = (): void => {
    if (gathered !== '' && !isOver(response)) response.write(gathered)
    gathered = ''
  }
  const gather = (line: object): void => {
    if (gathered === '') queueMicrotask(send)
    gathered += asText(line)
  }
  // `writableLength` of the response, not of its socket: Node 26 gathers a turn's writes before the socket has them.
  const backlog = (): number => response.writableLength + gathered.length
  const end = (): void => {
    send()
    response.end()
  }
  const cancel = reply.start({
    write: (line) => {
      if (isOver(response)) return false
      gather(line)
      if (backlog() <= limit) return true
      gather({ message: 'dropped: this client reads more slowly than lines come' })
      end()
      return false
    },
    end,
  })
  limit = backlog() + MAX_BACKLOG_BYTES
  response.once('close', cancel)
}

/** Whether nothing can be added any more: its client has gone, or somebody has ended it, as at the supervisor's end. */
function isOver(response: ServerResponse): boolean {
  return response.destroyed || response.writableEnded
}

/** One line of a stream; all who follow are told of it one after another, so that it is made once. */
const asText = rememberLast((line) => `${JSON.stringify(line)}\n`)

function rememberLast(make: (line: object) => string): (line: object) => string {
  let last: object | null = null
  let text = ''
  return (line) => {
    if (line !== last) [last, text] = [line, make(line)]
    return text
  }
}

/** Idle is fine, as in a stream without news; what waits and is not read is not. */
function dropWhenStalled(response: ServerResponse, patienceMs: number): void {
  response.setTimeout(patienceMs, () => {
    if (response.writableLength > 0) response.destroy()
  })
}
