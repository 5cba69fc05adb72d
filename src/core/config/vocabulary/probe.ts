import { HTTP_URL_PATTERN, parseHttpUrl } from '../http-url.ts'
import type { Endpoint, HttpProbe, Probe } from '../model.ts'
import { either, list, map } from '../shape/collection.ts'
import { plainTree } from '../shape/plain.ts'
import { object, type Keys, type Section } from '../shape/object.ts'
import { filled, reportBadValue, scalar, text } from '../shape/scalar.ts'
import { convert, report, type Shape } from '../shape/shape.ts'
import type { Form } from '../shape/form.ts'
import { PORT } from './address.ts'

interface HttpDocument {
  readonly url: string | undefined
  readonly status: HttpProbe['status']
  readonly headers: ReadonlyMap<string, string> | undefined
  readonly body: string | undefined
  readonly unix: string | undefined
}

const URL_FORM: Form = {
  kind: 'text',
  words: 'a URL such as "http://127.0.0.1:8000/health"',
  pattern: HTTP_URL_PATTERN,
  also: [],
}

const HTTP_URL: Shape<string> = scalar(URL_FORM, (found, at) =>
  parseHttpUrl(found) === null ? reportBadValue(at, URL_FORM, ': its host or port is not possible') : found,
)

type StatusRange = HttpProbe['status'][number]

const STATUS_FORM: Form = {
  kind: 'either',
  forms: [
    { kind: 'number', words: 'a status such as 200', whole: 'whole', minimum: 100, maximum: 599 },
    { kind: 'text', words: 'a range such as "200-299"', pattern: '^[1-5][0-9]{2}-[1-5][0-9]{2}$', also: [] },
  ],
}

const STATUS_RANGE: Shape<StatusRange> = scalar(STATUS_FORM, (found, at) => {
  if (!/^[1-5][0-9]{2}(?:-[1-5][0-9]{2})?$/.test(found)) return reportBadValue(at, STATUS_FORM)
  const [first = 0, last = first] = found.split('-').map(Number)
  return first <= last
    ? ([first, last] as const)
    : report(at, 'bad-value', `the range "${found}" is the wrong way round`)
})

const HTTP_KEYS: Keys<HttpDocument> = {
  url: {
    shape: HTTP_URL,
    description: 'What is requested, with GET.',
    example: 'url: http://127.0.0.1:8000/health',
  },
  status: {
    shape: either({ scalar: convert(STATUS_RANGE, (range) => [range]), list: list(STATUS_RANGE, 1) }),
    default: '200-399',
    description: 'The accepted status codes: one, a range, or a list of both.',
    example: 'url: http://127.0.0.1:8000/\nstatus: [200-299, 401]',
  },
  headers: {
    shape: map(text('a string'), { words: 'a header name', pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$" }),
    description: 'Headers of the request.',
    example: 'url: http://127.0.0.1:8000/\nheaders: {Host: shop.example}',
  },
  body: {
    shape: filled('a text'),
    description: 'A text that the body of the response must contain.',
    example: 'url: http://127.0.0.1:8000/health\nbody: "\\"status\\":\\"ok\\""',
  },
  unix: {
    shape: filled('a path'),
    description: "A Unix socket to connect to in place of the URL's host.",
    example: 'url: http://localhost/health\nunix: /run/app.sock',
  },
}

const HTTP_LONG = object<HttpDocument>(
  { name: 'services.NAME.ready.http', rules: [{ kind: 'exactly-one', keys: ['url'] }] },
  HTTP_KEYS,
)

const HTTP_SHORT: Shape<Section<HttpDocument>> = convert(HTTP_URL, (url, at) =>
  HTTP_LONG.read({ ...at, tree: plainTree({ url }, at.tree.place) }),
)

/** A URL, or a request with what counts as an answer. */
export const HTTP: Shape<Probe> = convert(either({ scalar: HTTP_SHORT, mapping: HTTP_LONG }), toHttpProbe)

function toHttpProbe({ values }: Section<HttpDocument>): Probe | undefined {
  if (values.url === undefined) return undefined
  return {
    kind: 'http',
    url: values.url,
    status: values.status,
    headers: values.headers ?? new Map(),
    body: values.body ?? null,
    unix: values.unix ?? null,
  }
}

interface ServerDocument {
  readonly host: string
  readonly port: number
  readonly unix: string | undefined
}

interface PostgresDocument extends ServerDocument {
  readonly user: string
  readonly database: string
}

function serverKeys(port: number, socket: string): Keys<ServerDocument> {
  return {
    host: {
      shape: filled('a host'),
      default: '127.0.0.1',
      description: 'Where the server listens.',
      example: 'host: localhost',
    },
    port: {
      shape: PORT,
      default: port,
      description: 'The port on which it listens.',
      example: `port: ${port + 1}`,
    },
    unix: {
      shape: filled('a path'),
      description: 'The Unix socket on which it listens, in place of `host` and `port`.',
      example: `unix: ${socket}`,
    },
  }
}

const SOCKET_RULE = { kind: 'excludes', key: 'unix', keys: ['host', 'port'] } as const

/** A PostgreSQL server that answers its own protocol. */
export const POSTGRES: Shape<Probe> = convert(
  object<PostgresDocument>(
    { name: 'services.NAME.ready.postgres', rules: [SOCKET_RULE] },
    {
      ...serverKeys(5432, '/run/postgresql/.s.PGSQL.5432'),
      user: {
        shape: filled('a user name'),
        default: 'postgres',
        description: 'The user to ask as; a refusal of it is an answer too.',
        example: 'user: shop',
      },
      database: {
        shape: filled('a database name'),
        default: 'postgres',
        description: 'The database to ask for; a refusal of it is an answer too.',
        example: 'database: shop',
      },
    },
  ),
  ({ values }) => ({ kind: 'postgres', at: endpoint(values), user: values.user, database: values.database }),
)

/** A Redis server that answers its own protocol. */
export const REDIS: Shape<Probe> = convert(
  object<ServerDocument>(
    { name: 'services.NAME.ready.redis', rules: [SOCKET_RULE] },
    serverKeys(6379, '/run/redis/redis.sock'),
  ),
  ({ values }) => ({ kind: 'redis', at: endpoint(values) }),
)

function endpoint({ host, port, unix }: ServerDocument): Endpoint {
  return unix === undefined ? { kind: 'tcp', host, port } : { kind: 'unix', path: unix }
}
