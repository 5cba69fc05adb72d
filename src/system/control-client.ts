import { connect, type Socket } from 'node:net'
import { strangerAt } from './control-stranger.ts'
import { isErrno } from './errno.ts'
import { readHttpAnswer, type HttpAnswer } from './http-answer.ts'
import { MAX_SOCKET_PATH_BYTES } from './limits.ts'

/** How long to go on asking where too many others do, and how long to wait between two tries. */
const CROWD_PATIENCE_MS = 10_000
const CROWD_RETRY_MS = 10

/** A request to a supervisor. */
export interface ControlCall {
  /** Sockets to try, best first; the first that somebody listens on is asked. */
  readonly sockets: readonly string[]
  readonly method: 'GET' | 'POST'
  /** Path and query. */
  readonly path: string
  /** JSON to send; undefined for none. */
  readonly body?: object
  /** How long to wait for the answer to begin, ms; null for as long as it takes. */
  readonly timeoutMs: number | null
}

/** What came of it. */
export type ControlAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly body: unknown }
  /** Nobody listens on any of the sockets. */
  | { readonly kind: 'no-supervisor' }
  /** The system does not let this user connect. */
  | { readonly kind: 'forbidden'; readonly message: string }
  /** Somebody is there, but no use: refused by the system, no answer in time, no JSON. */
  | { readonly kind: 'failed'; readonly message: string }

/** What came of a call for a stream: the answer's end, or a refusal as one document. */
export type StreamAnswer = ControlAnswer | { readonly kind: 'ended' }

/** Asks for one JSON document. */
export async function callControl(call: ControlCall): Promise<ControlAnswer> {
  const opened = await open(call)
  return opened.kind === 'opened' ? readDocument(opened.response, call) : opened
}

/** Asks for a stream of JSON documents, one a line, and hands over each. */
export async function streamControl(call: ControlCall, onLine: (line: unknown) => void): Promise<StreamAnswer> {
  const opened = await open(call)
  if (opened.kind !== 'opened') return opened
  const isStream = opened.response.headers.get('content-type') === 'application/x-ndjson'
  return isStream ? readLines(opened.response, onLine) : readDocument(opened.response, call)
}

type Opened = { readonly kind: 'opened'; readonly response: HttpAnswer }

async function open(call: ControlCall): Promise<Opened | ControlAnswer> {
  for (const socketPath of call.sockets) {
    const opened = await openAt(socketPath, call)
    if (opened.kind !== 'no-supervisor') return opened
  }
  return { kind: 'no-supervisor' }
}

/** Asks, and asks again for a while where too many others keep it from being heard. */
async function openAt(socketPath: string, call: ControlCall): Promise<Opened | ControlAnswer> {
  // No socket has a longer path; an older libuv cuts it short, a newer one says EINVAL.
  if (Buffer.byteLength(socketPath) > MAX_SOCKET_PATH_BYTES) return { kind: 'no-supervisor' }
  const giveUpAt = performance.now() + CROWD_PATIENCE_MS
  for (;;) {
    const opened = await tryToOpen(socketPath, call)
    if (performance.now() > giveUpAt || !isCrowdedOut(opened, call)) {
      return opened instanceof Error ? unopened(socketPath, opened) : opened
    }
    if ('response' in opened) opened.response.destroy()
    await new Promise((resolve) => setTimeout(resolve, CROWD_RETRY_MS))
  }
}

/**
 * Whether others have taken the place of a question that was not heard: the queue was full (EAGAIN: a blocking connect(2)
 * would wait for its turn, libuv's does not), or the connection was closed for a newer one. Of that a client that is still
 * writing sees no answer; what changes something is then not asked twice.
 */
function isCrowdedOut(opened: Opened | ControlAnswer | Error, { method }: ControlCall): boolean {
  if (opened instanceof Error) {
    const code = 'code' in opened ? opened.code : null
    return code === 'EAGAIN' || (method === 'GET' && (code === 'EPIPE' || code === 'ECONNRESET'))
  }
  return opened.kind === 'opened' && opened.response.headers.has('retry-after')
}

/** Connects, and sends nothing before it is known who listens there. */
async function tryToOpen(socketPath: string, call: ControlCall): Promise<Opened | ControlAnswer | Error> {
  const connected = await tryToConnect(socketPath)
  if (connected instanceof Error) return connected
  const stranger = strangerAt(socketPath, connected)
  if (stranger === null) return openOver(connected, call)
  connected.destroy()
  return { kind: 'failed', message: stranger }
}

function tryToConnect(socketPath: string): Promise<Socket | Error> {
  return new Promise((resolve) => {
    const socket = connect(socketPath)
    socket.once('error', resolve)
    socket.once('connect', () => resolve(socket))
  })
}

/**
 * Not node:http: with ten services a whole `supervisor status` takes 2.2 times `node -e 0` over that, without 1.9: it is
 * asked often, and for little.
 */
async function openOver(socket: Socket, call: ControlCall): Promise<Opened | Error> {
  const body = call.body === undefined ? '' : JSON.stringify(call.body)
  const timer =
    call.timeoutMs === null
      ? undefined
      : setTimeout(() => socket.destroy(new Error(`no answer within ${call.timeoutMs} ms`)), call.timeoutMs)
  const answer = readHttpAnswer(socket)
  socket.write(`${call.method} ${call.path} HTTP/1.1\r\n${headersFor(body)}\r\n${body}`)
  const response = await answer
  clearTimeout(timer)
  return response instanceof Error ? response : { kind: 'opened', response }
}

function unopened(socketPath: string, error: Error): ControlAnswer {
  if (isNobody(error)) return { kind: 'no-supervisor' }
  const what = `cannot ask the supervisor at ${JSON.stringify(socketPath)}`
  if (!isErrno(error) || error.code !== 'EACCES') return failure(what, error)
  const way = 'only its own user and root may, and whom "control.allow" in the services file lets in'
  return { kind: 'forbidden', message: `${what}: EACCES: ${way}` }
}

/** One connection is one request. */
function headersFor(body: string): string {
  const about = body === '' ? '' : `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`
  return `host: localhost\r\nconnection: close\r\n${about}`
}

function isNobody(error: Error): boolean {
  return isErrno(error) && ['ENOENT', 'ENOTDIR', 'ECONNREFUSED'].includes(error.code)
}

function readDocument(response: HttpAnswer, call: ControlCall): Promise<ControlAnswer> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = []
    response.read(
      (piece) => pieces.push(piece),
      (error) => {
        if (error === null) resolve(documentOf(Buffer.concat(pieces).toString(), response.status, call))
        else resolve(failure('cannot read the supervisor’s answer', error))
      },
    )
  })
}

function documentOf(text: string, status: number, call: ControlCall): ControlAnswer {
  try {
    return { kind: 'answered', status, body: JSON.parse(text) }
  } catch (error) {
    return failure(`cannot read the supervisor’s answer to ${call.method} ${call.path}`, error)
  }
}

function readLines(response: HttpAnswer, onLine: (line: unknown) => void): Promise<StreamAnswer> {
  return new Promise((resolve) => {
    let rest: Buffer = Buffer.alloc(0)
    const take = (piece: Buffer): void => {
      const all = Buffer.concat([rest, piece])
      const end = all.lastIndexOf('\n') + 1
      rest = all.subarray(end)
      try {
        for (const line of all.toString('utf8', 0, end).split('\n').slice(0, -1)) onLine(JSON.parse(line))
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error
        response.destroy(error)
      }
    }
    response.read(take, (error) => {
      resolve(error === null ? { kind: 'ended' } : failure('cannot read the supervisor’s answer', error))
    })
  })
}

function failure(what: string, error: unknown): ControlAnswer {
  return { kind: 'failed', message: `${what}: ${error instanceof Error ? error.message : String(error)}` }
}
