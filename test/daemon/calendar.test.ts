import t from 'tap'
import { createCalendar } from '../../src/daemon/calendar.ts'

const DAY = 86_400_000

void t.test('an instant keeps its date, however the two clocks are read', async (test) => {
  let now = 100.7
  let today = DAY
  const dateOf = createCalendar({ now: () => now, today: () => today })
  const date = dateOf(50)
  for (const [elapsed, ticks] of [
    [0.2, 0],
    [0.4, 1],
    [1_000_000.9, 1_000_001],
  ] as const) {
    now = 100.7 + elapsed
    today = DAY + ticks
    test.equal(dateOf(50), date)
  }
  test.equal(dateOf(100.7), DAY)
})

void t.test('when the wall clock is set, dates follow it', async (test) => {
  let today = 0
  const dateOf = createCalendar({ now: () => 100, today: () => today })
  test.equal(dateOf(50), -50)
  today = DAY
  test.equal(dateOf(50), DAY - 50)
})
