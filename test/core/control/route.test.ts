import t from 'tap'
import type { RawRequest } from '../../../src/core/control/exchange.ts'
import { parseRequest } from '../../../src/core/control/route.ts'
import type { ControlError, ControlRequest } from '../../../src/core/protocol.ts'
import { READER_ASKS, ROOT_ASKS } from './askers.ts'

const get = (path: string, query: RawRequest['query'] = []): RawRequest => ({ method: 'GET', path, query, body: '' })
const post = (path: string, body: string): RawRequest => ({ method: 'POST', path, query: [], body })

const understood: readonly (readonly [what: string, request: RawRequest, meaning: ControlRequest])[] = [
  ['a bare status', get('/v1/status'), { kind: 'status', services: [], usage: false }],
  [
    'a status of some services with usage',
    get('/v1/status', [
      ['service', 'a'],
      ['usage', 'true'],
      ['service', 'web-*'],
    ]),
    { kind: 'status', services: ['a', 'web-*'], usage: true },
  ],
  ['a question of health', get('/v1/health'), { kind: 'health' }],
  ['a graph', get('/v1/graph', [['service', 'a']]), { kind: 'graph', services: ['a'] }],
  ['an analysis', get('/v1/analyze'), { kind: 'analyze', services: [] }],
  [
    'a start with its defaults',
    post('/v1/start', '{"services":["a"]}'),
    { kind: 'start', services: ['a'], wait: true, dryRun: false, timeoutMs: null },
  ],
  [
    'a stop with everything said',
    post('/v1/stop', '{"services":["a","b"],"wait":false,"timeout_ms":1500}'),
    { kind: 'stop', services: ['a', 'b'], wait: false, dryRun: false, timeoutMs: 1500 },
  ],
  [
    'a restart with nulls for what is not said',
    post('/v1/restart', '{"services":["a"],"wait":null,"timeout_ms":null}'),
    { kind: 'restart', services: ['a'], wait: true, dryRun: false, timeoutMs: null },
  ],
  [
    'a service with the name of a prototype',
    post('/v1/stop', '{"services":["__proto__"]}'),
    { kind: 'stop', services: ['__proto__'], wait: true, dryRun: false, timeoutMs: null },
  ],
  [
    'a question what a stop would take along',
    post('/v1/stop', '{"services":["a"],"dry_run":true}'),
    { kind: 'stop', services: ['a'], wait: true, dryRun: true, timeoutMs: null },
  ],
  ['a reload', post('/v1/reload', '{"services":["a"]}'), { kind: 'reload', services: ['a'] }],
  [
    'a signal in short',
    post('/v1/signal', '{"services":["a"],"signal":"usr1"}'),
    { kind: 'signal', services: ['a'], signal: 'SIGUSR1' },
  ],
  ['a wait for everything', get('/v1/wait'), { kind: 'wait', services: [], until: 'ready', timeoutMs: null }],
  [
    'a wait that runs out at once',
    get('/v1/wait', [
      ['for', 'completed'],
      ['service', 'migrate'],
      ['timeout_ms', '0'],
    ]),
    { kind: 'wait', services: ['migrate'], until: 'completed', timeoutMs: 0 },
  ],
  ['all logs', get('/v1/logs'), { kind: 'logs', services: [], last: null, since: null, until: null, follow: false }],
  [
    'no old lines and all new ones',
    get('/v1/logs', [
      ['last', '0'],
      ['follow', 'true'],
    ]),
    { kind: 'logs', services: [], last: 0, since: null, until: null, follow: true },
  ],
  [
    'the logs between two times',
    get('/v1/logs', [
      ['service', 'web'],
      ['since', '0'],
      ['until', '1795243118164'],
    ]),
    { kind: 'logs', services: ['web'], last: null, since: 0, until: 1_795_243_118_164, follow: false },
  ],
  ['a shutdown without a body', post('/v1/shutdown', ''), { kind: 'shutdown', code: null }],
  ['a shutdown with a code', post('/v1/shutdown', ' {"code":255}\n'), { kind: 'shutdown', code: 255 }],
]

const paths =
  'GET /v1/status, GET /v1/health, GET /v1/graph, GET /v1/analyze, POST /v1/start, POST /v1/stop, POST /v1/restart, POST /v1/reload, POST /v1/signal, GET /v1/wait, GET /v1/logs, GET /v1/events, GET /v1/env, GET /v1/exec, POST /v1/shutdown'

const refused: readonly (readonly [what: string, request: RawRequest, refusal: ControlError])[] = [
  [
    'what has an end and none',
    get('/v1/logs', [
      ['follow', 'true'],
      ['until', '1'],
    ]),
    { status: 400, message: 'cannot follow the logs "until" a time: leave out one of the two' },
  ],
  [
    'a time in words',
    get('/v1/logs', [['since', '10m']]),
    { status: 400, message: '"since" is "10m"; it must be a whole number from 0 to 8640000000000000' },
  ],
  ['the root', get('/'), { status: 404, message: `no path "/"; there are ${paths}` }],
  [
    'a misspelt path',
    get('/v1/statsu'),
    { status: 404, message: `no path "/v1/statsu"; there are ${paths}; did you mean "/v1/status"?` },
  ],
  ['the name of a prototype', get('__proto__'), { status: 404, message: `no path "__proto__"; there are ${paths}` }],
  ['a GET that would stop', get('/v1/stop'), { status: 405, message: 'cannot GET /v1/stop: it takes POST only' }],
  [
    'a DELETE of the status',
    { ...get('/v1/status'), method: 'DELETE' },
    { status: 405, message: 'cannot DELETE /v1/status: it takes GET only' },
  ],
  [
    'a signal that there is none of',
    post('/v1/signal', '{"services":["a"],"signal":"SIGUP"}'),
    { status: 400, message: '"signal" is "SIGUP"; it must be a signal such as "USR1", "SIGUSR1" or "10"' },
  ],
  [
    'a signal without a signal',
    post('/v1/signal', '{"services":["a"]}'),
    { status: 400, message: 'cannot signal: "signal" is missing; give one such as "USR1"' },
  ],
  [
    'a reload of nobody',
    post('/v1/reload', ''),
    { status: 400, message: 'cannot reload: "services" names none; give names, or ["*"] for all of them' },
  ],
  [
    'usage that is no boolean',
    get('/v1/status', [['usage', 'yes']]),
    { status: 400, message: '"usage" is "yes"; it must be true or false' },
  ],
  [
    'more globs than can be looked for meanwhile',
    get(
      '/v1/status',
      Array.from({ length: 65 }, (_, index) => ['service', `*${index}*`] as const),
    ),
    { status: 400, message: '"service" holds 65 globs; at most 64 can be asked for' },
  ],
  [
    'a field of a POST in the query, where nobody looks',
    { ...post('/v1/shutdown', ''), query: [['code', '3']] },
    {
      status: 400,
      message: 'cannot POST /v1/shutdown: "code" stands in the query; the fields of a POST are a JSON object, its body',
    },
  ],
  [
    'a body of a GET',
    { ...get('/v1/status'), body: '{"service":["a"]}' },
    { status: 400, message: 'cannot GET /v1/status: it has a body; the fields of a GET stand in the query' },
  ],
  [
    'an empty name in a query',
    get('/v1/status', [['service', '']]),
    { status: 400, message: '"service" holds ""; it must be a list of names, none of them empty' },
  ],
  [
    'a misspelt key',
    get('/v1/status', [['services', 'a']]),
    {
      status: 400,
      message: 'unknown field "services"; there are "service", "usage"; did you mean "service"?',
    },
  ],
  [
    'a key where none is taken',
    get('/v1/health', [['verbose', 'true']]),
    { status: 400, message: 'unknown field "verbose"; there are none here' },
  ],
  [
    'a key given twice',
    get('/v1/wait', [
      ['for', 'ready'],
      ['for', 'stopped'],
    ]),
    { status: 400, message: '"for" is given twice' },
  ],
  [
    'an unknown thing to wait for',
    get('/v1/wait', [['for', 'healthy']]),
    { status: 400, message: '"for" is "healthy"; it must be one of "ready", "stopped", "completed"' },
  ],
  ...['-1', '1.5', '1e3', 'x', '', '2145600001', '99999999999'].map(
    (text): readonly [string, RawRequest, ControlError] => [
      `a timeout of ${JSON.stringify(text)}`,
      get('/v1/wait', [['timeout_ms', text]]),
      {
        status: 400,
        message: `"timeout_ms" is ${/^\d+$/u.test(text) ? text : JSON.stringify(text)}; it must be a whole number from 0 to 2145600000`,
      },
    ],
  ),
  [
    'a start of nothing',
    post('/v1/start', '{"services":[]}'),
    { status: 400, message: 'cannot start: "services" names none; give names, or ["*"] for all of them' },
  ],
  [
    'a restart without a body',
    post('/v1/restart', ''),
    { status: 400, message: 'cannot restart: "services" names none; give names, or ["*"] for all of them' },
  ],
  [
    'services that are no list',
    post('/v1/stop', '{"services":"a"}'),
    { status: 400, message: '"services" is "a"; it must be a list of names, none of them empty' },
  ],
  [
    'a number among the services',
    post('/v1/stop', '{"services":["a",1]}'),
    { status: 400, message: '"services" holds 1; it must be a list of names, none of them empty' },
  ],
  [
    'a value that is thousands of levels deep',
    post('/v1/start', `{"services":[${'['.repeat(20_000)}${']'.repeat(20_000)}]}`),
    { status: 400, message: '"services" holds a list; it must be a list of names, none of them empty' },
  ],
  [
    'objects that are thousands of levels deep',
    post('/v1/shutdown', `${'{"code":'.repeat(7000)}1${'}'.repeat(7000)}`),
    { status: 400, message: '"code" is an object; it must be a whole number from 0 to 255' },
  ],
  [
    'a null among the services',
    post('/v1/stop', '{"services":[null]}'),
    { status: 400, message: '"services" holds null; it must be a list of names, none of them empty' },
  ],
  [
    'names that would act on a terminal',
    get('/v1/wait', [
      ['\u009b31m\u202e', '1'],
      ['\u009b31m\u202e', '2'],
    ]),
    { status: 400, message: String.raw`"\u009b31m\u202e" is given twice` },
  ],
  [
    'a list as the body',
    post('/v1/stop', '["a"]'),
    { status: 400, message: 'cannot read the body of /v1/stop: it must be a JSON object' },
  ],
  [
    'a prototype in the body',
    post('/v1/stop', '{"__proto__":{"wait":false},"services":["a"]}'),
    { status: 400, message: 'unknown field "__proto__"; there are "services", "wait", "dry_run", "timeout_ms"' },
  ],
  [
    'a field that is given twice',
    post('/v1/stop', '{"services":["a"],"dry_run":true,"service\\u0073" :["b"]}'),
    { status: 400, message: '"services" is given twice' },
  ],
  [
    'a field that is given twice behind all that could be in the way',
    post('/v1/stop', `{"services":[{"wait":1},"wait","{","${'x'.repeat(60_000)}\\"\\\\"],"wait":true,"wait":true}`),
    { status: 400, message: '"wait" is given twice' },
  ],
  [
    'an exit code over 255',
    post('/v1/shutdown', '{"code":256}'),
    { status: 400, message: '"code" is 256; it must be a whole number from 0 to 255' },
  ],
  [
    'a code as text',
    post('/v1/shutdown', '{"code":"3"}'),
    { status: 400, message: '"code" is "3"; it must be a whole number from 0 to 255' },
  ],
  [
    'a long wrong value, cut',
    post('/v1/shutdown', JSON.stringify({ code: 'x'.repeat(1000) })),
    { status: 400, message: `"code" is "${'x'.repeat(57)}..."; it must be a whole number from 0 to 255` },
  ],
]

for (const [what, request, meaning] of understood) {
  void t.test(`understands ${what}`, async (test) => test.strictSame(parseRequest(request, ROOT_ASKS), meaning))
}

for (const [what, request, refusal] of refused) {
  void t.test(`refuses ${what}`, async (test) => test.strictSame(parseRequest(request, ROOT_ASKS), refusal))
}

void t.test('the same word as a field and elsewhere is not given twice', async (test) => {
  test.match(
    parseRequest(post('/v1/stop', '{"services":["wait","wait","services","{\\"wait\\":"],"wait":false}'), ROOT_ASKS),
    {
      kind: 'stop',
      services: ['wait', 'wait', 'services', '{"wait":'],
      wait: false,
    },
  )
})

void t.test('what the parser repeats of a body cannot act on a terminal', async (test) => {
  const refusal = parseRequest(post('/v1/stop', '\u009b31m\u202e\n'), ROOT_ASKS)
  test.notMatch('message' in refusal ? refusal.message : '', /[\u009b\u202e\n]/u)
})

void t.test('refuses a body that is no JSON with the parser’s own words', async (test) => {
  test.match(parseRequest(post('/v1/stop', '{"services":'), ROOT_ASKS), {
    status: 400,
    message: /^cannot read the body of \/v1\/stop: .*JSON/u,
  })
})

void t.test('who may only read is told so before his request is looked at, and who could let him', async (test) => {
  for (const path of ['/v1/start', '/v1/stop', '/v1/restart', '/v1/reload', '/v1/signal', '/v1/shutdown']) {
    test.strictSame(parseRequest(post(path, '{"service'), READER_ASKS), {
      status: 403,
      message: `cannot POST ${path}: user "monitor" (uid 1000) may read only; ask as root, or let it by "control: {allow: {monitor: admin}}" in the services file`,
    })
  }
  for (const path of ['/v1/status', '/v1/health', '/v1/wait', '/v1/logs']) {
    test.hasProp(parseRequest(get(path), READER_ASKS), 'kind', path)
  }
  test.match(parseRequest(get('/v1/nothing'), READER_ASKS), { status: 404 })
})
