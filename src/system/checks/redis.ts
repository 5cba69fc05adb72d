import type { Probe } from '../../core/config/model.ts'
import { type Check, failed, PASSED } from './check.ts'
import { converse, notUnderstood, type Verdict } from './converse.ts'
import { placeOf } from './place.ts'

type RedisProbe = Extract<Probe, { kind: 'redis' }>

/** RESP's form, an array of one bulk string: some servers and proxies lack the inline form. */
const PING = Buffer.from('*1\r\n$4\r\nPING\r\n')

/** Longer than any reply to PING. */
const MAX_LINE_BYTES = 1024

/**
 * Refusals by a server that is up and serves others: a password is wanted, PING is not permitted or renamed, protected
 * mode, all connections taken. Not among them, since nobody is served: LOADING, MASTERDOWN, BUSY, MISCONF.
 */
const REFUSAL_WHEN_UP = /^-(?:NOAUTH|NOPERM|DENIED|ERR max number of clients|ERR unknown command)\b/

/** Passes when the server answers PING; being refused for want of a password is an answer too. */
export function redisCheck(probe: RedisProbe): Check {
  const place = placeOf(probe)
  return converse({ at: probe.at, place, opening: PING, judge: (heard) => judge(heard, place) })
}

/** The reply is one line: `+` and a text, or `-` and an error (RESP). */
function judge(heard: Buffer, place: string): Verdict | null {
  if (heard[0] !== 0x2b && heard[0] !== 0x2d) return notUnderstood(place, heard)
  const end = heard.indexOf('\r\n')
  if (end === -1) return heard.length > MAX_LINE_BYTES ? notUnderstood(place, heard) : null
  const line = heard.toString('utf8', 0, end)
  if (line === '+PONG' || REFUSAL_WHEN_UP.test(line)) return { result: PASSED, farewell: null }
  if (line.startsWith('-')) return { result: failed(`${place} says: ${line.slice(1, 200)}`), farewell: null }
  return notUnderstood(place, heard)
}
