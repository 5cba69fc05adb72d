import { array, assert, constant, oneof, property, stringMatching } from 'fast-check'
import t from 'tap'
import type { Schedule } from '../../src/core/config/model.ts'
import { nextTime, scheduleRefusal } from '../../src/system/schedule.ts'

function cron(expression: string, timeZone: string | null = 'UTC'): Schedule {
  return { kind: 'cron', expression, timeZone }
}

/** The next times after an instant, as dates. */
function nextTimes(schedule: Schedule, after: string, count: number): readonly string[] {
  const found: string[] = []
  let at: number | null = Date.parse(after)
  while (found.length < count) {
    at = nextTime(schedule, at)
    if (at === null) break
    found.push(new Date(at).toISOString().slice(0, 16))
  }
  return found
}

for (const [expression, next] of [
  ['*/5 * * * *', '2026-01-01T00:05'],
  ['30 4 * * *', '2026-01-01T04:30'],
  ['0 0 1 * *', '2026-02-01T00:00'],
  ['0 0 29 2 *', '2028-02-29T00:00'],
  ['15,45 22-23/1 * * *', '2026-01-01T22:15'],
  ['0 */24 * * *', '2026-01-02T00:00'],
  ['0 12 * feb-MAR Mon-fri', '2026-02-02T12:00'],
  ['0 12 * * 5-7', '2026-01-02T12:00'],
  ['0 12 13 * FRI', '2026-01-02T12:00'],
  ['0 12 L * *', '2026-01-31T12:00'],
  ['0 12 31W 1 *', '2026-01-30T12:00'],
  ['0 12 * * FRI#2', '2026-01-09T12:00'],
  ['0 12 * * 5#L', '2026-01-30T12:00'],
  ['  0\t12  2 * *  ', '2026-01-02T12:00'],
  ['@hourly', '2026-01-01T01:00'],
  ['@Daily', '2026-01-02T00:00'],
  ['@midnight', '2026-01-02T00:00'],
  ['@weekly', '2026-01-04T00:00'],
  ['@monthly', '2026-02-01T00:00'],
  ['@yearly', '2027-01-01T00:00'],
  ['@annually', '2027-01-01T00:00'],
] as const) {
  void t.test(`"${expression}" comes next at ${next}`, async (test) => {
    test.equal(scheduleRefusal(cron(expression)), null)
    test.same(nextTimes(cron(expression), '2026-01-01T00:00:00Z', 1), [next])
  })
}

void t.test('the next time is always after the instant, to the millisecond', async (test) => {
  const noon = Date.parse('2026-01-01T12:00:00Z')
  test.equal(nextTime(cron('0 12 * * *'), noon - 1), noon)
  test.equal(nextTime(cron('0 12 * * *'), noon), noon + 86_400_000)
  test.equal(nextTime(cron('0 12 * * *'), noon + 1), noon + 86_400_000)
})

void t.test('an interval is added to the instant', async (test) => {
  test.equal(nextTime({ kind: 'every', everyMs: 600_000 }, 1_000), 601_000)
  test.equal(nextTime({ kind: 'every', everyMs: 8.64e15 }, 1_000), null)
  test.equal(scheduleRefusal({ kind: 'every', everyMs: 1 }), null)
  test.equal(scheduleRefusal({ kind: 'every', everyMs: 0 }), 'it has to be longer than nothing')
})

void t.test('a time zone has its own midnight, and the machine has one too', async (test) => {
  test.same(nextTimes(cron('0 0 * * *', 'Asia/Kolkata'), '2026-01-01T00:00:00Z', 1), ['2026-01-01T18:30'])
  const next = new Date(nextTime(cron('0 0 * * *', null), Date.parse('2026-01-01T12:00:00Z')) ?? 0)
  test.same([next.getHours(), next.getMinutes()], [0, 0])
})

void t.test(
  'when clocks go forward, a fixed time of the gap comes after it, and one of a step does not',
  async (test) => {
    // Europe/Berlin, 29 March 2026: 02:00 is 03:00.
    const fixed = cron('30 2,14 * * *', 'Europe/Berlin')
    test.same(nextTimes(fixed, '2026-03-28T12:00:00Z', 4), [
      '2026-03-28T13:30',
      '2026-03-29T01:00',
      '2026-03-29T12:30',
      '2026-03-30T00:30',
    ])
    const step = cron('30 */2 * * *', 'Europe/Berlin')
    test.same(nextTimes(step, '2026-03-28T22:00:00Z', 3), ['2026-03-28T23:30', '2026-03-29T02:30', '2026-03-29T04:30'])
  },
)

void t.test('when clocks go back, a fixed time comes once, and a step goes on through both hours', async (test) => {
  // Europe/Berlin, 25 October 2026: 03:00 is 02:00.
  const fixed = cron('30 2 * * *', 'Europe/Berlin')
  test.same(nextTimes(fixed, '2026-10-24T12:00:00Z', 2), ['2026-10-25T00:30', '2026-10-26T01:30'])
  const step = cron('*/30 * * * *', 'Europe/Berlin')
  test.same(nextTimes(step, '2026-10-25T00:00:00Z', 4), [
    '2026-10-25T00:30',
    '2026-10-25T01:00',
    '2026-10-25T01:30',
    '2026-10-25T02:00',
  ])
})

void t.test('what can never come is refused, and why is told', async (test) => {
  test.equal(
    scheduleRefusal(cron('0 0 30 2 *')),
    'it never comes: month "2" has no day "30"; choose another day, or L for the last of each month',
  )
  test.equal(
    scheduleRefusal(cron('0 0 31 apr,JUN *')),
    'it never comes: month "apr,JUN" has no day "31"; choose another day, or L for the last of each month',
  )
  test.equal(
    scheduleRefusal(cron('0 0 31W 2 *')),
    'it never comes: month "2" has no day "31W"; choose another day, or L for the last of each month',
  )
  test.equal(nextTime(cron('0 0 30 2 *'), 0), null)
})

const FIVE =
  'a cron expression has 5 fields (minute hour day month weekday)%, or is one of @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly'
const REST = 'ranges (1-5), steps (*/2), and lists of these (1,3)'

for (const [expression, why] of [
  ['', FIVE.replace('%', '')],
  ['hello', FIVE.replace('%', ', not 1')],
  ['@reboot', FIVE.replace('%', '')],
  ['* * * *', FIVE.replace('%', ', not 4')],
  ['0 * * * * *', FIVE.replace('%', ', not 6')],
  ['2030-01-01T00:00:00', FIVE.replace('%', ', not 1')],
  ['60 * * * *', `"60" is no minute; allowed are "*", 0 to 59, ${REST}`],
  ['1,,2 * * * *', `"" is no minute; allowed are "*", 0 to 59, ${REST}`],
  ['-5 * * * *', `"-5" is no minute; allowed are "*", 0 to 59, ${REST}`],
  ['* 24 * * *', `"24" is no hour; allowed are "*", 0 to 23, ${REST}`],
  ['* 1-2-3 * * *', `"1-2-3" is no hour; allowed are "*", 0 to 23, ${REST}`],
  [
    '0 0 0 * *',
    `"0" is no day; allowed are "*", 1 to 31, L (the last day), 15W (the working day nearest to the 15th), ${REST}`,
  ],
  ['0 0 * january *', `"january" is no month; allowed are "*", 1 to 12, JAN to DEC, ${REST}`],
  [
    '0 0 * * 8',
    `"8" is no weekday; allowed are "*", 0 to 7 (0 and 7 are Sunday), SUN to SAT, FRI#2 (the second of the month), FRI#L (the last), ${REST}`,
  ],
  ['0 0 * * fri-mon', '"fri-mon" runs backwards; write it as two ranges: "5-7,0-1"'],
  ['5/10 * * * *', '"5/10" has a step but no range; write "5-59/10"'],
  ['*/0 * * * *', 'the step of "*/0" is not from 1 to 60, as for the minute'],
  ['0 */25 * * *', 'the step of "*/25" is not from 1 to 24, as for the hour'],
  ['0 0 * * */8', 'the step of "*/8" is not from 1 to 7, as for the weekday'],
  [
    '0 0 LW * *',
    `"LW" is no day; allowed are "*", 1 to 31, L (the last day), 15W (the working day nearest to the 15th), ${REST}`,
  ],
  [' '.repeat(501), 'it is longer than 500 characters'],
] as const) {
  void t.test(`"${expression.trim()}" is refused`, async (test) => {
    test.equal(scheduleRefusal(cron(expression)), why)
  })
}

for (const zone of ['Nowhere/City', '', '+02:00', 'Europe/Berlin ']) {
  void t.test(`"${zone}" is no time zone`, async (test) => {
    test.equal(
      scheduleRefusal(cron('0 0 * * *', zone)),
      `there is no time zone "${zone}"; use an IANA name, such as "Europe/Berlin" or "UTC"`,
    )
  })
}

void t.test('whatever is written, it is refused or has a next time, and nothing throws', async (test) => {
  const item = stringMatching(
    /^(?:\*|[0-9]{1,2}|[0-7]#[1-5L]|JAN|sun|L|LW|[0-9]{1,2}W|[0-9]-[0-9]{1,2})(?:\/[0-9]{1,2})?$/,
  )
  const field = oneof(
    constant('*'),
    array(item, { minLength: 1, maxLength: 3 }).map((items) => items.join(',')),
  )
  assert(
    property(array(field, { minLength: 5, maxLength: 5 }), (fields) => {
      const schedule = cron(fields.join(' '))
      const next = nextTime.bind(null, schedule, 0)
      return scheduleRefusal(schedule) !== null || next() !== null
    }),
    { numRuns: 2000 },
  )
  test.pass()
})
