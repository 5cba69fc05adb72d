import t from 'tap'
import { startContainer } from '../support/container.ts'
import { UNLESS_PID_1 } from '../support/requirements.ts'
import { IDLE, shell, written } from '../support/written.ts'

const skip = UNLESS_PID_1

t.jobs = 4

void t.test(
  'schedule and schedule.every: it runs again and again, and never twice at once',
  { skip, buffered: true },
  async (test) => {
    const file = written({
      short: { type: 'oneshot', script: shell('echo "at $(date +%s%N)"'), schedule: 'every 1s' },
      long: { type: 'oneshot', script: 'mkdir lock; echo began; sleep 1.4; rmdir lock', schedule: { every: '1s' } },
      fails: { type: 'oneshot', script: 'exit 3', schedule: 'every 1s' },
      hourly: { type: 'oneshot', command: 'true', schedule: 'every 1h' },
    })
    const began = Date.now()
    const container = await startContainer(test, { file })
    const hourly = await container.service('hourly')
    test.match(hourly, {
      state: 'waiting',
      run: 0,
      well: true,
      reason: 'waiting for its next time',
    })
    const wait = Date.parse(hourly.next ?? '') - Date.parse(hourly.since)
    test.ok(wait > 3_590_000 && wait <= 3_600_100, `${wait} ms`)
    await container.line(/long: starting \(run 2\)/)
    await container.line(/short: starting \(run 3\)/)
    test.match(await container.serviceThat('fails', ({ run, state }) => run >= 2 && state === 'failed'), {
      exit: { code: 3 },
      well: true,
    })
    const at = container.output.all(/^short +\| at (\d+)$/).map(({ match }) => Number(match[1]) / 1e6)
    for (const [index, ms] of at.entries())
      test.ok(ms >= began + 1000 * (index + 1), `the ${index + 1}. after so many s`)
    const { state } = await container.serviceThat('long', ({ run }) => run >= 2)
    test.not(state, 'failed', 'with two at once there would be no lock for the second')
  },
)

void t.test(
  'schedule.cron and schedule.time_zone: when it runs next, and at once when it is asked for',
  { skip, buffered: true },
  async (test) => {
    const job = { type: 'oneshot', command: ['echo', 'ran'] }
    const file = written({
      container: { ...job, schedule: '30 3 * * *' },
      berlin: { ...job, schedule: { cron: '30 3 * * *', time_zone: 'Asia/Tokyo' } },
      often: { ...job, schedule: { cron: '* * * * *' } },
    })
    const container = await startContainer(test, { file, environment: { TZ: 'America/New_York' } })
    const nextOf = async (name: string): Promise<Date> => new Date((await container.service(name)).next ?? 0)
    test.match(hourIn(await nextOf('container'), 'America/New_York'), /03:30:00/)
    test.match(hourIn(await nextOf('berlin'), 'Asia/Tokyo'), /03:30:00/)
    const soon = (await nextOf('often')).getTime() - Date.now()
    test.ok(soon <= 60_000 && soon > -1_000, String(soon))
    test.equal((await container.supervisor('start', 'berlin')).status, 0)
    await container.line(/^berlin +\| ran$/)
    test.match(await container.serviceThat('berlin', ({ state }) => state === 'completed'), { run: 1, well: true })
    test.match(hourIn(await nextOf('berlin'), 'Asia/Tokyo'), /03:30:00/)
  },
)

void t.test(
  'schedule: one that can never come is an error, and so is one of a longrun',
  { skip, buffered: true },
  async (test) => {
    const file = written({
      never: { type: 'oneshot', command: 'true', schedule: '0 0 30 2 *' },
      nowhere: { type: 'oneshot', command: 'true', schedule: { cron: '0 0 * * *', time_zone: 'Mars/Olympus' } },
      longrun: { command: 'true', schedule: 'every 10m' },
      idle: IDLE,
    })
    const { status, text } = await (await startContainer(test, { file })).end()
    test.equal(status, 78)
    test.match(text, /services\.never\.schedule: /)
    test.match(text, /services\.nowhere\.schedule(\.time_zone)?: /)
    test.match(text, /services\.longrun/)
    test.match(text, /3 errors/)
  },
)

function hourIn(date: Date, timeZone: string): string {
  return date.toLocaleTimeString('en-GB', { timeZone })
}
