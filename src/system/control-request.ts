import type { IncomingMessage } from 'node:http'
import type { JsonReply, RawRequest } from '../core/control/exchange.ts'

const MAX_BODY_BYTES = 64 * 1024

/**
 * Reads a request to its end.
 *
 * @returns The request, or the refusal of one that is too long, or null when the client went away first.
 */
export async function readRequest(request: IncomingMessage): Promise<RawRequest | JsonReply | null> {
  const body = await readBody(request)
  if (body === null || typeof body !== 'string') return body
  const [path = '', query = ''] = splitOnce(request.url ?? '', '?')
  return { method: request.method ?? '', path, query: [...new URLSearchParams(query)], body }
}

function readBody(request: IncomingMessage): Promise<string | JsonReply | null> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let bytes = 0
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= MAX_BODY_BYTES) chunks.push(chunk)
      else resolve(TOO_LARGE)
    })
    request.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
    request.once('close', () => resolve(null))
  })
}

const TOO_LARGE: JsonReply = {
  kind: 'json',
  status: 413,
  body: { status: 413, message: `the body is over ${MAX_BODY_BYTES} bytes` },
}

function splitOnce(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator)
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}
