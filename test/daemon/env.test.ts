import t from 'tap'
import { config, serviceConfig } from '../core/support.ts'
import { READER_ASKS } from '../core/control/askers.ts'
import { controlled, type Controlled } from './controlled.ts'

const WEB = serviceConfig({
  name: 'web',
  user: { uid: 33, gid: 33, name: 'www-data', home: '/var/www' },
  workingDir: '/srv',
  umask: 0o27,
  nice: 5,
  oomScoreAdj: 100,
  ulimits: new Map([['nofile', { soft: 100, hard: 'unlimited' }]]),
  capAdd: ['NET_BIND_SERVICE'],
  capDrop: ['ALL'],
  noNewPrivileges: true,
  environment: new Map([
    ['URL', 'http://u:hunter2@db'],
    ['DB_PASSWORD', 'x'],
    ['API_TOKEN', ''],
    ['DSN_FILE', '/run/secrets/dsn'],
    ['DSN', 'read from there'],
    ['PLAIN', 'seen'],
    ['type', 'hunter2'],
    ['LISTED', 'no'],
  ]),
  fallbackFiles: new Map([
    ['PIN', '/data/pin'],
    ['NONE', '/data/none'],
  ]),
})
const POOL = ['web-1', 'web-2'].map((name, index) =>
  serviceConfig({ name, instance: { service: 'pool', number: index + 1 } }),
)

function set(): Controlled {
  const made = controlled({ ...config(WEB, ...POOL), secretNames: new Set(['LISTED']) })
  made.machine.environment = { PATH: '/bin', ODD: 'a\udc80b', PIN: '7' }
  return made
}

void t.test('the environment is told sorted, without its secrets', async (test) => {
  const { got } = set().ask('GET /v1/env?service=web')
  test.strictSame(got, [
    {
      service: 'web',
      environment: {
        API_TOKEN: '',
        DB_PASSWORD: '***',
        DSN: '***',
        DSN_FILE: '/run/secrets/dsn',
        LISTED: '***',
        ODD: 'a\udc80b',
        PATH: '/bin',
        PIN: '***',
        PLAIN: 'seen',
        URL: 'http://u:***@db',
        type: '***',
      },
      hidden: ['DB_PASSWORD', 'DSN', 'LISTED', 'PIN', 'URL', 'type'],
    },
  ])
  const [{ environment }] = got as [{ environment: object }]
  test.strictSame(Object.keys(environment), Object.keys(environment).toSorted())
})

void t.test('secrets are told when they are asked for', async (test) => {
  const { got } = set().ask('GET /v1/env?service=web&reveal=true')
  test.match(got, [
    { environment: { URL: 'http://u:hunter2@db', DB_PASSWORD: 'x', DSN: 'read from there' }, hidden: [] },
  ])
})

void t.test('who is to become a command of a service is told all that it takes', async (test) => {
  const { ask } = set()
  test.strictSame(ask('GET /v1/exec?service=web').got, [
    {
      service: 'web',
      environment: { PATH: '/bin', ODD: 'a\udc80b', PIN: '7', ...Object.fromEntries(WEB.environment) },
      working_dir: '/srv',
      user: { uid: 33, name: 'www-data', gid: 33, groups: [33] },
      umask: 0o27,
      nice: 5,
      oom_score_adj: 100,
      file_limit: '1024',
      ulimits: { nofile: { soft: 100, hard: 'unlimited' } },
      cap_add: ['NET_BIND_SERVICE'],
      cap_drop: ['ALL'],
      no_new_privileges: true,
    },
  ])
  test.match(ask('GET /v1/exec?service=web-1').got, [
    { working_dir: '/here', user: { uid: 0, name: null, gid: 0, groups: [0] }, umask: null, ulimits: {} },
  ])
})

void t.test('of a disabled service nothing is known, and no glob means it', async (test) => {
  const off = serviceConfig({ name: 'web-off', enabled: false })
  const { ask } = controlled(config(serviceConfig({ name: 'web-on' }), off))
  test.match(ask('GET /v1/env?service=web-*').got, [{ service: 'web-on' }])
  test.strictSame(ask('GET /v1/exec?service=web-off').got, [
    { status: 409, message: 'cannot run a command as "web-off": it is disabled by "enabled"' },
  ])
  test.strictSame(ask('GET /v1/env?service=*-off').got, [
    { status: 409, message: 'cannot show the environment of "*-off": it is disabled' },
  ])
})

void t.test('one service is meant, and not by who may only read', async (test) => {
  const { ask } = set()
  for (const [path, doing] of [
    ['env', 'show an environment'],
    ['exec', 'run a command'],
  ] as const) {
    test.match(ask(`GET /v1/${path}?service=we*-2`).got, [{ service: 'web-2' }])
    test.strictSame(ask(`GET /v1/${path}?service=pool`).got, [
      { status: 400, message: '"pool" means 2 services: web-1 and web-2; name one of them' },
    ])
    test.strictSame(ask(`GET /v1/${path}?service=wep`).got, [
      { status: 404, message: 'no service "wep"; did you mean "web"?' },
    ])
    for (const query of ['', '?service=web&service=web-1']) {
      test.strictSame(ask(`GET /v1/${path}${query}`).got, [
        { status: 400, message: `cannot ${doing}: "service" has to name one service` },
      ])
    }
    test.match(ask(`GET /v1/${path}?service=web`, undefined, READER_ASKS).got, [
      { status: 403, message: /^cannot GET \/v1\/\w+: user "monitor" \(uid 1000\) may read only/u },
    ])
  }
})
