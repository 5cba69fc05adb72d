import type { Schedule } from '../core/config/model.ts'
import { formatMs } from '../core/text/span.ts'

/** When a oneshot runs, as in `every 10 min` or `0 3 * * *, Europe/Berlin`. */
export function describeSchedule(schedule: Schedule): string {
  switch (schedule.kind) {
    case 'every':
      return `every ${formatMs(schedule.everyMs)}`
    case 'cron':
      return schedule.timeZone === null ? schedule.expression : `${schedule.expression}, ${schedule.timeZone}`
  }
}
