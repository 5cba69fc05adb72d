import t from 'tap'
import type { Condition, WhenLost } from '../../src/core/config/model.ts'
import { SIGNAL_NAMES } from '../../src/core/config/signal.ts'
import type { CriticalLink, StartRun } from '../../src/core/control/analyze-reply.ts'
import type { News, RequestNews, SupervisorNews } from '../../src/core/control/event-reply.ts'
import type { FieldKind } from '../../src/core/control/fields.ts'
import type { GraphEdge } from '../../src/core/control/graph-reply.ts'
import { redactReply } from '../../src/core/control/redact-reply.ts'
import { parseRequest, ROUTES } from '../../src/core/control/route.ts'
import type { Mark } from '../../src/core/log/mark.ts'
import { CAUSES, type ControlError, type Health, type StateName, type StatusReply } from '../../src/core/protocol.ts'
import { ROOT_ASKS } from '../core/control/askers.ts'
import { kindsOf, OPERATIONS, resolve, SCHEMAS, type Field, type Operation, type Schema } from './openapi.ts'

type Values = Readonly<Record<string, unknown>>

/** What the supervisor makes of a request with these fields. */
function parsed({ method, path }: Operation, values: Values): object {
  const query = Object.entries(values).flatMap(([key, value]) =>
    [value].flat().map((item) => [key, String(item)] as const),
  )
  const raw = method === 'GET' ? { query, body: '' } : { query: [], body: JSON.stringify(values) }
  return parseRequest({ method, path, ...raw }, ROOT_ASKS)
}

/** A request with the fields that have to be there, and no other. */
function least({ fields }: Operation): Values {
  const required = fields.filter(({ isRequired }) => isRequired)
  return Object.fromEntries(
    required.map(({ name, schema }) => [name, name === 'signal' ? 'USR1' : schema.type === 'array' ? ['a'] : 'a']),
  )
}

const NAME = { type: 'string', minLength: 1 }

function schemaOf(kind: FieldKind, { schema }: Field): object {
  switch (kind.kind) {
    case 'names':
      return schema.type === 'string' ? NAME : { type: 'array', items: NAME }
    case 'boolean':
      return { type: 'boolean' }
    case 'integer':
      return { type: 'integer', minimum: 0, maximum: kind.most }
    case 'word':
      return { enum: kind.allowed }
    case 'signal':
      return NAME
  }
}

void t.test('the paths are those of the supervisor, with their methods, and who may ask', async (test) => {
  test.strictSame(
    OPERATIONS.map(({ method, path, tags }) => [method, path, ...tags]),
    ROUTES.map(({ method, path, access }) => [method, path, access]),
  )
})

void t.test('the fields are those of the supervisor, with their limits', async (test) => {
  for (const operation of OPERATIONS) {
    const kinds = ROUTES.find(({ path }) => path === operation.path)?.fields ?? new Map<string, FieldKind>()
    const names = operation.fields.map(({ name }) => name)
    test.strictSame(names, [...kinds.keys()], operation.path)
    for (const field of operation.fields) {
      const { description: _, default: _default, minItems: _least, ...schema } = field.schema
      const kind = kinds.get(field.name)
      test.strictSame(schema, kind && schemaOf(kind, field), `${operation.path} ${field.name}`)
    }
  }
})

void t.test('what has to be there has to be, one is one, and a default is what is meant without it', async (test) => {
  for (const operation of OPERATIONS) {
    const base = least(operation)
    test.match(parsed(operation, base), { kind: operation.path.slice('/v1/'.length) })
    for (const { name, schema, isRequired } of operation.fields) {
      const about = `${operation.path} ${name}`
      const { [name]: _, ...rest } = base
      if (isRequired) test.match(parsed(operation, rest), { status: 400 }, about)
      if (schema.minItems === 1) test.match(parsed(operation, { ...base, [name]: [] }), { status: 400 }, about)
      if (name === 'service' && schema.type === 'string')
        test.match(parsed(operation, { ...base, [name]: ['a', 'b'] }), { status: 400 }, about)
      if (schema.default !== undefined)
        test.strictSame(parsed(operation, { ...base, [name]: schema.default }), parsed(operation, base), about)
    }
  }
})

/** The words of a union: all of them, since else it would not compile. */
const words = <T extends string>(all: Readonly<Record<T, 0>>): readonly string[] => Object.keys(all)

const UNIONS: readonly (readonly [schema: string, property: string | null, words: readonly string[]])[] = [
  [
    'State',
    null,
    words<StateName>({
      waiting: 0,
      starting: 0,
      running: 0,
      stopping: 0,
      stopped: 0,
      backoff: 0,
      completed: 0,
      failed: 0,
      disabled: 0,
    }),
  ],
  ['Health', null, words<Health>({ none: 0, starting: 0, healthy: 0, unhealthy: 0 })],
  [
    'Condition',
    null,
    // No reply has `none`: such an edge holds nobody back.
    words<Exclude<Condition, 'none'>>({
      service_started: 0,
      service_ready: 0,
      service_healthy: 0,
      service_completed_successfully: 0,
      service_completed: 0,
    }),
  ],
  ['Cause', null, CAUSES],
  ['Signal', null, SIGNAL_NAMES],
  ['Status', 'state', words<StatusReply['state']>({ starting: 0, running: 0, degraded: 0, stopping: 0 })],
  [
    'SupervisorEvent',
    'state',
    words<SupervisorNews['state']>({ starting: 0, running: 0, degraded: 0, stopping: 0, ended: 0 }),
  ],
  [
    'RequestEvent',
    'action',
    words<RequestNews['action']>({ start: 0, stop: 0, restart: 0, reload: 0, signal: 0, shutdown: 0 }),
  ],
  ['Edge', 'when_lost', words<WhenLost>({ ignore: 0, restart: 0, stop: 0 })],
  ['StartRun', 'outcome', words<NonNullable<StartRun['outcome']>>({ completed: 0, failed: 0, stopped: 0 })],
  [
    'CriticalLink',
    'reached',
    words<NonNullable<CriticalLink['reached']>>({ started: 0, ready: 0, healthy: 0, completed: 0, failed: 0 }),
  ],
  [
    'Refusal',
    'status',
    words<`${ControlError['status']}`>({
      400: 0,
      403: 0,
      404: 0,
      405: 0,
      408: 0,
      409: 0,
      413: 0,
      417: 0,
      431: 0,
      500: 0,
      503: 0,
    }),
  ],
  // An edge to what stands in no file is no edge of the graph.
  [
    'Edge',
    'dropped',
    words<Exclude<NonNullable<GraphEdge['dropped']>, 'not-in-the-file'>>({ disabled: 0, profiles: 0, scale: 0 }),
  ],
]

void t.test('each word that a reply may have is listed, and no other', async (test) => {
  for (const [name, property, all] of UNIONS) {
    const schema = property === null ? SCHEMAS[name] : SCHEMAS[name]?.properties?.[property]
    const listed = (schema?.enum ?? []).filter((word) => word !== null).map(String)
    test.strictSame(listed.toSorted(), all.toSorted(), `${name} ${property ?? ''}`)
  }
})

void t.test('each kind of event and of mark has its schema, and no other', async (test) => {
  const events = { state: 0, health: 0, spawned: 0, exited: 0, killed: 0, request: 0, supervisor: 0 } as const
  test.strictSame(kindsOf('Event'), words<News['event']>(events).toSorted())
  test.strictSame(kindsOf('LogMark'), words<Mark['event']>({ ended: 0, 'not-started': 0, started: 0 }))
})

/** Whether a value is an instant or a word of our own; null: neither it nor its parts are text. */
function isOwnWord(schema: Schema): boolean | null {
  const { oneOf, format, type, const: only, enum: several = [only] } = resolve(schema)
  if (oneOf !== undefined) return oneOf.map(isOwnWord).find((is) => is !== null) ?? null
  if (format === 'date-time' || several.some((word) => typeof word === 'string')) return true
  return [type].flat().includes('string') ? false : null
}

function* textsOf(schema: Schema): Generator<readonly [key: string, isOwn: boolean]> {
  const { properties = {}, items, oneOf = [] } = resolve(schema)
  for (const inner of items === undefined ? oneOf : [items]) yield* textsOf(inner)
  for (const [key, inner] of Object.entries(properties)) {
    const isOwn = isOwnWord(inner)
    if (isOwn !== null) yield [key, isOwn]
    yield* textsOf(inner)
  }
}

void t.test('secrets are taken out of each text, and of no word of the protocol’s own', async (test) => {
  // The reply to `exec` has all secrets.
  const replies = OPERATIONS.filter(({ path }) => path !== '/v1/exec').flatMap((each) => each.replies.get('200') ?? [])
  const documents = replies.filter(({ type }) => type === 'application/json')
  const texts = new Map(textsOf({ oneOf: documents.map(({ schema }) => schema) }))
  test.ok(texts.size > 20)
  for (const [key, isOwn] of texts) {
    const reply = redactReply({ kind: 'json', status: 200, body: { [key]: 'ready' } }, () => '***')
    test.match(reply, { body: { [key]: isOwn ? 'ready' : '***' } }, key)
  }
})
