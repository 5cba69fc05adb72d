import t from 'tap'
import type { StatusReply } from '../../src/core/protocol.ts'
import { createControl } from '../../src/daemon/control.ts'
import { config, needs, restart, serviceConfig, TOLD } from '../core/support.ts'
import { ROOT_ASKS } from '../core/control/askers.ts'
import { controlled, type Controlled } from './controlled.ts'

const DB = serviceConfig({ name: 'db', ready: TOLD })
const SET = config(
  DB,
  serviceConfig({ name: 'web', dependsOn: [needs('db')] }),
  serviceConfig({ name: 'job', type: 'oneshot', onFailure: 'ignore', restart: restart({ policy: 'no' }) }),
  serviceConfig({ name: 'off', enabled: false }),
)
const OK = { ok: true, reasons: [] }
const CHANGED = { ...OK, also: [] }

/** Everything is up. */
function up(set = controlled(SET)): Controlled {
  set.machine.spawned('db', 100)
  set.machine.process('db').listener.notified('READY=1')
  set.machine.spawned('web', 200)
  set.machine.spawned('job', 300)
  set.machine.ends('job')
  set.machine.news()
  return set
}

void t.test('health is whether all that is wanted is well, and why not', (test) => {
  const set = controlled(SET)
  set.machine.pass(1_500)
  set.machine.spawned('db')
  test.strictSame(set.ask('GET /v1/health').got, [
    {
      ok: false,
      // Who only waits comes last.
      reasons: [
        'db: starting, not ready for 0 ms of 1 min: no READY=1',
        'job: starting, not spawned yet',
        'waiting for that: web',
      ],
    },
  ])
  up(set)
  test.strictSame(set.ask('GET /v1/health').got, [OK])
  set.loop.dispatch({ kind: 'shutdown-requested', by: 'SIGTERM', status: 0, insist: false })
  test.strictSame(set.ask('GET /v1/health').got, [{ ok: false, reasons: ['shutting down: SIGTERM'] }])
  test.end()
})

void t.test('a status tells since when, by the wall clock, whenever it is asked', (test) => {
  const set = controlled(SET)
  set.machine.pass(2_000)
  up(set)
  set.machine.pass(60_000)
  const [reply] = set.ask('GET /v1/status?service=web').got as StatusReply[]
  test.strictSame(reply, {
    name: 'shop',
    state: 'running',
    reason: '',
    supervisor: { cpu: null, memory: null },
    services: [
      {
        name: 'web',
        description: null,
        labels: {},
        type: 'longrun',
        state: 'running',
        health: 'none',
        pid: 200,
        run: 1,
        restarts: 0,
        failures: 0,
        since: '2026-01-01T00:00:02.000Z',
        next: null,
        check: null,
        says: null,
        reason: '',
        cause: null,
        deadline: null,
        waiting_for: [],
        blocked_by: [],
        last_line: null,
        exit: null,
        cpu: null,
        memory: null,
        processes: null,
        wanted: true,
        well: true,
      },
    ],
  })
  test.end()
})

void t.test('a status tells the last line that says something, without secrets, and so does the health', (test) => {
  const { ask, machine } = controlled(SET)
  machine.spawned('db', 100)
  machine.says('db', 'FATAL: hunter2 is no password\n    at connect (db.js:7)\n\nNode.js v20.20.0\n', 'stderr')
  const line = 'FATAL: *** is no password'
  const starting = `starting, not ready for 0 ms of 1 min: no READY=1; last line: "${line}"`
  const [{ services }] = ask('GET /v1/status?service=db&service=web').got as [StatusReply]
  test.match(services, [
    {
      name: 'db',
      cause: 'getting-ready',
      reason: starting.replace('starting, ', ''),
      last_line: line,
      deadline: '2026-01-01T00:01:00.000Z',
    },
    {
      name: 'web',
      cause: 'dependencies',
      reason: `waiting for db: ${starting}`,
      last_line: null,
      deadline: null,
      waiting_for: [{ service: 'db', condition: 'service_ready', state: 'starting' }],
      blocked_by: ['db'],
    },
  ])
  test.strictSame(ask('GET /v1/health').got, [
    { ok: false, reasons: [`db: ${starting}`, 'job: starting, not spawned yet', 'waiting for that: web'] },
  ])
  const { got } = ask('GET /v1/wait?service=db&timeout_ms=10')
  machine.pass(10)
  test.strictSame(got, [
    { ok: false, reasons: [`db: not ready within 10 ms: ${starting.replace('for 0 ms', 'for 10 ms')}`], late: true },
  ])
  test.end()
})

void t.test('a secret in the last line is hidden, however that has to be spelt', (test) => {
  const { ask, machine } = controlled(config(serviceConfig({ name: 'db', ready: TOLD })))
  const password = 'hun"ter\t2nd'
  machine.spawned('db')
  for (const line of [`no ${password}`, JSON.stringify({ msg: `no ${password}` })]) {
    machine.says('db', `${line}\n`)
    const [{ services }] = ask('GET /v1/status').got as [StatusReply]
    test.match(services, [{ reason: /last line: "no \*{3}"$/, last_line: 'no ***' }], line)
  }
  test.end()
})

void t.test('what an earlier run has said is not told of the next', (test) => {
  const { ask, machine } = controlled(config(serviceConfig({ name: 'db', ready: TOLD })))
  const lastLine = (): unknown => (ask('GET /v1/status').got as [StatusReply])[0].services[0]?.last_line
  machine.spawned('db')
  machine.says('db', 'no disk\n')
  machine.ends('db', 3)
  test.equal(lastLine(), 'no disk', 'of the last run, as long as there is no other')
  machine.pass(100)
  machine.spawned('db')
  test.equal(lastLine(), null)
  machine.says('db', 'open\n')
  test.equal(lastLine(), 'open')
  test.end()
})

void t.test('a status with usage has what was read of each that runs', async (test) => {
  const { ask, machine } = up()
  machine.uses(async () => new Map([[100, { cpu: 1.5, memory: 4096, processes: 3 }]]))
  const { got } = ask('GET /v1/status?usage=true')
  await settled()
  test.strictSame(machine.news(), ['usage 100 200'])
  const [{ supervisor, services }] = got as [StatusReply]
  test.strictSame(supervisor, { cpu: 0.5, memory: 1024 })
  test.strictSame(
    services.map(({ name, cpu, memory, processes }) => [name, cpu, memory, processes]),
    [
      ['db', 1.5, 4096, 3],
      ['web', null, null, null],
      ['job', null, null, null],
      ['off', null, null, null],
    ],
  )
})

void t.test('a status whose usage cannot be read is answered without, and told', async (test) => {
  const { ask, machine, failures } = up()
  machine.uses(() => Promise.reject(new TypeError('no such thing')))
  const { got } = ask('GET /v1/status?usage=true&service=db')
  await settled()
  test.match(got, [{ services: [{ name: 'db', cpu: null, memory: null }] }])
  test.strictSame(failures, ['internal error: cannot read CPU and memory: TypeError: no such thing'])
})

void t.test('a reload and a signal go to the processes that there are', (test) => {
  const { ask, machine } = up()
  test.strictSame(ask('POST /v1/signal', { services: ['db', 'w*'], signal: 'USR1' }).got, [OK])
  test.strictSame(ask('POST /v1/reload', { services: ['*'] }).got, [OK], 'who has no process is passed over')
  test.strictSame(machine.news(), [
    'db SIGUSR1 process',
    'web SIGUSR1 process',
    'db SIGHUP process',
    'web SIGHUP process',
  ])
  test.strictSame(ask('POST /v1/reload', { services: ['job', 'db'] }).got, [
    { ok: false, reasons: ['job: it has no process: completed: exited with 0'] },
  ])
  test.end()
})

void t.test('no secret stands in an answer', async (test) => {
  const { ask, machine } = controlled(SET)
  machine.process('db').listener.failed({ message: 'cannot execute "db --password hunter2": ENOENT', status: 127 })
  const { got } = ask('GET /v1/health')
  test.match(got, [{ reasons: [/^db: .*cannot execute "db --password \*\*\*": ENOENT/u, String, String] }])
})

void t.test('a status that cannot be sent is told, and answered once only', async (test) => {
  const { loop, logs, events, dateOf, machine } = up()
  const failures: string[] = []
  const failed = (message: string): void => void failures.push(message)
  const handle = createControl({
    project: 'shop',
    loop,
    machine,
    logs,
    events,
    dateOf,
    failed,
    redact: String,
    secretNames: new Set<string>(),
  })
  const reply = handle({ method: 'GET', path: '/v1/status', query: [['usage', 'true']], body: '' }, ROOT_ASKS)
  let sent = 0
  if (reply.kind === 'later') {
    reply.start(() => {
      sent += 1
      throw new Error('no paper')
    })
  }
  await settled()
  test.equal(sent, 1)
  test.strictSame(failures, ['internal error: cannot answer with a status: Error: no paper'])
})

void t.test('nobody hears who has gone before the answer', async (test) => {
  const { ask, machine } = up()
  const { got, cancel } = ask('GET /v1/status?usage=true')
  cancel()
  const waiting = ask('GET /v1/wait?service=web&for=stopped&timeout_ms=500')
  test.strictSame(machine.news().slice(1), ['timer 500'])
  waiting.cancel()
  test.strictSame(machine.news(), ['cancel timer 500'])
  await settled()
  test.strictSame([...got, ...waiting.got], [])
})

void t.test('a change is answered when it is done', (test) => {
  const { ask, machine } = up()
  const { got } = ask('POST /v1/restart', { services: ['web'] })
  machine.ends('web')
  test.strictSame(got, [])
  machine.spawned('web')
  test.strictSame(got, [CHANGED])
  const stopped = ask('POST /v1/stop', { services: ['w*'] }).got
  test.strictSame(stopped, [])
  machine.ends('web')
  test.strictSame(stopped, [CHANGED])
  machine.news()
  test.strictSame(ask('POST /v1/start', { services: ['web'], wait: false }).got, [CHANGED], 'or at once')
  test.strictSame(machine.news(), ['ready file absent', 'spawn web'])
  test.end()
})

void t.test('a change that is not done in time says how far it is', (test) => {
  const { ask, machine } = up()
  const { got } = ask('POST /v1/restart', { services: ['db', 'web'], timeout_ms: 700 })
  machine.pass(700)
  test.strictSame(got, [
    {
      ok: false,
      reasons: [
        'db: not ready within 700 ms: running, to be restarted after web, which depends on it',
        'web: not ready within 700 ms: stopping: to start again: SIGTERM sent 700 ms ago, SIGKILL in 9.3 s',
      ],
      late: true,
      also: [],
    },
  ])
  machine.ends('web')
  test.equal(got.length, 1)
  test.end()
})

void t.test('a wait is answered as soon as it is in vain', (test) => {
  const { ask, machine } = controlled(SET)
  const { got } = ask('GET /v1/wait?for=completed&service=job')
  machine.spawned('job')
  test.strictSame(got, [])
  machine.ends('job', 3)
  test.strictSame(got, [{ ok: false, reasons: ['job: failed: exited with 3'] }])
  test.strictSame(ask('GET /v1/wait?for=completed&service=job').got, got, 'and at once when it is so already')
  test.end()
})

void t.test('a wait that a shutdown ends says why everything goes down', (test) => {
  const app = serviceConfig({ name: 'app', dependsOn: [needs('db')] })
  const { ask, machine } = controlled(config(DB, app, serviceConfig({ name: 'asked' })))
  const { got } = ask('GET /v1/wait?service=app')
  machine.spawned('db')
  machine.spawned('asked')
  ask('POST /v1/stop', { services: ['asked'], wait: false })
  ask('POST /v1/shutdown')
  const why = 'stopped by the shutdown (supervisor shutdown, asked by root)'
  test.strictSame(got, [{ ok: false, reasons: [`app: ${why}`] }])
  const asked = 'SIGTERM sent 0 ms ago, SIGKILL in 10 s'
  test.match(ask('GET /v1/status?service=asked').got, [{ services: [{ reason: asked }] }], 'it was stopped before')
  test.end()
})

void t.test('what only all or a glob means is passed over where it cannot do what is asked', (test) => {
  const { ask, machine } = up()
  test.strictSame(ask('GET /v1/wait').got, [OK])
  test.strictSame(ask('GET /v1/wait?service=*').got, [OK])
  test.strictSame(ask('GET /v1/wait?service=*&for=completed').got, [OK])
  test.strictSame(ask('GET /v1/wait?service=o*').got, [OK])
  const { got } = ask('POST /v1/start', { services: ['*'] })
  machine.spawned('job')
  machine.ends('job')
  test.strictSame(got, [CHANGED])
  test.strictSame(ask('POST /v1/stop', { services: ['off', 'o*'] }).got, [CHANGED], 'it is stopped')
  test.end()
})

void t.test('what is named and cannot do what is asked is an error, and nothing is done', (test) => {
  const { ask, machine } = up()
  for (const kind of ['start', 'restart']) {
    for (const wait of [true, false]) {
      test.strictSame(ask(`POST /v1/${kind}`, { services: ['web', 'off'], wait }).got, [
        { status: 409, message: `cannot ${kind} "off": it is disabled by "enabled"` },
      ])
    }
  }
  test.strictSame(machine.news(), [])
  test.strictSame(ask('GET /v1/wait?service=off').got, [{ ok: false, reasons: ['off: disabled by "enabled"'] }])
  test.strictSame(ask('GET /v1/wait?service=web&for=completed').got, [
    { ok: false, reasons: ['web: a longrun does not complete (running)'] },
  ])
  test.end()
})

void t.test('the command in the foreground is nobody’s to ask for', (test) => {
  const { ask } = up(controlled(SET, { command: ['sh'] }))
  test.match(ask('POST /v1/stop', { services: ['(command)'] }).got, [{ status: 404 }])
  test.match(ask('GET /v1/status').got, [{ services: [{}, {}, {}, {}] }])
  test.end()
})

void t.test('a shutdown has the status that was asked for first', (test) => {
  const { ask, machine, ends } = up()
  test.strictSame(ask('POST /v1/shutdown', { code: 3 }).got, [OK])
  test.strictSame(ask('POST /v1/shutdown').got, [OK], 'it is under way')
  test.strictSame(ask('POST /v1/shutdown', { code: 3 }).got, [OK])
  test.strictSame(ask('POST /v1/shutdown', { code: 9 }).got, [
    { status: 409, message: 'cannot shut down with status 9: the supervisor is shutting down with status 3' },
  ])
  test.strictSame(ask('POST /v1/start', { services: ['web'] }).got, [
    { status: 409, message: 'cannot start services: the supervisor is shutting down' },
  ])
  machine.ends('web')
  machine.ends('db')
  test.strictSame(ends, [3])
  test.end()
})

void t.test('logs are what is remembered, and what comes', (test) => {
  const { ask, machine, logs } = up()
  machine.says('web', 'one\ntwo\n')
  machine.says('db', 'other\n')
  machine.pass(5)
  const at = Date.UTC(2026, 0, 1)
  const line = { service: 'web', run: 1, stream: 'stdout' }
  test.strictSame(ask('GET /v1/logs?service=web&last=1').got, [{ at, ...line, text: 'two' }, 'end'])
  const { got, cancel } = ask(`GET /v1/logs?service=w*&last=2&since=${at}&follow=true`)
  machine.says('web', 'three\n')
  machine.says('db', 'other\n')
  logs.remember('web: it has said three')
  cancel()
  machine.says('web', 'four\n')
  test.strictSame(got, [
    { at, ...line, text: 'one' },
    { at, ...line, text: 'two' },
    { at: at + 5, ...line, text: 'three' },
  ])
  test.strictSame(ask(`GET /v1/logs?service=web&until=${at}`).got.length, 4, 'its start, two lines, and the end')
  test.end()
})

void t.test('the supervisor is among those whose logs can be asked for, and among all', (test) => {
  const { ask, machine, logs } = up()
  machine.pass(5)
  machine.says('web', 'one\n')
  machine.pass(5)
  logs.remember('web: it has said one')
  const at = Date.UTC(2026, 0, 1) + 5
  const own = { at: at + 5, service: 'supervisor', run: 0, stream: 'stdout', text: 'web: it has said one' }
  test.strictSame(ask('GET /v1/logs?service=supervisor').got, [own, 'end'])
  test.strictSame(ask('GET /v1/logs?service=super*').got, [own, 'end'])
  for (const which of ['', '&service=web&service=supervisor', '&service=*']) {
    test.strictSame(ask(`GET /v1/logs?since=${at}${which}`).got, [
      { at, service: 'web', run: 1, stream: 'stdout', text: 'one' },
      own,
      'end',
    ])
  }
  test.match(ask('GET /v1/logs?service=supervisr').got, [{ message: /did you mean "supervisor"/u }])
  test.match(ask('GET /v1/status?service=supervisor').got, [{ message: /^no service "supervisor"/u }])
  test.end()
})

/** All that is settled already has been heard of. */
function settled(): Promise<void> {
  return new Promise((heard) => void setImmediate(heard))
}
