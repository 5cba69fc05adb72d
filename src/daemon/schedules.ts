import type { Schedule, ServiceConfig } from '../core/config/model.ts'
import type { Cancel, Machine } from '../core/machine.ts'
import { createCalendar } from './calendar.ts'
import { awaitTime } from './await-time.ts'

/** When the oneshots with a schedule run next. */
export interface Schedules {
  /** Waits for the next time of the service; never two waits at once. */
  readonly await: (service: string) => void
  readonly cancel: (service: string) => void
  /** A run has begun, for whatever reason: `every` counts from here. */
  readonly started: (service: string) => void
  /** What is waited for, ms since 1970; null when nothing is, or nobody knows yet. */
  readonly nextAt: (service: string) => number | null
}

/** What schedules need. */
export interface SchedulesParts {
  readonly machine: Pick<Machine, 'clock' | 'nextTime'>
  readonly services: ReadonlyMap<string, ServiceConfig>
  /** Told once for each wait. */
  readonly due: (service: string) => void
  readonly warn: (text: string) => void
}

/** No schedule is awaited yet. */
export function createSchedules(parts: SchedulesParts): Schedules {
  const { services } = parts
  const desk = { ...parts, dateOf: createCalendar(parts.machine.clock) }
  const entries = new Map<string, Entry>()
  const entryOf = (service: string): Entry => {
    const entry = entries.get(service) ?? { startedAt: null, lastDueAt: null, wait: null }
    entries.set(service, entry)
    return entry
  }
  const cancel = (service: string): void => {
    const entry = entryOf(service)
    entry.wait?.cancel()
    entry.wait = null
  }
  return {
    await: (service) => {
      const schedule = services.get(service)?.schedule ?? null
      if (schedule === null) throw new Error(`internal error: "${service}" has no schedule`)
      cancel(service)
      const entry = entryOf(service)
      entry.wait = startWait(desk, entry, { service, schedule })
    },
    cancel,
    started: (service) => {
      if ((services.get(service)?.schedule ?? null) !== null) entryOf(service).startedAt = parts.machine.clock.now()
    },
    nextAt: (service) => entries.get(service)?.wait?.nextAt() ?? null,
  }
}

interface Desk extends SchedulesParts {
  /** When a monotonic instant is, ms since 1970. */
  readonly dateOf: (instant: number) => number
}

/** What is known of one service. */
interface Entry {
  /** When its last run began, or else when it was first awaited; monotonic. */
  startedAt: number | null
  /** The last time of its schedule that came, ms since 1970. */
  lastDueAt: number | null
  wait: Wait | null
}

interface Wait {
  readonly cancel: Cancel
  readonly nextAt: () => number | null
}

function startWait(desk: Desk, entry: Entry, whose: { readonly service: string; readonly schedule: Schedule }): Wait {
  const { service, schedule } = whose
  const due = (): void => {
    entry.wait = null
    desk.due(service)
  }
  if (schedule.kind === 'every') return waitForSpan(desk, entry, { everyMs: schedule.everyMs, due })
  return awaitTime(
    { ...desk.machine, warn: (text) => desk.warn(`${service}: ${text}`) },
    { schedule, lastDueAt: entry.lastDueAt },
    (time) => {
      entry.lastDueAt = time
      due()
    },
  )
}

/**
 * Waits for the first multiple of a span after the start of the last run. Spans are measured on the monotonic clock:
 * it is nothing to them that somebody sets the other one.
 */
function waitForSpan(
  { machine: { clock }, dateOf }: Desk,
  entry: Entry,
  { everyMs, due }: { readonly everyMs: number; readonly due: () => void },
): Wait {
  const now = clock.now()
  entry.startedAt ??= now
  const spans = Math.floor((now - entry.startedAt) / everyMs) + 1
  const dueAt = entry.startedAt + spans * everyMs
  return { cancel: clock.startTimer(dueAt - now, due), nextAt: () => dateOf(dueAt) }
}
