import type { World } from '../core/config/world.ts'

/** A world that does not know about schedules yet. */
export type WorldWithoutSchedules = Omit<World, 'scheduleRefusal'>

/**
 * Checks a file. What knows about schedules is loaded only when the file has one, and the file then checked once more:
 * a start without any pays nothing.
 */
export async function withSchedules<T>(world: WorldWithoutSchedules, check: (world: World) => T): Promise<T> {
  let hasSchedule = false
  const checked = check({
    ...world,
    scheduleRefusal: () => {
      hasSchedule = true
      return null
    },
  })
  if (!hasSchedule) return checked
  const { scheduleRefusal } = await import('../system/schedule.ts')
  return check({ ...world, scheduleRefusal })
}
