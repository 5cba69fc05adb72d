import t from 'tap'
import { clock } from '../../src/system/clock.ts'
import { within } from './recorder.ts'

void t.test('a timer expires once, not before its time', async (test) => {
  const startedAt = clock.now()
  await within<null>('expiry', 5_000, (resolve) => void clock.startTimer(20.5, () => resolve(null)))
  test.ok(clock.now() - startedAt >= 20, `after ${clock.now() - startedAt} ms`)
})

void t.test('a timer that was taken back does not expire, and taking it back again does no harm', async (test) => {
  let expired = 0
  const cancel = clock.startTimer(1, () => (expired += 1))
  cancel()
  cancel()
  await within<null>('expiry', 5_000, (resolve) => {
    const done = clock.startTimer(10, () => resolve(null))
    return done
  })
  test.equal(expired, 0)
})

void t.test('a time beyond what setTimeout can hold does not expire at once, and can be taken back', async (test) => {
  let expired = 0
  const cancels = [2 ** 31, 2 ** 40, Infinity].map((afterMs) => clock.startTimer(afterMs, () => (expired += 1)))
  await within<null>('expiry', 5_000, (resolve) => void clock.startTimer(20, () => resolve(null)))
  test.equal(expired, 0)
  for (const cancel of cancels) cancel()
})

void t.test('now is monotonic, today is the calendar', (test) => {
  const before = clock.now()
  test.ok(clock.now() >= before)
  test.ok(Math.abs(clock.today() - Date.now()) < 1_000)
  test.end()
})
