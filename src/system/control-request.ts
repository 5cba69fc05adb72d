import type { IncomingMessage } from 'node:http'
import type { JsonReply, RawRequest } from '../core/control/exchange.ts'
import type { ControlError } from '../core/protocol.ts'

const MAX_BODY_BYTES = 64 * 1024

/**
 * Why a request is refused by its head alone; null: it is not. Node's parser takes a line of HTTP/0.9, the first of
 * several hosts, and answers some of the others itself, without a word of why.
 */
export function refusalOf({ httpVersion, headers, rawHeaders }: IncomingMessage): JsonReply | null {
  if (httpVersion !== '1.1' && httpVersion !== '1.0')
    return refusal(400, `HTTP/${httpVersion} is not spoken here: use HTTP/1.1`)
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host').length
  if (hosts > 1 || (hosts === 0 && httpVersion === '1.1')) {
    return refusal(400, `${hosts} "Host" headers: HTTP/1.1 wants one, whatever stands in it`)
  }
  const { expect } = headers
  if (expect === undefined || /^100-continue$/iu.test(expect)) return null
  return refusal(417, `cannot meet the expectation ${JSON.stringify(expect)}: only "100-continue" is known`)
}

/**
 * Reads a request to its end.
 *
 * @returns The request, or the refusal of one that is too long, or null when the client went away first.
 */
export async function readRequest(request: IncomingMessage): Promise<RawRequest | JsonReply | null> {
  const body = await readBody(request)
  if (body === null || typeof body !== 'string') return body
  const [path = '', query = ''] = splitOnce(withoutOrigin(request.url ?? ''), '?')
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

const TOO_LARGE: JsonReply = refusal(413, `the body is over ${MAX_BODY_BYTES} bytes`)

function refusal(status: ControlError['status'], message: string): JsonReply {
  return { kind: 'json', status, body: { status, message } }
}

/** As a client asks a proxy, `http://localhost/v1/health`: every server has to take that (RFC 9112, 3.2.2). */
function withoutOrigin(target: string): string {
  const [origin] = /^https?:\/\/[^/?]+/iu.exec(target) ?? ['']
  const rest = target.slice(origin.length)
  return origin === '' || rest.startsWith('/') ? rest : `/${rest}`
}

function splitOnce(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator)
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}
