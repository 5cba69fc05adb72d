import { stat } from 'node:fs/promises'
import type { Endpoint, Probe } from '../../core/config/model.ts'
import { type Check, failed, PASSED } from './check.ts'
import { converse, notUnderstood, type Verdict } from './converse.ts'
import { placeOf } from './place.ts'

type PostgresProbe = Extract<Probe, { kind: 'postgres' }>

/** Terminate: without it the server takes the end of the connection for a loss (protocol-message-formats). */
const TERMINATE = Buffer.from([0x58, 0, 0, 0, 4])

/** What a server may say before it is ready for queries: R, E, N, S, K, v (NegotiateProtocolVersion), Z. */
const MESSAGE_TYPES = 'RENSKvZ'

/** libpq takes longer ones for something that is not PostgreSQL (PQconnectPoll in fe-connect.c). */
const MAX_MESSAGE_BYTES = 30_000

/**
 * Refusals by a server that is up: unknown database, no permission for it, too many connections, database that takes
 * none (errcodes-appendix). Class 28, refused authentication, is another. All else, 57P03 (starting up) first, is not ready.
 */
const REFUSALS_WHEN_UP: ReadonlySet<string> = new Set(['3D000', '42501', '53300', '55000'])

/**
 * Passes when the server would take clients, by its own protocol 3.0 and without a client program; being refused for
 * want of a password or a database is an answer too. Leaves no trace in the server's log but that of the refusal.
 */
export async function postgresCheck(probe: PostgresProbe): Promise<Check> {
  const place = placeOf(probe)
  return converse({
    at: await socketOf(probe.at),
    place,
    opening: startupMessage(probe),
    judge: (heard) => judge(heard, place),
  })
}

/** As in libpq, a path may be the folder that holds the socket of the default port. */
async function socketOf(at: Endpoint): Promise<Endpoint> {
  if (at.kind === 'tcp') return at
  const isFolder = await stat(at.path).then(
    (stats) => stats.isDirectory(),
    () => false,
  )
  return isFolder ? { kind: 'unix', path: `${at.path.replace(/\/+$/, '')}/.s.PGSQL.5432` } : at
}

function startupMessage({ user, database }: PostgresProbe): Buffer {
  const parameters = Buffer.from(`user\0${user}\0database\0${database}\0application_name\0pidone\0\0`)
  const head = Buffer.alloc(8)
  head.writeUInt32BE(head.length + parameters.length, 0)
  head.writeUInt16BE(3, 4)
  return Buffer.concat([head, parameters])
}

/** Goes through the whole messages heard so far; each is a type, a length that counts itself, and a body. */
function judge(heard: Buffer, place: string): Verdict | null {
  let start = 0
  while (start < heard.length) {
    const type = heard.toString('latin1', start, start + 1)
    if (!MESSAGE_TYPES.includes(type)) return notUnderstood(place, heard.subarray(start))
    if (heard.length < start + 5) return null
    const length = heard.readUInt32BE(start + 1)
    if (length < 4 || length > MAX_MESSAGE_BYTES) return notUnderstood(place, heard.subarray(start))
    const end = start + 1 + length
    if (heard.length < end) return null
    const verdict = judgeMessage({ type, body: heard.subarray(start + 5, end) }, place)
    if (verdict !== null) return verdict
    start = end
  }
  return null
}

function judgeMessage(message: { readonly type: string; readonly body: Buffer }, place: string): Verdict | null {
  switch (message.type) {
    case 'R':
      return judgeAuthentication(message.body, place)
    case 'E':
      return judgeError(message.body, place)
    case 'Z':
      return { result: PASSED, farewell: TERMINATE }
    default:
      return null
  }
}

/**
 * AuthenticationOk (0) is not the last word: leaving before ReadyForQuery makes the server log that it could not send
 * the rest. A request for a password is; leaving then is silent, while Terminate in place of the password is logged as
 * a protocol violation (recv_password_packet and CheckSASLAuth in auth.c).
 */
function judgeAuthentication(body: Buffer, place: string): Verdict | null {
  if (body.length < 4) return notUnderstood(place, body)
  return body.readUInt32BE(0) === 0 ? null : { result: PASSED, farewell: null }
}

function judgeError(body: Buffer, place: string): Verdict {
  const fields = new Map(
    body
      .toString()
      .split('\0')
      .map((field) => [field.slice(0, 1), field.slice(1)]),
  )
  const code = fields.get('C') ?? ''
  if (code.startsWith('28') || REFUSALS_WHEN_UP.has(code)) return { result: PASSED, farewell: null }
  return {
    result: failed(`${place} says: ${fields.get('M') ?? 'an error without a message'} (${code})`),
    farewell: null,
  }
}
