import t from 'tap'
import type { News } from '../../../src/core/control/event-reply.ts'
import type { SupervisorEvent } from '../../../src/core/supervisor/event.ts'
import { newsOf } from '../../../src/core/supervisor/news.ts'
import { newSupervisor, type Member, type Supervisor } from '../../../src/core/supervisor/state.ts'
import { step } from '../../../src/core/supervisor/step.ts'
import { HEALTHCHECK } from '../service/cases.ts'
import { config, needs, serviceConfig, TOLD } from '../support.ts'
import { states } from './states.ts'

const WEB = serviceConfig({ name: 'web', healthcheck: HEALTHCHECK })
const NOTHING: SupervisorEvent = { kind: 'signal-received', signal: 'SIGWINCH' }

function setWith(change: Partial<Member['service']>, member: Partial<Member> = {}): Supervisor {
  const set = newSupervisor(config(WEB), new Set(['web']), 0)
  const web = set.members.get('web')
  if (web === undefined) throw new Error('no web')
  return { ...set, members: new Map([['web', { ...web, ...member, service: { ...web.service, ...change } }]]) }
}

/** What a change of one service is told as, a letter each, in their order. */
const LETTERS: Readonly<Record<News['event'], string>> = {
  state: 's',
  health: 'h',
  spawned: '+',
  killed: 'k',
  exited: '-',
  request: 'r',
  supervisor: 'S',
}

function letters(before: Supervisor, after: Supervisor): string {
  return newsOf({ before, event: NOTHING, after, at: 0 })
    .map(({ event }) => LETTERS[event])
    .join('')
}

/** A row for each state before, in it one for each state after, in the same order; a full stop: nothing is told. */
const PAIRS: Readonly<Record<string, string>> = {
  waiting: '.   .   s   +s  +s  +s  +s  +hs +hs s   +s  +s  +sk s   s   s   s   s   s   s',
  'waiting for its time': '.   .   s   +s  +s  +s  +s  +hs +hs s   +s  +s  +sk s   s   s   s   s   s   s',
  'starting, spawning': 's   s   .   +   +   +s  +s  +hs +hs s   +s  +s  +sk s   s   s   s   s   s   s',
  'starting, getting ready': '-s  -s  -   .   .   s   s   hs  hs  -s  s   s   sk  -s  -s  -s  -s  -s  -s  -s',
  'starting, post_start': '-s  -s  -   .   .   s   s   hs  hs  -s  s   s   sk  -s  -s  -s  -s  -s  -s  -s',
  running: '-s  -s  -s  s   s   .   .   h   h   -s  s   s   sk  -s  -s  -s  -s  -s  -s  -s',
  'running, not checked yet': '-s  -s  -s  s   s   .   .   h   h   -s  s   s   sk  -s  -s  -s  -s  -s  -s  -s',
  'running, healthy': '-s  -s  -s  s   s   .   .   .   h   -s  s   s   sk  -s  -s  -s  -s  -s  -s  -s',
  'running, unhealthy': '-s  -s  -s  s   s   .   .   h   .   -s  s   s   sk  -s  -s  -s  -s  -s  -s  -s',
  'stopping, spawning': 's   s   s   +s  +s  +s  +s  +hs +hs .   +   +   +k  .   s   s   s   s   s   s',
  'stopping, pre_stop': '-s  -s  -s  s   s   s   s   hs  hs  -   .   .   k   -   -s  -s  -s  -s  -s  -s',
  'stopping, grace': '-s  -s  -s  s   s   s   s   hs  hs  -   .   .   k   -   -s  -s  -s  -s  -s  -s',
  'stopping, killed': '-s  -s  -s  s   s   s   s   hs  hs  -   .   .   .   -   -s  -s  -s  -s  -s  -s',
  'stopping, clearing': 's   s   s   +s  +s  +s  +s  +hs +hs .   +   +   +k  .   s   s   s   s   s   s',
  'stopped on request': 's   s   s   +s  +s  +s  +s  +hs +hs s   +s  +s  +sk s   .   .   s   s   s   s',
  'stopped, never wanted': 's   s   s   +s  +s  +s  +s  +hs +hs s   +s  +s  +sk s   .   .   s   s   s   s',
  backoff: 's   s   s   +s  +s  +s  +s  +hs +hs s   +s  +s  +sk s   s   s   .   s   s   s',
  completed: 's   s   s   +s  +s  +s  +s  +hs +hs s   +s  +s  +sk s   s   s   s   .   s   s',
  failed: 's   s   s   +s  +s  +s  +s  +hs +hs s   +s  +s  +sk s   s   s   s   s   .   s',
  disabled: 's   s   s   +s  +s  +s  +s  +hs +hs s   +s  +s  +sk s   s   s   s   s   s   .',
}

void t.test('each pair of states is told as what has happened in between', async (test) => {
  const sets = states.map(([name, state]) => ({ name, set: setWith({ state }) }))
  const told = sets.map(({ name, set }) => {
    const row = sets.map((after) => letters(set, after.set) || '.')
    return [
      name,
      row
        .map((cell) => cell.padEnd(4))
        .join('')
        .trimEnd(),
    ]
  })
  test.strictSame(Object.fromEntries(told), PAIRS)
})

const DB = serviceConfig({ name: 'db', ready: TOLD, healthcheck: HEALTHCHECK })
const APP = serviceConfig({ name: 'app', dependsOn: [needs('db')] })
const ROOT = { uid: 0, name: 'root' }

/** A set to which one event happens after another, and what is told of each. */
function life(set: Supervisor): (event: SupervisorEvent, at: number) => readonly News[] {
  let before = set
  return (event, at) => {
    const { supervisor: after } = step(before, event, { at, chance: 0.5 })
    const news = newsOf({ before, event, after, at })
    before = after
    return news
  }
}

type Happened = Extract<SupervisorEvent, { readonly kind: 'service' }>['event']

const to = (service: string, event: Happened): SupervisorEvent => ({ kind: 'service', service, event })

/** What all states have that are told. */
const STATE = { event: 'state', run: 0, pid: null, exit: null, reason: '', by: null } as const

void t.test('a start is told with who was waited for, processes and readiness', async (test) => {
  const happens = life(newSupervisor(config(DB, APP), new Set(['db', 'app']), 0))
  test.strictSame(happens({ kind: 'begun' }, 0), [
    { event: 'supervisor', state: 'starting', reason: 'begun', code: null },
    { ...STATE, service: 'db', from: 'waiting', to: 'starting', run: 1 },
  ])
  test.strictSame(happens(to('db', { kind: 'spawned', run: 1, pid: 7 }), 5), [
    { event: 'spawned', service: 'db', run: 1, pid: 7 },
  ])
  test.strictSame(happens(to('db', { kind: 'attempt-failed', run: 1, why: 'ECONNREFUSED' }), 6), [])
  test.strictSame(happens(to('db', { kind: 'notified', run: 1, message: 'READY=1' }), 250), [
    {
      ...STATE,
      service: 'db',
      from: 'starting',
      to: 'running',
      run: 1,
      pid: 7,
      reason: 'no health check has passed yet',
    },
    { ...STATE, service: 'app', from: 'waiting', to: 'starting', run: 1 },
  ])
  test.strictSame(happens(to('app', { kind: 'spawned', run: 1, pid: 8 }), 260), [
    { event: 'spawned', service: 'app', run: 1, pid: 8 },
    { ...STATE, service: 'app', from: 'starting', to: 'running', run: 1, pid: 8 },
  ])
  test.strictSame(happens(to('db', { kind: 'health-checked', run: 1, passed: true, output: '' }), 300), [
    { event: 'health', service: 'db', from: 'starting', to: 'healthy', run: 1, reason: '' },
    { event: 'supervisor', state: 'running', reason: 'all as wanted', code: null },
  ])
})

const BADLY = { code: 3, signal: null }

void t.test('a crash is told with how the run ended, and what follows', async (test) => {
  const happens = life(newSupervisor(config(serviceConfig({ name: 'web', ready: TOLD })), new Set(['web']), 0))
  happens({ kind: 'begun' }, 0)
  happens(to('web', { kind: 'spawned', run: 1, pid: 7 }), 5)
  test.match(happens(to('web', { kind: 'notified', run: 1, message: 'READY=1' }), 250), [
    { to: 'running', reason: 'ready after 250 ms' },
    { event: 'supervisor', state: 'running' },
  ])
  test.strictSame(happens(to('web', { kind: 'exited', run: 1, exit: { kind: 'code', code: 3 } }), 300), [
    { event: 'exited', service: 'web', run: 1, pid: 7, exit: BADLY },
    {
      ...STATE,
      service: 'web',
      from: 'running',
      to: 'stopping',
      run: 1,
      exit: BADLY,
      reason: 'exited with 3; killing what it left behind',
    },
    { event: 'supervisor', state: 'degraded', reason: 'not as wanted: web (stopping)', code: null },
  ])
  test.strictSame(happens(to('web', { kind: 'cleared', run: 1 }), 310), [
    {
      ...STATE,
      service: 'web',
      from: 'stopping',
      to: 'backoff',
      run: 1,
      exit: BADLY,
      reason: 'exited with 3; next try in 100 ms',
    },
  ])
  test.match(happens(to('web', { kind: 'timer-expired', run: 1, timer: 'restart-delay' }), 410), [
    { from: 'backoff', to: 'starting', run: 2, exit: null },
  ])
  test.match(happens(to('web', { kind: 'spawn-failed', run: 2, message: 'no "web" in PATH', status: 127 }), 411), [
    {
      from: 'starting',
      to: 'backoff',
      run: 2,
      exit: null,
      reason: /^no "web" in PATH, 2 runs in a row did not last; next try/u,
    },
  ])
})

void t.test('a stop is told with who asked, and a stop that is too slow with SIGKILL', async (test) => {
  const happens = life(newSupervisor(config(serviceConfig({ name: 'web' })), new Set(['web']), 0))
  happens({ kind: 'begun' }, 0)
  happens(to('web', { kind: 'spawned', run: 1, pid: 7 }), 5)
  test.strictSame(happens({ kind: 'stop-requested', services: ['web'], requester: ROOT }, 10), [
    { event: 'request', action: 'stop', services: ['web'], signal: null, by: ROOT },
    {
      ...STATE,
      service: 'web',
      from: 'running',
      to: 'stopping',
      run: 1,
      pid: 7,
      reason: 'SIGTERM sent 0 ms ago, SIGKILL in 10 s',
      by: ROOT,
    },
  ])
  test.strictSame(happens(to('web', { kind: 'timer-expired', run: 1, timer: 'grace-period' }), 10_010), [
    { event: 'killed', service: 'web', run: 1, pid: 7 },
  ])
  const killed = { code: null, signal: 'SIGKILL' } as const
  test.strictSame(happens(to('web', { kind: 'exited', run: 1, exit: { kind: 'signal', signal: 'SIGKILL' } }), 10_011), [
    { event: 'exited', service: 'web', run: 1, pid: 7, exit: killed },
  ])
  test.match(happens(to('web', { kind: 'cleared', run: 1 }), 10_012), [
    { from: 'stopping', to: 'stopped', run: 1, exit: killed, reason: 'stopped on request of root', by: ROOT },
  ])
})

void t.test('illness is told before what comes of it', async (test) => {
  const happens = life(newSupervisor(config({ ...DB, ready: null }), new Set(['db']), 0))
  happens({ kind: 'begun' }, 0)
  happens(to('db', { kind: 'spawned', run: 1, pid: 7 }), 5)
  happens(to('db', { kind: 'health-checked', run: 1, passed: true, output: '' }), 6)
  const fails = to('db', { kind: 'health-checked', run: 1, passed: false, output: 'no answer' })
  test.strictSame([happens(fails, 7), happens(fails, 8)], [[], []])
  const why = 'unhealthy: 3 checks in a row failed (no answer)'
  test.match(happens(fails, 9), [
    { event: 'health', from: 'healthy', to: 'unhealthy', reason: why },
    {
      event: 'state',
      from: 'running',
      to: 'stopping',
      reason: `${why}; SIGTERM sent 0 ms ago, SIGKILL in 10 s`,
      by: null,
    },
    { event: 'supervisor', state: 'degraded', reason: 'not as wanted: db (stopping)' },
  ])
})

void t.test('a shutdown is told with its cause and status, its impatience, and its end', async (test) => {
  const happens = life(newSupervisor(config(serviceConfig({ name: 'web' })), new Set(['web']), 0))
  happens({ kind: 'begun' }, 0)
  happens(to('web', { kind: 'spawned', run: 1, pid: 7 }), 5)
  const signal = { kind: 'shutdown-requested', by: 'SIGTERM', status: 0, insist: true } as const
  const set = { event: 'supervisor', code: 4 } as const
  test.match(happens({ ...signal, by: 'somebody', status: 4, requester: ROOT }, 10), [
    { event: 'request', action: 'shutdown', services: [], by: ROOT },
    { ...set, state: 'stopping', reason: 'shutting down: somebody' },
    { event: 'state', to: 'stopping', by: null },
  ])
  test.strictSame(happens(signal, 11), [
    { ...set, state: 'stopping', reason: 'killing all that is left' },
    { event: 'killed', service: 'web', run: 1, pid: 7 },
  ])
  happens(to('web', { kind: 'exited', run: 1, exit: { kind: 'code', code: 0 } }), 12)
  test.match(happens(to('web', { kind: 'cleared', run: 1 }), 13), [
    { event: 'state', to: 'stopped', reason: 'stopped by the shutdown (somebody)' },
    { ...set, state: 'ended', reason: 'ended with status 4' },
  ])
  test.strictSame(happens(signal, 14), [], 'nothing comes after the end')
})

void t.test('every request is told, with its first hundred services', async (test) => {
  const services = Array.from({ length: 120 }, (_, index) => `s${index}`)
  const set = newSupervisor(config(serviceConfig({ name: 'web' })), new Set(), 0)
  const told = (event: SupervisorEvent): readonly News[] => newsOf({ before: set, event, after: set, at: 0 })
  const by = { uid: 1000, name: null }
  const request = { event: 'request', services: services.slice(0, 100), signal: null, by } as const
  const asked = { services, requester: by }
  for (const action of ['start', 'stop', 'restart', 'reload'] as const) {
    test.strictSame(told({ kind: `${action}-requested`, ...asked }), [{ ...request, action }])
  }
  test.strictSame(told({ kind: 'signal-requested', signal: 'SIGHUP', ...asked }), [
    { ...request, action: 'signal', signal: 'SIGHUP' },
  ])
  test.strictSame(told({ kind: 'stop-requested', services }), [], 'nobody on the socket')
})
