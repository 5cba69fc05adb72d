import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { JsonReply, RawRequest, Reply } from '../core/control/exchange.ts'
import { sendReply } from './control-answer.ts'
import type { Claim } from './control-claim.ts'
import { readRequest, refusalOf } from './control-request.ts'

/** What answers, and on which socket. */
export interface ControlServing {
  readonly claim: Claim
  readonly handle: (request: RawRequest) => Reply | Promise<Reply>
  /** Told of what went wrong on our side, in words. */
  readonly failed: (message: string) => void
  /** How long a client may take to say what it wants, and to go on reading the answer. */
  readonly patienceMs?: number
}

/** Requests under way at once; more are told to come again. */
const MAX_REQUESTS = 64

const PATIENCE_MS = 10_000

/**
 * Answers HTTP on the control socket, one request a connection.
 *
 * @returns Ends it, and resolves when what is on its way has been sent, or after so many ms. Whoever asks from now on is
 *   told that nobody answers any more. The claim stays: to give it up is up to whoever has made it.
 */
export function serveControl(serving: ControlServing): (withinMs: number) => Promise<void> {
  // A static import of node:http costs 20 ms on Node 22 and later, whoever imports it: its namespace calls every getter,
  // WebSocket's among them, which loads undici. The module itself takes 1 ms.
  const { createServer } = process.getBuiltinModule('node:http')
  const connections = new Map<Socket, NodeJS.Timeout>()
  const underWay = new Set<ServerResponse>()
  // This server listens to nothing itself, so its timer that looks for late clients all the time never starts; each
  // connection has one of its own instead.
  const server = createServer({ requireHostHeader: false })
  let isEnding = false
  server.maxRequestsPerSocket = 1
  const take = (request: IncomingMessage, response: ServerResponse): void => {
    underWay.add(response)
    response.once('close', () => underWay.delete(response))
    const refusal = isEnding ? ENDING : underWay.size > MAX_REQUESTS ? BUSY : null
    const heard = (): void => clearTimeout(connections.get(request.socket))
    void respond({ request, response, heard, refusal: refusal ?? refusalOf(request) }, serving)
  }
  server.on('request', take)
  server.on('checkExpectation', take)
  server.on('connect', (_, socket) => refuse(socket as Socket, TUNNEL))
  server.on('clientError', refuseUnreadable)
  serving.claim.onError((error) => serving.failed(`cannot take a connection on the control socket: ${error.message}`))
  serving.claim.onConnection((socket) => {
    connections.set(socket, hurry(socket, serving.patienceMs ?? PATIENCE_MS))
    socket.on('error', ignore)
    socket.once('close', () => {
      clearTimeout(connections.get(socket))
      connections.delete(socket)
    })
    server.emit('connection', socket)
  })
  return (withinMs) => {
    isEnding = true
    for (const response of underWay) conclude(response)
    for (const socket of connections.keys()) socket.destroySoon()
    return allClosed([...connections.keys()], withinMs)
  }
}

/** A request, where its answer goes, and whom to tell that it is all there. */
interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly heard: () => void
  /** The answer to whoever cannot be heard now. */
  readonly refusal: JsonReply | null
}

async function respond({ request, response, heard, refusal }: Exchange, serving: ControlServing): Promise<void> {
  const { handle, failed, patienceMs = PATIENCE_MS } = serving
  request.on('error', ignore)
  response.on('error', ignore)
  try {
    const raw = refusal ?? (await readRequest(request))
    heard()
    if (raw === null) return
    const reply = 'kind' in raw ? raw : await handle(raw)
    if (!response.headersSent && !response.destroyed) sendReply(response, reply, patienceMs)
  } catch (error) {
    const message = `internal error: ${error instanceof Error ? error.message : String(error)}`
    failed(`cannot answer ${request.method} ${request.url} on the control socket: ${message}`)
    if (response.headersSent) response.destroy()
    else sendReply(response, { kind: 'json', status: 500, body: { status: 500, message } }, patienceMs)
  }
}

const BUSY: JsonReply = {
  kind: 'json',
  status: 503,
  body: { status: 503, message: `${MAX_REQUESTS} requests are under way already; come again later` },
}

/** Brings to its end whatever is not there yet: a stream ends, a question that waits is told why it ends. */
function conclude(response: ServerResponse): void {
  if (response.writableEnded || response.headersSent) response.end()
  else sendReply(response, ENDING, PATIENCE_MS)
}

function allClosed(sockets: readonly Socket[], withinMs: number): Promise<void> {
  if (sockets.length === 0) return Promise.resolve()
  return new Promise((resolve) => {
    const open = new Set(sockets)
    const timer = setTimeout(resolve, withinMs)
    const closed = (socket: Socket): void => {
      open.delete(socket)
      if (open.size > 0) return
      clearTimeout(timer)
      resolve()
    }
    for (const socket of sockets) socket.once('close', () => closed(socket))
  })
}

const ENDING: JsonReply = { kind: 'json', status: 503, body: { status: 503, message: 'the supervisor is ending' } }

/** Ends a connection whose request is not there in time. */
function hurry(socket: Socket, patienceMs: number): NodeJS.Timeout {
  return setTimeout(() => {
    refuse(socket, { status: 408, reason: 'Request Timeout', message: `no request within ${patienceMs} ms` })
  }, patienceMs)
}

const TUNNEL: Refusal = { status: 405, reason: 'Method Not Allowed', message: 'cannot CONNECT: this is no proxy' }

/** What is no HTTP, or too much of it, is told so if the other end still listens. */
function refuseUnreadable(error: NodeJS.ErrnoException, stream: NodeJS.WritableStream): void {
  const socket = stream as Socket
  if (error.code === 'HPE_HEADER_OVERFLOW') {
    refuse(socket, { status: 431, reason: 'Request Header Fields Too Large', message: 'the headers are too large' })
  } else {
    refuse(socket, { status: 400, reason: 'Bad Request', message: `not HTTP/1.1: ${error.message}` })
  }
}

interface Refusal {
  readonly status: number
  readonly reason: string
  readonly message: string
}

function refuse(socket: Socket, { status, reason, message }: Refusal): void {
  if (!socket.writable || socket.bytesWritten > 0) {
    socket.destroy()
    return
  }
  const body = `${JSON.stringify({ status, message })}\n`
  const head = `HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Type: application/json\r\n`
  socket.write(`${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
  socket.destroySoon()
}

function ignore(): void {}
