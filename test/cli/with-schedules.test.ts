import t from 'tap'
import type { Schedule } from '../../src/core/config/model.ts'
import type { World } from '../../src/core/config/world.ts'
import { withSchedules } from '../../src/cli/with-schedules.ts'
import { worldOf } from '../core/config/world-of.ts'

const NEVER: Schedule = { kind: 'cron', expression: '0 0 30 2 *', timeZone: null }

void t.test('a file with a schedule is checked again, with the rules', async (test) => {
  let checks = 0
  const refusal = await withSchedules(worldOf(), (world: World) => {
    checks += 1
    return world.scheduleRefusal(NEVER)
  })
  test.same(
    [checks, refusal],
    [2, 'it never comes: month "2" has no day "30"; choose another day, or L for the last of each month'],
  )
})

void t.test('a file without one is checked once', async (test) => {
  let checks = 0
  const refusal = await withSchedules(worldOf(), () => ++checks)
  test.same([checks, refusal], [1, 1])
})
