import t from 'tap'
import type { Schedule } from '../../src/core/config/model.ts'
import { serviceConfig } from '../core/support.ts'
import type { FakeMachine } from './fake-machine.ts'
import { performed, settled, type Performed } from './performed.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const CRON: Schedule = { kind: 'cron', expression: '0 * * * *', timeZone: null }
const DUE = { kind: 'schedule-due' }

function scheduled(schedule: Schedule): Performed {
  const set = performed(serviceConfig({ type: 'oneshot', schedule }))
  set.machine.times = async (_, after) => (Math.floor(after / HOUR) + 1) * HOUR
  return set
}

function every(minutes: number): Performed {
  return scheduled({ kind: 'every', everyMs: minutes * MINUTE })
}

/** Lets time go by with all that is promised on the way. */
async function pass(machine: FakeMachine, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 5 * MINUTE) {
    await settled()
    machine.pass(Math.min(left, 5 * MINUTE))
  }
  await settled()
}

function clock({ performer }: Performed): string | null {
  const at = performer.nextRunAt('web')
  return at === null ? null : new Date(at).toISOString().slice(11, 19)
}

void t.test('every ten minutes: first after ten, then ten after the start of the last run', (test) => {
  const set = every(10)
  const { machine, perform, news } = set
  perform({ kind: 'await-schedule' })
  test.equal(clock(set), '00:10:00')
  machine.pass(10 * MINUTE - 1)
  test.strictSame(news(), [])
  machine.pass(1)
  test.strictSame(news(), [DUE])
  test.equal(clock(set), null)
  machine.pass(5_000)
  perform({ kind: 'spawn', run: 1 })
  machine.pass(3 * MINUTE)
  perform({ kind: 'await-schedule' })
  test.equal(clock(set), '00:20:05')
  machine.pass(7 * MINUTE)
  test.strictSame(news(), [DUE])
  test.end()
})

void t.test('every ten minutes: times that pass during a run are left out', (test) => {
  const set = every(10)
  set.perform({ kind: 'spawn', run: 1 })
  set.machine.pass(25 * MINUTE)
  set.perform({ kind: 'await-schedule' })
  test.equal(clock(set), '00:30:00')
  set.machine.pass(HOUR)
  test.strictSame(set.news(), [DUE], 'once only')
  test.end()
})

void t.test('every ten minutes: a run that lasted as long as that does not start again at once', (test) => {
  const set = every(10)
  set.perform({ kind: 'spawn', run: 1 })
  set.machine.pass(10 * MINUTE)
  set.perform({ kind: 'await-schedule' })
  test.equal(clock(set), '00:20:00')
  test.end()
})

void t.test('every ten minutes: it is nothing to it that somebody sets the clock', (test) => {
  const set = every(10)
  set.perform({ kind: 'await-schedule' })
  set.machine.setClock(5 * HOUR)
  test.equal(clock(set), '05:10:00')
  set.machine.pass(10 * MINUTE - 1)
  test.strictSame(set.news(), [])
  set.machine.pass(1)
  test.strictSame(set.news(), [DUE])
  test.end()
})

void t.test('a time of the clock is waited for in short spans, and comes once', async (test) => {
  const set = scheduled(CRON)
  const { machine, perform, news } = set
  machine.pass(35 * MINUTE)
  perform({ kind: 'await-schedule' })
  test.equal(clock(set), null, 'nobody knows yet')
  await settled()
  test.equal(clock(set), '01:00:00')
  machine.news()
  await pass(machine, 25 * MINUTE - 1)
  test.strictSame(
    machine.news().filter((call) => call.startsWith('timer')),
    ['timer 600000', 'timer 300000'],
  )
  test.strictSame(news(), [])
  await pass(machine, 1)
  test.strictSame(news(), [DUE])
  await pass(machine, 3 * HOUR)
  test.strictSame([news(), clock(set)], [[], null])
})

void t.test('after a run the next time is awaited, and those that passed meanwhile are left out', async (test) => {
  const set = scheduled(CRON)
  set.perform({ kind: 'await-schedule' })
  await pass(set.machine, HOUR)
  test.strictSame(set.news(), [DUE])
  await pass(set.machine, 2.5 * HOUR)
  set.perform({ kind: 'await-schedule' })
  await settled()
  test.equal(clock(set), '04:00:00')
})

void t.test('a wait that is taken back brings nothing, whenever that is', async (test) => {
  const early = scheduled(CRON)
  early.perform({ kind: 'cancel-schedule' })
  early.perform({ kind: 'await-schedule' })
  early.perform({ kind: 'cancel-schedule' })
  await pass(early.machine, 2 * HOUR)
  test.strictSame([early.news(), clock(early)], [[], null])
  for (const late of [scheduled(CRON), every(60)]) {
    late.perform({ kind: 'await-schedule' })
    await pass(late.machine, 15 * MINUTE)
    late.perform({ kind: 'cancel-schedule' })
    await pass(late.machine, 2 * HOUR)
    test.strictSame([late.news(), clock(late)], [[], null])
  }
})

void t.test('a wait that is taken back in the moment of its time brings nothing', async (test) => {
  const set = scheduled(CRON)
  set.perform({ kind: 'await-schedule' })
  await pass(set.machine, HOUR - 1)
  set.machine.pass(1)
  set.perform({ kind: 'cancel-schedule' })
  await settled()
  test.strictSame(set.news(), [])
})

void t.test('a second wait takes the place of the first', async (test) => {
  const set = scheduled(CRON)
  set.perform({ kind: 'await-schedule' })
  set.perform({ kind: 'await-schedule' })
  await pass(set.machine, HOUR)
  test.strictSame(set.news(), [DUE])
})

void t.test('a clock that is set forward over several times brings one run', async (test) => {
  const set = scheduled(CRON)
  set.perform({ kind: 'await-schedule' })
  await settled()
  set.machine.setClock(5.5 * HOUR)
  await pass(set.machine, 10 * MINUTE)
  test.strictSame(set.news(), [DUE])
  set.perform({ kind: 'await-schedule' })
  await settled()
  test.equal(clock(set), '06:00:00')
})

void t.test('a clock that is set back brings the times that are before it now', async (test) => {
  const set = scheduled(CRON)
  set.machine.setClock(3.5 * HOUR)
  set.perform({ kind: 'await-schedule' })
  await settled()
  test.equal(clock(set), '04:00:00')
  set.machine.setClock(-2 * HOUR)
  await pass(set.machine, 10 * MINUTE)
  test.equal(clock(set), '02:00:00')
  await pass(set.machine, 20 * MINUTE)
  test.strictSame(set.news(), [DUE])
})

void t.test('a clock that steps back a little brings no time twice', async (test) => {
  const set = scheduled(CRON)
  set.perform({ kind: 'await-schedule' })
  await pass(set.machine, HOUR)
  test.strictSame(set.news(), [DUE])
  set.machine.setClock(-500)
  set.perform({ kind: 'await-schedule' })
  await settled()
  test.equal(clock(set), '02:00:00')
})

void t.test('a time is never told too early: a clock that runs slow is waited for', async (test) => {
  const set = scheduled(CRON)
  set.perform({ kind: 'await-schedule' })
  await pass(set.machine, 55 * MINUTE)
  set.machine.setClock(-20)
  set.machine.news()
  await pass(set.machine, 5 * MINUTE)
  test.strictSame(set.news(), [])
  test.strictSame(set.machine.news().at(-1), 'timer 20')
  await pass(set.machine, 20)
  test.strictSame(set.news(), [DUE])
})

void t.test('as long as nobody can tell the next time it is asked again, and warned of once', async (test) => {
  const answers: (() => Promise<number | null>)[] = [
    () => fail('no time zones'),
    () => Promise.reject(new Error('no memory')),
    async () => null,
    async () => Date.UTC(2026, 0, 1, 1),
  ]
  const set = scheduled(CRON)
  set.machine.times = () => (answers.shift() ?? (async () => null))()
  set.perform({ kind: 'await-schedule' })
  await pass(set.machine, 25 * MINUTE)
  test.strictSame(set.told, ['warning: web: cannot tell when it runs next: no time zones; asking again every 10 min'])
  test.equal(clock(set), null)
  await pass(set.machine, 5 * MINUTE)
  test.equal(clock(set), '01:00:00')
})

void t.test('a schedule without a next time is told', async (test) => {
  const set = scheduled(CRON)
  set.machine.times = async () => null
  set.perform({ kind: 'await-schedule' })
  await pass(set.machine, HOUR)
  const why = 'its schedule has no next time'
  test.strictSame(set.told, [`warning: web: cannot tell when it runs next: ${why}; asking again every 10 min`])
  test.strictSame(set.news(), [])
})

function fail(why: string): never {
  throw new Error(why)
}
