import t from 'tap'
import type { EventReply } from '../../src/core/control/event-reply.ts'
import { config, needs, serviceConfig } from '../core/support.ts'
import { controlled, type Controlled } from './controlled.ts'

const DB = serviceConfig({ name: 'db' })
const APP = serviceConfig({ name: 'app', dependsOn: [needs('db')] })
const EPOCH = Date.UTC(2026, 0, 1)

/** What of some events a person would say. */
function inShort(got: readonly unknown[]): readonly string[] {
  return (got as readonly (EventReply | 'end')[]).map((event) => {
    if (event === 'end') return event
    if ('service' in event) return `${event.service} ${'to' in event ? event.to : event.event}`
    return event.event === 'supervisor' ? event.state : event.event
  })
}

function up(set: Controlled): Controlled {
  set.machine.spawned('db')
  set.machine.pass(5)
  set.machine.spawned('app')
  return set
}

const START = [
  'starting',
  'db starting',
  'db spawned',
  'db running',
  'app starting',
  'app spawned',
  'app running',
  'running',
]

void t.test('all that has happened is told with its time, and then the end, when nothing is followed', async (test) => {
  const { ask } = up(controlled(config(DB, APP)))
  const { got } = ask('GET /v1/events')
  test.strictSame(inShort(got), [...START, 'end'])
  test.strictSame(got[2], { at: EPOCH, event: 'spawned', service: 'db', run: 1, pid: 100 })
  test.strictSame((got[5] as EventReply).at, EPOCH + 5)
})

void t.test('the last of them are told first, and then each as it happens', async (test) => {
  const set = up(controlled(config(DB, APP)))
  const old = set.ask('GET /v1/events?follow=true&last=2')
  const fresh = set.ask('GET /v1/events?follow=true&last=0')
  test.strictSame([inShort(old.got), fresh.got], [START.slice(-2), []])
  set.ask('POST /v1/stop', { services: ['app'] })
  set.machine.ends('app')
  const stop = ['request', 'app stopping', 'app exited', 'app stopped']
  test.strictSame([inShort(old.got), inShort(fresh.got)], [[...START.slice(-2), ...stop], stop])
  test.equal(old.got.at(-1), fresh.got.at(-1), 'one document for all')
  old.cancel()
  set.ask('POST /v1/start', { services: ['app'] })
  test.strictSame([old.got.length, fresh.got.length], [6, 6 + 1])
})

void t.test('of some services only what is about them is told', async (test) => {
  const set = up(controlled(config(DB, APP)))
  const { got } = set.ask('GET /v1/events?service=a*&last=1&follow=true')
  set.ask('POST /v1/signal', { services: ['db'], signal: 'USR1' })
  set.ask('POST /v1/signal', { services: ['*'], signal: 'USR1' })
  set.ask('POST /v1/shutdown')
  test.strictSame(inShort(got), ['app running', 'request', 'app stopping'])
  test.strictSame(set.ask('GET /v1/events?service=ap').got, [
    { status: 404, message: 'no service "ap"; did you mean "app"?' },
  ])
})

void t.test('no secret stands in an event, old or new', async (test) => {
  const { ask, machine } = controlled(config(DB, APP))
  const { got } = ask('GET /v1/events?follow=true&last=0')
  const fail = (): void =>
    machine.process('db').listener.failed({ message: 'cannot execute "db hunter2": ENOENT', status: 127 })
  fail()
  const reason = 'cannot execute "db ***": ENOENT; next try in 100 ms'
  test.match(got, [{ service: 'db', to: 'backoff', reason }])
  test.strictSame(ask('GET /v1/events?last=1').got, [...got, 'end'])
})

void t.test('a thousand events are remembered', async (test) => {
  const { ask } = up(controlled(config(DB, APP)))
  for (let time = 0; time < 1100; time++) ask('POST /v1/signal', { services: ['db'], signal: 'USR1' })
  test.equal(ask('GET /v1/events').got.length, 1000 + 1)
  test.equal(ask('GET /v1/events?last=5000').got.length, 1000 + 1)
  test.strictSame(ask('GET /v1/events?last=0').got, ['end'])
})

void t.test('the last event is the end', async (test) => {
  const { ask, machine, loop } = up(controlled(config(DB, APP)))
  const { got } = ask('GET /v1/events?follow=true&last=0')
  loop.dispatch({ kind: 'shutdown-requested', by: 'SIGTERM', status: 0, insist: true })
  machine.ends('app')
  machine.ends('db')
  test.strictSame(inShort(got).slice(-2), ['db stopped', 'ended'])
})
