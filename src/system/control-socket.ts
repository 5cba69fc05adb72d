import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Asker } from '../core/control/access.ts'
import type { JsonReply, RawRequest, Reply } from '../core/control/exchange.ts'
import type { ControlError } from '../core/protocol.ts'
import { refuseConnection } from './connection-refusal.ts'
import { OWN_REQUESTS } from './connection-room.ts'
import { sendReply } from './control-answer.ts'
import { endStream } from './control-stream.ts'
import type { Claim } from './control-claim.ts'
import { openDoor, type Admit } from './control-door.ts'
import { readRequest, refusalOf } from './control-request.ts'

/** What answers, and on which socket. */
export interface ControlServing {
  readonly claim: Claim
  /** Who may ask. */
  readonly admit: Admit
  readonly handle: (request: RawRequest, asker: Asker) => Reply | Promise<Reply>
  /** Told of what went wrong on our side, in words. */
  readonly failed: (message: string) => void
  /** How long a client may take to say what it wants, and to go on reading the answer. */
  readonly patienceMs?: number
}

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
  const connections = new Map<Socket, Connection>()
  const underWay = new Set<ServerResponse>()
  // This server listens to nothing itself, so its timer that looks for late clients all the time never starts; each
  // connection has one of its own instead.
  const server = createServer({ requireHostHeader: false })
  let isEnding = false
  server.maxRequestsPerSocket = 1
  const take = (request: IncomingMessage, response: ServerResponse): void => {
    const connection = connections.get(request.socket)
    if (connection === undefined) return void response.destroy()
    const { asker } = connection
    underWay.add(response)
    response.once('close', () => underWay.delete(response))
    const heard = (): JsonReply | null => {
      clearTimeout(connection.timer)
      if (isEnding) return ENDING
      return door.heard(request.socket) ? null : BUSY
    }
    const waits = (): boolean => door.waits(request.socket)
    void respond({ request, response, asker, heard, waits }, serving)
  }
  server.on('request', take)
  server.on('checkExpectation', take)
  server.on('connect', (_, socket) => refuseConnection(socket as Socket, TUNNEL))
  server.on('clientError', refuseUnreadable)
  serving.claim.onError((error) => serving.failed(`cannot take a connection on the control socket: ${error.message}`))
  const door = openDoor(serving.claim, serving.admit, (socket, asker) => {
    const timer = hurry(socket, serving.patienceMs ?? PATIENCE_MS)
    connections.set(socket, { asker, timer })
    socket.on('error', ignore)
    socket.once('close', () => {
      clearTimeout(timer)
      connections.delete(socket)
    })
    server.emit('connection', socket)
  })
  return (withinMs) => {
    isEnding = true
    const unfinished = new Set([...underWay].filter((response) => !conclude(response)).map(({ socket }) => socket))
    for (const socket of connections.keys()) if (!unfinished.has(socket)) socket.destroySoon()
    return allClosed([...connections.keys()], withinMs)
  }
}

interface Connection {
  readonly asker: Asker
  /** Ends it when nothing is asked. */
  readonly timer: NodeJS.Timeout
}

/** A request, whose it is, and where its answer goes. */
interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly asker: Asker
  /** Told that the request is all there; gives the answer to whoever cannot be heard now. */
  readonly heard: () => JsonReply | null
  /** Told that the answer waits for something to happen; false when too many wait. */
  readonly waits: () => boolean
}

async function respond({ request, response, asker, heard, waits }: Exchange, serving: ControlServing): Promise<void> {
  const { handle, failed, patienceMs = PATIENCE_MS } = serving
  request.on('error', ignore)
  response.on('error', ignore)
  try {
    const raw = refusalOf(request) ?? (await readRequest(request))
    const refusal = heard()
    if (raw === null) return
    const reply = refusal ?? ('kind' in raw ? raw : await handle(raw, asker))
    if (response.headersSent || response.destroyed) return
    sendReply(response, mayWait(reply) && !waits() ? tooManyWait(request) : reply, patienceMs)
  } catch (error) {
    const message = `internal error: ${error instanceof Error ? error.message : String(error)}`
    failed(`cannot answer ${request.method} ${request.url} on the control socket: ${message}`)
    if (response.headersSent) response.destroy()
    else sendReply(response, { kind: 'json', status: 500, body: { status: 500, message } }, patienceMs)
  }
}

const BUSY = unavailable(`${OWN_REQUESTS} requests are under way already; come again later`)

function mayWait(reply: Reply): boolean {
  return reply.kind !== 'json' && reply.isBrief !== true
}

/** Of a change only the answer has to wait. */
function tooManyWait({ method }: IncomingMessage): JsonReply {
  const rest = method === 'GET' ? 'come again later' : 'what was asked for goes on'
  return unavailable(`too many wait for an answer already; ${rest}`)
}

const ENDING = unavailable('the supervisor is ending')

function unavailable(message: string): JsonReply {
  return { kind: 'json', status: 503, body: { status: 503, message } }
}

/**
 * Brings to its end whatever is not there yet: a stream ends, a question that waits is told why it ends.
 *
 * @returns Whether all of it is on its way.
 */
function conclude(response: ServerResponse): boolean {
  if (response.writableEnded || response.headersSent) return endStream(response)
  sendReply(response, ENDING, PATIENCE_MS)
  return true
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

/** Ends a connection whose request is not there in time. */
function hurry(socket: Socket, patienceMs: number): NodeJS.Timeout {
  return setTimeout(() => {
    refuseConnection(socket, { status: 408, message: `no request within ${patienceMs} ms` })
  }, patienceMs)
}

const TUNNEL: ControlError = { status: 405, message: 'cannot CONNECT: this is no proxy' }

/** What is no HTTP, or too much of it, is told so if the other end still listens. */
function refuseUnreadable(error: NodeJS.ErrnoException, stream: NodeJS.WritableStream): void {
  const socket = stream as Socket
  if (error.code === 'HPE_HEADER_OVERFLOW') {
    refuseConnection(socket, { status: 431, message: 'the headers are too large' })
  } else {
    refuseConnection(socket, { status: 400, message: `not HTTP/1.1: ${error.message}` })
  }
}

function ignore(): void {}
