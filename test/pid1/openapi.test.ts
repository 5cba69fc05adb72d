import t, { type Test } from 'tap'
import type { EventReply } from '../../src/core/control/event-reply.ts'
import type { GraphReply } from '../../src/core/control/graph-reply.ts'
import type { LogEntry } from '../../src/core/protocol.ts'
import { createValidator, kindsOf, OPERATIONS, SCHEMAS, type Schema } from '../docs/openapi.ts'
import { startContainer, type Container } from './support/container.ts'
import { asUser, run, UNLESS_OTHER_USERS } from './support/other-users.ts'
import { UNLESS_PID_1 } from './support/requirements.ts'

const skip = UNLESS_PID_1
const ALICE = 64_321

/** One of each kind that a reply can tell of. */
const FILE = `
name: shop
control: {allow: {${ALICE}: read}}
secrets: [DB_PASSWORD]
services:
  web:
    description: Answers HTTP
    labels: {tier: front}
    command: [sh, -c, 'echo listening; exec sleep 1000']
    ready: {log: listening}
    healthcheck: {exec: ['true'], interval: 50ms}
    depends_on: {job: {condition: service_completed_successfully}, off: {condition: service_ready, required: false}}
  sick:
    command: [sleep, '1000']
    ready: {delay: 1ms}
    healthcheck: {exec: [sh, -c, 'echo no disk; exit 1'], interval: 20ms, retries: 1, on_unhealthy: ignore}
    on_failure: ignore
  says: {script: 'trap "" TERM; echo oops >&2; while :; do sleep 0.02; done', ready: {log: oops}, stop_grace_period: 30ms}
  job: {type: oneshot, command: ['true']}
  failed: {type: oneshot, command: [sh, -c, exit 3], on_failure: ignore}
  absent: {type: oneshot, command: [/nobody/here], on_failure: ignore}
  crash: {command: [sh, -c, exit 1], restart: {delay: 1h, max_delay: 1h}}
  late: {command: [sleep, '1000'], depends_on: {crash: {condition: service_ready, when_lost: restart}}}
  slow: {command: [sleep, '1000'], ready: {log: never}, start_timeout: 1h}
  stubborn: {script: 'trap "" TERM; echo trapped; while :; do sleep 1; done', ready: {log: trapped}, stop_grace_period: 1h}
  twice: {command: [sleep, '1000'], scale: 2}
  nightly: {type: oneshot, command: ['true'], schedule: '0 3 * * *'}
  off: {command: [sleep, '1000'], enabled: false}
  confined:
    command: [sleep, '1000']
    user: nobody
    umask: '027'
    nice: 5
    oom_score_adj: 500
    ulimits: {nofile: {soft: 100, hard: 200}, core: unlimited}
    cap_drop: [ALL]
    environment: {DB_PASSWORD: hunter2}
`

interface Question {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: object
  readonly status?: number
}

const get = (path: string, status?: number): Question => ({ method: 'GET', path, ...(status && { status }) })
const post = (path: string, body: object, status?: number): Question => ({
  method: 'POST',
  path,
  body,
  ...(status && { status }),
})

const QUESTIONS: readonly Question[] = [
  post('/v1/stop', { services: ['stubborn'], wait: false }),
  post('/v1/stop', { services: ['twice'] }),
  post('/v1/signal', { services: ['*'], signal: 'WINCH' }),
  post('/v1/reload', { services: ['crash'] }),
  post('/v1/restart', { services: ['says', 'crash'], dry_run: true }),
  post('/v1/restart', { services: ['says'] }),
  post('/v1/start', { services: ['failed'] }),
  post('/v1/start', { services: ['slow'], timeout_ms: 1 }),
  get('/v1/wait?service=late&timeout_ms=1'),
  get('/v1/wait?service=job&for=completed'),
  get('/v1/status'),
  get('/v1/status?usage=true&service=w*'),
  get('/v1/health'),
  get('/v1/graph'),
  get('/v1/analyze'),
  get('/v1/logs?last=100'),
  get('/v1/events'),
  get('/v1/env?service=confined'),
  get('/v1/env?service=web&reveal=true'),
  get('/v1/exec?service=confined'),
  get('/v1/exec?service=web'),
  get('/v1/status?services=web', 400),
  post('/v1/start', {}, 400),
  get('/v1/logs?service=wbe', 404),
  get('/v1/statuses', 404),
  get('/v1/start', 405),
  post('/v1/start', { services: ['off'] }, 409),
  get('/v1/exec?service=off', 409),
  post('/v1/stop', { services: ['x'.repeat(70_000)] }, 413),
  post('/v1/shutdown', { code: 3 }),
  post('/v1/shutdown', { code: 4 }, 409),
  get('/v1/status'),
  get('/v1/health'),
  post('/v1/stop', { services: ['web'] }, 409),
]

/** What is described for a reply of this status; where there is no such path or method, a refusal. */
function schemaOf({ method, path }: Question, status: number): { readonly type: string; readonly schema: Schema } {
  const operation = OPERATIONS.find((each) => each.method === method && each.path === path.replace(/\?.*/u, ''))
  const reply = operation?.replies.get(String(status)) ?? operation?.replies.get('default')
  return reply ?? { type: 'application/json', schema: { $ref: '#/components/schemas/Refusal' } }
}

/** Asks, and tells the documents that came. */
async function ask(test: Test, container: Container, question: Question): Promise<readonly unknown[]> {
  const { method, path, body, status: expected = 200 } = question
  const reply = await container.ask(method, path, body)
  const about = `${method} ${path} ${expected}`
  test.equal(reply.status, expected, about)
  const { type, schema } = schemaOf(question, reply.status)
  const texts = type === 'application/x-ndjson' ? reply.body.trimEnd().split('\n') : [reply.body]
  const documents = texts.map((text) => JSON.parse(text) as unknown)
  const wrong = new Set(documents.flatMap((document) => validate(schema, document)))
  test.strictSame([...wrong], [], about)
  return documents
}

const validate = createValidator()

function kindsIn(documents: readonly unknown[]): readonly string[] {
  const lines = documents as readonly (EventReply | LogEntry)[]
  return [...new Set(lines.flatMap((line) => ('event' in line ? line.event : [])))]
}

async function settled(container: Container): Promise<void> {
  await container.serviceThat('crash', ({ state }) => state === 'backoff')
  await container.serviceThat('absent', ({ state }) => state === 'failed')
  for (const name of ['stubborn', 'says']) await container.serviceThat(name, ({ state }) => state === 'running')
  await container.serviceThat('sick', ({ health }) => health === 'unhealthy')
  await container.serviceThat('web', ({ check }) => check !== null)
}

void t.test('each reply is as the OpenAPI file describes it, and nothing else', { skip }, async (test) => {
  const container = await startContainer(test, { file: FILE })
  await settled(container)
  const told = new Map<string, readonly unknown[]>()
  for (const question of QUESTIONS) told.set(question.path, await ask(test, container, question))
  test.strictSame(kindsIn(told.get('/v1/logs?last=100') ?? []).toSorted(), kindsOf('LogMark'))
  test.strictSame(kindsIn(told.get('/v1/events') ?? []).toSorted(), kindsOf('Event'))
  const [graph] = (told.get('/v1/graph') ?? []) as readonly GraphReply[]
  const states = new Set(graph?.services.map(({ state }) => String(state)))
  test.strictSame([...states].toSorted(), SCHEMAS['State']?.enum?.map(String).toSorted())
  const asked = new Set(QUESTIONS.map(({ path }) => path.replace(/\?.*/u, '')))
  test.strictSame(
    OPERATIONS.filter(({ path }) => !asked.has(path)),
    [],
  )
})

const REFUSED = `
const request = require('node:http').request({ socketPath: process.argv[1], path: '/v1/shutdown', method: 'POST' }, (response) => {
  response.on('data', (chunk) => process.stdout.write(chunk))
})
request.end()
`

void t.test('a refusal to who may not has the shape that is described', { skip: UNLESS_OTHER_USERS }, async (test) => {
  const container = await startContainer(test, {
    file: `control: {allow: {${ALICE}: read}}\nservices: {web: {command: [sleep, "1000"]}}`,
  })
  await container.ask('GET', '/v1/health')
  const socket = `${container.runtimeDir}/control.sock`
  const { stdout } = await run([...asUser(ALICE), 'env', '-i', process.execPath, '-e', REFUSED, socket])
  const refusal = JSON.parse(stdout) as { status: number }
  const { schema } = schemaOf({ method: 'POST', path: '/v1/shutdown' }, refusal.status)
  test.strictSame([refusal.status, validate(schema, refusal)], [403, []])
})
