import { request } from 'node:http'

/** The reply of a control socket. */
export interface ControlReply {
  readonly status: number
  readonly body: string
}

/** Asks on a control socket, as any HTTP client can. */
export function askSocket(
  socketPath: string,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
): Promise<ControlReply> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, method, path, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }))
      response.on('error', reject)
    })
    sent.on('error', reject)
    sent.end(body === undefined ? undefined : JSON.stringify(body))
  })
}
