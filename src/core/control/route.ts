import { LONGEST_MS } from '../config/duration.ts'
import type { Access } from '../config/model.ts'
import { quote } from '../text/quote.ts'
import { didYouMean } from '../text/suggest.ts'
import { GOALS, type ChangeRequest, type ControlError, type ControlRequest } from '../protocol.ts'
import { forbidden, type Asker } from './access.ts'
import type { RawRequest } from './exchange.ts'
import { parseBody, parseQuery, type Fields, type FieldKind } from './fields.ts'

/**
 * Reads a request of somebody's.
 *
 * @returns What is asked (it has a `kind`), or the refusal: 404 and 405 name what exists, 403 who may, 400 the field and
 * what is allowed.
 */
export function parseRequest(raw: RawRequest, asker: Asker): ControlRequest | ControlError {
  const route = ROUTES.find(({ path }) => path === raw.path)
  if (route === undefined) return { status: 404, message: noSuchPath(raw.path) }
  if (route.method !== raw.method) {
    return { status: 405, message: `cannot ${raw.method} ${route.path}: it takes ${route.method} only` }
  }
  if (route.access === 'admin' && asker.access !== 'admin') return forbidden(`${route.method} ${route.path}`, asker)
  const misplaced = misplacedFields(raw)
  if (misplaced !== null) return { status: 400, message: `cannot ${route.method} ${route.path}: ${misplaced}` }
  const parsed = route.method === 'GET' ? parseQuery(raw.query, route.fields) : parseBody(raw, route.fields)
  return 'refusal' in parsed ? { status: 400, message: parsed.refusal } : route.request(parsed.fields)
}

/** What is given where nobody looks: a `code` in the query of a shutdown would be lost without a word. */
function misplacedFields({ method, query, body }: RawRequest): string | null {
  if (method === 'GET') return body.trim() === '' ? null : 'it has a body; the fields of a GET stand in the query'
  const [first] = query
  if (first === undefined) return null
  return `${quote(first[0])} stands in the query; the fields of a POST are a JSON object, its body`
}

interface Route {
  /** What whoever asks has to be allowed. */
  readonly access: Access
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly fields: ReadonlyMap<string, FieldKind>
  readonly request: (fields: Fields) => ControlRequest | ControlError
}

/** The last instant that a Date can be (ECMA-262, Time Values). */
const LAST_INSTANT_MS = 8.64e15

const CHANGE_FIELDS = new Map<string, FieldKind>([
  ['services', { kind: 'names' }],
  ['wait', { kind: 'boolean' }],
  ['dry_run', { kind: 'boolean' }],
  ['timeout_ms', { kind: 'integer', most: LONGEST_MS }],
])

const SERVICE_FIELD = new Map<string, FieldKind>([['service', { kind: 'names' }]])

/** All that can be asked. */
export const ROUTES: readonly Route[] = [
  {
    access: 'read',
    method: 'GET',
    path: '/v1/status',
    fields: new Map<string, FieldKind>([
      ['service', { kind: 'names' }],
      ['usage', { kind: 'boolean' }],
    ]),
    request: (fields) => ({
      kind: 'status',
      services: fields.names('service'),
      usage: fields.boolean('usage') ?? false,
    }),
  },
  {
    access: 'read',
    method: 'GET',
    path: '/v1/health',
    fields: new Map<string, FieldKind>(),
    request: () => ({ kind: 'health' }),
  },
  {
    access: 'read',
    method: 'GET',
    path: '/v1/graph',
    fields: SERVICE_FIELD,
    request: (fields) => ({ kind: 'graph', services: fields.names('service') }),
  },
  {
    access: 'read',
    method: 'GET',
    path: '/v1/analyze',
    fields: SERVICE_FIELD,
    request: (fields) => ({ kind: 'analyze', services: fields.names('service') }),
  },
  {
    access: 'admin',
    method: 'POST',
    path: '/v1/start',
    fields: CHANGE_FIELDS,
    request: (fields) => change('start', fields),
  },
  {
    access: 'admin',
    method: 'POST',
    path: '/v1/stop',
    fields: CHANGE_FIELDS,
    request: (fields) => change('stop', fields),
  },
  {
    access: 'admin',
    method: 'POST',
    path: '/v1/restart',
    fields: CHANGE_FIELDS,
    request: (fields) => change('restart', fields),
  },
  {
    access: 'admin',
    method: 'POST',
    path: '/v1/reload',
    fields: new Map<string, FieldKind>([['services', { kind: 'names' }]]),
    request: (fields) => forNamed('reload', fields, (services) => ({ kind: 'reload', services })),
  },
  {
    access: 'admin',
    method: 'POST',
    path: '/v1/signal',
    fields: new Map<string, FieldKind>([
      ['services', { kind: 'names' }],
      ['signal', { kind: 'signal' }],
    ]),
    request: signal,
  },
  {
    access: 'read',
    method: 'GET',
    path: '/v1/wait',
    fields: new Map<string, FieldKind>([
      ['service', { kind: 'names' }],
      ['for', { kind: 'word', allowed: GOALS }],
      ['timeout_ms', { kind: 'integer', most: LONGEST_MS }],
    ]),
    request: (fields) => ({
      kind: 'wait',
      services: fields.names('service'),
      until: GOALS.find((goal) => goal === fields.word('for')) ?? 'ready',
      timeoutMs: fields.integer('timeout_ms'),
    }),
  },
  {
    access: 'read',
    method: 'GET',
    path: '/v1/logs',
    fields: new Map<string, FieldKind>([
      ['service', { kind: 'names' }],
      ['last', { kind: 'integer', most: 1_000_000_000 }],
      ['since', { kind: 'integer', most: LAST_INSTANT_MS }],
      ['until', { kind: 'integer', most: LAST_INSTANT_MS }],
      ['follow', { kind: 'boolean' }],
    ]),
    request: logs,
  },
  {
    access: 'read',
    method: 'GET',
    path: '/v1/events',
    fields: new Map<string, FieldKind>([
      ['service', { kind: 'names' }],
      ['last', { kind: 'integer', most: 1_000_000_000 }],
      ['follow', { kind: 'boolean' }],
    ]),
    request: (fields) => ({
      kind: 'events',
      services: fields.names('service'),
      last: fields.integer('last'),
      follow: fields.boolean('follow') ?? false,
    }),
  },
  {
    // What stands in an environment is for nobody who only looks on, secret or not.
    access: 'admin',
    method: 'GET',
    path: '/v1/env',
    fields: new Map<string, FieldKind>([
      ['service', { kind: 'names' }],
      ['reveal', { kind: 'boolean' }],
    ]),
    request: (fields) =>
      forOne('show an environment', fields, (services) => ({
        kind: 'env',
        services,
        reveal: fields.boolean('reveal') ?? false,
      })),
  },
  {
    access: 'admin',
    method: 'GET',
    path: '/v1/exec',
    fields: SERVICE_FIELD,
    request: (fields) => forOne('run a command', fields, (services) => ({ kind: 'exec', services })),
  },
  {
    access: 'admin',
    method: 'POST',
    path: '/v1/shutdown',
    fields: new Map<string, FieldKind>([['code', { kind: 'integer', most: 255 }]]),
    request: (fields) => ({ kind: 'shutdown', code: fields.integer('code') }),
  },
]

function change(kind: ChangeRequest['kind'], fields: Fields): ControlRequest | ControlError {
  return forNamed(kind, fields, (services) => ({
    kind,
    services,
    wait: fields.boolean('wait') ?? true,
    dryRun: fields.boolean('dry_run') ?? false,
    timeoutMs: fields.integer('timeout_ms'),
  }))
}

function signal(fields: Fields): ControlRequest | ControlError {
  const wanted = fields.signal('signal')
  if (wanted === null) return { status: 400, message: 'cannot signal: "signal" is missing; give one such as "USR1"' }
  return forNamed('signal', fields, (services) => ({ kind: 'signal', services, signal: wanted }))
}

function logs(fields: Fields): ControlRequest | ControlError {
  const follow = fields.boolean('follow') ?? false
  const until = fields.integer('until')
  if (follow && until !== null) {
    return { status: 400, message: 'cannot follow the logs "until" a time: leave out one of the two' }
  }
  const [last, since] = [fields.integer('last'), fields.integer('since')]
  return { kind: 'logs', services: fields.names('service'), last, since, until, follow }
}

function forNamed(
  verb: string,
  fields: Fields,
  request: (services: readonly string[]) => ControlRequest,
): ControlRequest | ControlError {
  const services = fields.names('services')
  if (services.length > 0) return request(services)
  return { status: 400, message: `cannot ${verb}: "services" names none; give names, or ["*"] for all of them` }
}

/** It may be a glob, which has to mean one. */
function forOne(
  verb: string,
  fields: Fields,
  request: (services: readonly string[]) => ControlRequest,
): ControlRequest | ControlError {
  const services = fields.names('service')
  if (services.length === 1) return request(services)
  return { status: 400, message: `cannot ${verb}: "service" has to name one service` }
}

function noSuchPath(path: string): string {
  const paths = ROUTES.map((route) => route.path)
  const all = ROUTES.map((route) => `${route.method} ${route.path}`).join(', ')
  return `no path ${quote(path)}; there are ${all}${didYouMean(path, paths)}`
}
