import type { ServerResponse } from 'node:http'
import type { JsonReply, LaterReply, Reply } from '../core/control/exchange.ts'
import { isOver } from './control-news.ts'
import { sendStream } from './control-stream.ts'

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
      dropWhenStalled(response, patienceMs)
      return sendStream(response, reply)
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

/** Idle is fine, as in a stream without news; what waits and is not read is not. */
function dropWhenStalled(response: ServerResponse, patienceMs: number): void {
  response.setTimeout(patienceMs, () => {
    if (response.writableLength > 0) response.destroy()
  })
}
