import type { JsonReply, LaterReply, Reply } from './exchange.ts'

/**
 * What stands here is an instant, or a word of the protocol's own that clients branch on. No secret gets in there; one
 * that looks the same, such as `none` or `30`, would only spoil it.
 */
const OWN_WORDS: ReadonlySet<string> = new Set([
  'type',
  'state',
  'health',
  'cause',
  'deadline',
  'since',
  'next',
  'ended',
  'signal',
  'condition',
  'when_lost',
  'dropped',
  'outcome',
  'reached',
])

/** The keys below these are the user's own: a label may be called `state`. */
const NAMED_BY_OTHERS: ReadonlySet<string> = new Set(['labels', 'environment'])
const NONE: ReadonlySet<string> = new Set()

/**
 * A reply in whose words no secret stands, unless it was asked for. The lines of a stream are passed on as they are: what
 * a service writes is its own, and what the supervisor says in them is redacted by those who remember it.
 *
 * @param redact Takes the secrets out of a text.
 */
export function redactReply(reply: Reply, redact: (text: string) => string): Reply {
  switch (reply.kind) {
    case 'json':
      return redactJson(reply, redact)
    case 'later':
      return redactLater(reply, redact)
    case 'stream':
      return reply
  }
}

function redactLater(reply: LaterReply, redact: (text: string) => string): LaterReply {
  return { ...reply, start: (answer) => reply.start((json) => answer(redactJson(json, redact))) }
}

function redactJson(reply: JsonReply, redact: (text: string) => string): JsonReply {
  if (reply.isRedacted === true) return reply
  return { ...reply, body: redactValues(reply.body, redact, OWN_WORDS) as object }
}

/** @param kept Keys whose values are left as they are. */
function redactValues(value: unknown, redact: (text: string) => string, kept: ReadonlySet<string>): unknown {
  if (typeof value === 'string') return redact(value)
  if (Array.isArray(value)) return value.map((item) => redactValues(item, redact, kept))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, inner]) => [
    key,
    kept.has(key) ? inner : redactValues(inner, redact, NAMED_BY_OTHERS.has(key) ? NONE : kept),
  ])
  return Object.fromEntries(entries)
}
