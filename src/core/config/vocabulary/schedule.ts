import type { Schedule } from '../model.ts'
import { either } from '../shape/collection.ts'
import { object, type Keys, type Section } from '../shape/object.ts'
import { plainTree } from '../shape/plain.ts'
import { matching, POSITIVE_DURATION } from '../shape/scalar.ts'
import { convert, located, report, type At, type Located, type Shape } from '../shape/shape.ts'

/** When a oneshot runs. */
export interface ScheduleKeys {
  readonly schedule: Located<Schedule> | undefined
}

interface ScheduleDocument {
  readonly cron: string | undefined
  readonly time_zone: string | undefined
  readonly every: number | undefined
}

/** A job that ends at once would otherwise keep the machine busy. */
const SHORTEST_MS = 1000

const EVERY: Shape<number> = convert(POSITIVE_DURATION, (ms, at) =>
  ms >= SHORTEST_MS ? ms : report(at, 'bad-value', 'it may run once a second at most; write "1s" or more'),
)

const LONG: Shape<Schedule> = convert(
  object<ScheduleDocument>(
    {
      name: 'services.NAME.schedule',
      rules: [
        { kind: 'exactly-one', keys: ['cron', 'every'] },
        { kind: 'only-with', keys: ['time_zone'], with: ['cron'] },
      ],
    },
    {
      cron: {
        shape: matching('a cron expression such as "0 3 * * *"', String.raw`\S`),
        description: 'The times, as crontab(5) has them: minute, hour, day of the month, month, day of the week.',
        example: 'cron: 0 3 * * *',
      },
      time_zone: {
        shape: matching('a time zone such as "Europe/Berlin"', String.raw`^\S+$`),
        defaultNote: "the container's, `TZ` or else UTC",
        description: 'The time zone of the times, by its name in the IANA database.',
        example: 'cron: 0 3 * * *\ntime_zone: Europe/Berlin',
      },
      every: {
        shape: EVERY,
        description:
          'The time from the start of a run to that of the next, and before the first one; 1s or more. While a run lasts longer, the times that pass are skipped.',
        example: 'every: 10m',
      },
    },
  ),
  toSchedule,
)

function toSchedule({ values }: Section<ScheduleDocument>): Schedule | undefined {
  if (values.every !== undefined) return { kind: 'every', everyMs: values.every }
  if (values.cron === undefined) return undefined
  return { kind: 'cron', expression: values.cron.trim(), timeZone: values.time_zone ?? null }
}

const SHORT: Shape<Schedule> = convert(
  matching('"every 10m", a cron expression such as "0 3 * * *"', String.raw`\S`),
  readShort,
)

function readShort(found: string, at: At): Schedule | undefined {
  const [isEvery, every = ''] = /^\s*every(?:\s+(.*))?$/s.exec(found) ?? []
  if (isEvery === undefined) return { kind: 'cron', expression: found.trim(), timeZone: null }
  const everyMs = EVERY.read({ ...at, tree: plainTree(every.trim(), at.tree.place) })
  return everyMs === undefined ? undefined : { kind: 'every', everyMs }
}

/** Their keys. */
export const SCHEDULE_KEYS: Keys<ScheduleKeys> = {
  schedule: {
    shape: located(either({ scalar: SHORT, mapping: LONG })),
    description:
      'When a oneshot runs: a cron expression or `every 10m`, or a mapping. It never runs twice at once: a time that passes while it runs is skipped. `on_failure` is `ignore` then, unless written.',
    example: 'type: oneshot\ncommand: [node, clean-up.js]\nschedule: every 10m',
  },
}
