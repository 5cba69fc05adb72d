import t from 'tap'
import type { Condition, Dependency, ServiceConfig } from '../../../src/core/config/model.ts'
import type { State } from '../../../src/core/service/state.ts'
import { openEdges } from '../../../src/core/supervisor/conditions.ts'
import { newSupervisor, type Member } from '../../../src/core/supervisor/state.ts'
import { config, needs, needsDone, restart, serviceConfig } from '../support.ts'
import { Play } from './play.ts'
import { RUNNING, states } from './states.ts'

type Wish = Member['wish']

/** Whatever has a process that was not told to end. */
const ON = [
  'starting, getting ready',
  'starting, post_start',
  'running',
  'running, not checked yet',
  'running, healthy',
  'running, unhealthy',
]

/** Which states of a target let a dependent start, by condition: longrun and oneshot. */
const MET: Readonly<Record<Condition, Readonly<Record<ServiceConfig['type'], readonly string[]>>>> = {
  service_started: { longrun: ON, oneshot: [...ON, 'completed'] },
  service_ready: { longrun: ['running', 'running, not checked yet', 'running, healthy'], oneshot: ['completed'] },
  service_healthy: { longrun: ['running, healthy'], oneshot: ['completed'] },
  service_completed_successfully: { longrun: ['completed'], oneshot: ['completed'] },
  service_completed: { longrun: ['completed', 'failed'], oneshot: ['completed', 'failed'] },
  none: { longrun: states.map(([name]) => name), oneshot: states.map(([name]) => name) },
}

/** States in which nothing makes an unmet condition hold unless somebody asks. */
const OVER = ['completed', 'failed', 'disabled']

void t.test('each condition holds in the states that it names, and only there', (test) => {
  for (const [condition, types] of Object.entries(MET)) {
    for (const [type, met] of Object.entries(types)) {
      const edge = needs('db', { condition: condition as Condition })
      const got = states.filter(([, state]) => isOpen(edge, { type, state, wish: 'up' }).length === 0)
      test.same(names(got), met, `${condition} of a ${type}`)
    }
  }
  test.end()
})

void t.test('an optional dependency does not hold back once there is nothing to wait for', (test) => {
  for (const [condition, types] of Object.entries(MET)) {
    for (const [type, met] of Object.entries(types)) {
      const edge = needs('db', { condition: condition as Condition, required: false })
      const got = states.filter(([, state]) => isOpen(edge, { type, state, wish: 'up' }).length === 0)
      const expected = states.filter(([name]) => met.includes(name) || OVER.includes(name))
      test.same(names(got), names(expected), `${condition} of a ${type}`)
    }
  }
  test.end()
})

void t.test('nothing is built on what is about to go down or to run again', (test) => {
  // A disabled service has no wish.
  for (const [name, state] of states.filter(([, { kind }]) => kind !== 'disabled')) {
    const edge = needs('db', { condition: 'service_started', required: false })
    test.equal(isOpen(edge, { type: 'longrun', state, wish: 'restart' }).length, 1, `${name}, to be restarted`)
  }
  const down = states.filter(([, state]) => isOpen(needs('db'), { type: 'oneshot', state, wish: 'down' }).length === 0)
  test.same(names(down), ['completed'], 'wanted down, required')
  const optional = needs('db', { required: false })
  const gone = states.filter(([, state]) => isOpen(optional, { type: 'longrun', state, wish: 'down' }).length === 0)
  test.same(names(gone), ['stopped on request', 'stopped, never wanted', ...OVER], 'wanted down, optional')
  test.end()
})

void t.test('a dependency that is not declared holds back when it is required', (test) => {
  const { members } = newSupervisor(config(), new Set(), 0)
  const required = serviceConfig({ dependsOn: [needs('nobody')] })
  test.same([...openEdges(members, required)], [needs('nobody')])
  test.same([...openEdges(members, serviceConfig({ dependsOn: [needs('nobody', { required: false })] }))], [])
  test.end()
})

void t.test('who waits in vain is not waited for by those that can do without', (test) => {
  const failed: State = {
    kind: 'failed',
    since: 0,
    failure: { kind: 'spawn-failed', message: '', status: 127 },
    gaveUpAfter: null,
  }
  const services = [
    serviceConfig({ name: 'db' }),
    serviceConfig({ name: 'pool', dependsOn: [needs('db')] }),
    serviceConfig({ name: 'app', dependsOn: [needs('pool')] }),
  ]
  const members = new Map(newSupervisor(config(...services), new Set(['db', 'pool', 'app']), 0).members)
  const optional = serviceConfig({ name: 'web', dependsOn: [needs('app', { required: false })] })
  test.same([...openEdges(members, optional)], optional.dependsOn, 'while there is hope')
  const db = members.get('db')
  if (db !== undefined) members.set('db', { ...db, service: { ...db.service, state: failed } })
  test.same([...openEdges(members, optional)], [])
  test.same(
    [...openEdges(members, serviceConfig({ dependsOn: [needs('app')] }))],
    [needs('app')],
    'but it is by others',
  )
  test.end()
})

void t.test('below a oneshot that is done, what is on its way is waited for, and named', (test) => {
  const services = [
    serviceConfig({ name: 'db' }),
    serviceConfig({ name: 'migrate', type: 'oneshot', dependsOn: [needs('db')] }),
    serviceConfig({ name: 'seed', type: 'oneshot', dependsOn: [needsDone('migrate')] }),
  ]
  const members = new Map(newSupervisor(config(...services), new Set(['db', 'migrate', 'seed']), 0).members)
  const put = (name: string, state: State, wish: Wish = 'up'): void => {
    const member = members.get(name)
    if (member !== undefined) members.set(name, { ...member, service: { ...member.service, state }, wish })
  }
  put('migrate', { kind: 'completed', since: 0, exit: null })
  put('seed', { kind: 'completed', since: 0, exit: null })
  const app = serviceConfig({ name: 'app', dependsOn: [needsDone('seed')] })
  const got = states.filter(([, state]) => {
    put('db', state)
    return openEdges(members, app).next().done === true
  })
  test.same(names(got), ['running', 'running, not checked yet', 'running, healthy', 'running, unhealthy', ...OVER])
  put('db', RUNNING, 'restart')
  test.same([...openEdges(members, app)], [needs('db')])
  test.end()
})

void t.test('below a oneshot that is done, nobody waits for the end of what runs again', (test) => {
  const ended = needs('db', { condition: 'service_completed' })
  const services = [
    serviceConfig({ name: 'db', restart: restart({ policy: 'no' }), onFailure: 'ignore' }),
    serviceConfig({ name: 'report', type: 'oneshot', dependsOn: [ended] }),
    serviceConfig({ name: 'app', dependsOn: [needsDone('report')] }),
  ]
  const play = new Play(config(...services), 'db', 'report')
  play.acts('begin', 'db unspawnable gone', 'report spawned', 'report exits 0', 'start app')
  test.same(play.acts('report cleared'), [], 'while it comes up it is waited for')
  test.same(play.acts('db spawned').slice(0, 1), ['app  spawn run 1'])
  test.end()
})

function isOpen(
  edge: Dependency,
  { type, state, wish }: { type: string; state: State; wish: Wish },
): readonly Dependency[] {
  const db = serviceConfig({ name: 'db', type: type === 'oneshot' ? 'oneshot' : 'longrun' })
  const { members } = newSupervisor(config(db), new Set(['db']), 0)
  const [member] = members.values()
  if (member === undefined) throw new Error('the set is empty')
  const target: Member = { ...member, service: { ...member.service, state }, wish }
  return [...openEdges(new Map([['db', target]]), serviceConfig({ name: 'app', dependsOn: [edge] }))]
}

function names(cases: readonly (readonly [string, State])[]): readonly string[] {
  return cases.map(([name]) => name)
}
