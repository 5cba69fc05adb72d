import type { IncomingMessage } from 'node:http'
import type { RequestOptions } from 'node:https'
import type { HttpProbe } from '../../core/config/model.ts'
import type { Cancel, ProbeResult } from '../../core/machine.ts'
import { type Check, causeOf, failed, PASSED, refused } from './check.ts'
import { placeOf } from './place.ts'

/** How much of a body is looked at. */
const MAX_BODY_BYTES = 64 * 1024

/**
 * How long a response may go on when its verdict is known. Closing at once would break the writes of a server that
 * sends head and body apart, and it would log that for every probe; a stream without end must not hold us up.
 */
const DRAIN_MS = 100

/** Passes when the URL answers with an accepted status and, if one is asked for, a text in its body. */
export function httpCheck(probe: HttpProbe): Check {
  const place = placeOf(probe)
  // No static import: on Node 22 and later the namespace of node:http loads undici with it, 20 ms of a start.
  const { request } = process.getBuiltinModule(probe.url.startsWith('https:') ? 'node:https' : 'node:http')
  return (settle) => {
    let stopHearing: Cancel | null = null
    const outgoing = request(probe.url, optionsOf(probe))
    outgoing.on('error', (error) => settle(refused(error, describeLoss(probe, error))))
    outgoing.on('response', (response) => {
      stopHearing = hear({ probe, place, response }, settle)
    })
    // Without a listener, a 101 that was asked for would count as a lost connection.
    outgoing.on('upgrade', (response, socket) => {
      // The socket is ours from here on: destroying the request leaves it open on Node 26.
      socket.on('error', ignore)
      socket.destroy()
      settle(judgeStatus(probe, response.statusCode ?? 0) ?? PASSED)
    })
    outgoing.end()
    return () => {
      stopHearing?.()
      outgoing.destroy()
    }
  }
}

/** No agent, so that no connection outlives the attempt; certificates are not checked, as by Kubernetes' probes. */
function optionsOf(probe: HttpProbe): RequestOptions {
  return {
    agent: false,
    headers: { connection: 'close', 'user-agent': 'pidone', ...Object.fromEntries(probe.headers) },
    rejectUnauthorized: false,
    ...(probe.unix === null ? {} : { socketPath: probe.unix }),
  }
}

function describeLoss(probe: HttpProbe, error: Error): string {
  const place = placeOf(probe)
  if ('syscall' in error && error.syscall === 'connect') return `${place}: connect: ${causeOf(error)}`
  const cause = causeOf(error)
  if (cause === 'ECONNRESET') return `${place}: closed the connection without an answer`
  return cause.startsWith('HPE_') ? `${place}: does not answer in HTTP (${cause})` : `${place}: ${cause}`
}

interface Hearing {
  readonly probe: HttpProbe
  readonly place: string
  readonly response: IncomingMessage
}

/** Hears the response out, within bounds, and settles; what it returns stops that. */
function hear({ probe, place, response }: Hearing, settle: (result: ProbeResult) => void): Cancel {
  let verdict = judgeStatus(probe, response.statusCode ?? 0)
  let body = Buffer.alloc(0)
  const finish = () => settle(verdict ?? failed(`${place}: body does not contain "${probe.body}"`))
  let drain = verdict === null ? null : setTimeout(finish, DRAIN_MS)
  response.on('data', (chunk: Buffer) => {
    body = Buffer.concat([body, chunk])
    if (verdict === null && body.subarray(0, MAX_BODY_BYTES).includes(probe.body ?? '')) {
      verdict = PASSED
      drain = setTimeout(finish, DRAIN_MS)
    }
    if (body.length > MAX_BODY_BYTES) finish()
  })
  response.on('error', finish)
  response.on('end', finish)
  return () => {
    if (drain !== null) clearTimeout(drain)
  }
}

/** What the status alone decides; null when the body has the last word. */
function judgeStatus(probe: HttpProbe, status: number): ProbeResult | null {
  if (probe.status.some(([first, last]) => status >= first && status <= last))
    return probe.body === null ? PASSED : null
  const wanted = probe.status.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`))
  return failed(`${placeOf(probe)}: status ${status}, want ${wanted.join(', ')}`)
}

/** For the errors of what is no longer wanted. */
function ignore(): void {}
