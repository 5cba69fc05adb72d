import { createFormats, type Format, type FormatMeans } from '../core/log/format.ts'
import { labelFor, labelWidth, OWN_NAME } from '../core/log/label.ts'
import type { Mark } from '../core/log/mark.ts'
import { DEFAULT_LOG_SETTINGS, type LogBuffer } from '../core/log/settings.ts'
import { createRoom } from '../core/log/room.ts'
import { tailLimits, type Decode, type LineChunk } from '../core/log/tail.ts'
import type { Clock, Machine, Output, Stream } from '../core/machine.ts'
import type { LogEntry, LogLine } from '../core/protocol.ts'
import { timestamp } from './calendar.ts'
import type { Source } from './flow.ts'
import { createHoldBacks, type HoldBacks } from './held-back.ts'
import { createLogMemory, type LogMemory } from './log-memory.ts'
import { createRoutes, type Formats, type LogOrigin } from './routes.ts'
import { createLineLog, type ServiceLog } from './service-log.ts'

/** Every service's output on its way out, and what is remembered of it. */
export interface Logs
  extends Pick<LogMemory, 'past' | 'follow'>, Pick<HoldBacks, 'heldBack'>, Pick<LogsOptions, 'redact'> {
  /** Begins the output of a new run; its process can have been spawned already. */
  readonly attach: (origin: LogOrigin, process: Source) => ServiceLog
  /** The last lines of each of the services, or for null as many as an answer has room for, by time, oldest first. */
  readonly tail: (services: readonly string[], last: number | null) => readonly LogLine[]
  /** Remembers where a run of a service begins or ends. */
  readonly mark: (service: string, run: number, mark: Mark) => void
  /** Remembers what the supervisor itself has said. */
  readonly remember: (words: string) => void
}

/** What the logs need. */
export interface LogsOptions {
  readonly output: Output
  readonly openLogFile: Machine['openLogFile']
  readonly clock: Pick<Clock, 'now' | 'startTimer'>
  /** When a monotonic instant was, ms since 1970. */
  readonly dateOf: (instant: number) => number
  /** Every service's name: labels are as wide as the longest. */
  readonly services: readonly string[]
  /** How much of each is remembered; absent: the default. The supervisor's own words have their name, too. */
  readonly bufferOf?: (service: string) => LogBuffer
  readonly encode: (text: string) => Uint8Array
  readonly decode: Decode
  readonly isUtf8: FormatMeans['isUtf8']
  /** Takes the secrets out of a text of the supervisor's; what services write is left as it is. */
  readonly redact: (text: string) => string
  /** Colours a label, such as `web | `; absent: labels stay plain. */
  readonly paint?: (service: string, label: string) => string
  /** Whether the output is a terminal, which is not spared escape sequences; absent: it is none. */
  readonly isTerminal?: (stream: Stream) => boolean
  /** Says in the supervisor's own name what cannot stand among the lines of a service. */
  readonly warn: (text: string) => void
}

/** More than a pipe gives at once with the longest line that is usual. */
const MAX_ROOM_BYTES = 262_144

/** The logs of all services. What is remembered has also the lines that were dropped on their way out. */
export function createLogs(options: LogsOptions): Logs {
  const { clock, dateOf, decode, encode, isUtf8, redact, warn } = options
  const bufferOf = options.bufferOf ?? (() => DEFAULT_LOG_SETTINGS.buffer)
  const limitsOf = (service: string) => tailLimits(options.services.length, bufferOf(service))
  const memory = createLogMemory(decode, limitsOf, dateOf)
  const formatsFor = createLooks(options, createFormats({ encode, decode, isUtf8, timestamp }))
  const room = createRoom(MAX_ROOM_BYTES)
  const { watch, heldBack } = createHoldBacks({ now: clock.now, startTimer: clock.startTimer, warn })
  const routeFor = createRoutes({ ...options, formatsFor, now: clock.now, watch })

  return {
    attach(origin, process) {
      const { service, settings } = origin
      const route = routeFor(origin, process)
      const emit = (chunk: LineChunk): void => {
        route.pass(chunk)
        memory.add(service, chunk)
      }
      const lines = createLineLog({ settings, room, run: origin.run, now: clock.now, decode, emit })
      return {
        ...lines,
        outputEnded() {
          lines.outputEnded()
          route.release()
        },
        exited: route.release,
      }
    },
    tail: (services, last) => [...memory.past(services, { last, since: null, until: null })].filter(isLine),
    past: memory.past,
    follow: memory.follow,
    heldBack,
    redact,
    mark: (service, run, mark) => {
      const told = mark.event === 'not-started' ? { ...mark, reason: redact(mark.reason) } : mark
      memory.add(service, { at: clock.now(), run, mark: told })
    },
    remember: (words) => {
      const bytes = encode(`${redact(words)}\n`)
      memory.add(OWN_NAME, { at: clock.now(), run: 0, stream: 'stdout', bytes })
    },
  }
}

/** How the lines of a run look: on a terminal they may be painted, and keep their own colours. */
function createLooks(
  { services, paint, isTerminal }: LogsOptions,
  formatFor: ReturnType<typeof createFormats>,
): (origin: LogOrigin) => Formats {
  const width = labelWidth(services)
  return ({ service, run, settings }) => {
    const label = labelFor(service, width)
    const filed = formatFor({ settings, service, run, label })
    const isPainted = paint !== undefined && settings.format === 'text' && settings.prefix
    const shownOn = (stream: Stream): Format => {
      const keepsAnsi = settings.stripAnsi && isTerminal?.(stream) === true
      if (!isPainted && !keepsAnsi) return filed
      const stripAnsi = settings.stripAnsi && !keepsAnsi
      const shownLabel = isPainted ? paint(service, label) : label
      return formatFor({ settings: { ...settings, stripAnsi }, service, run, label: shownLabel })
    }
    return { filed, shown: { stdout: shownOn('stdout'), stderr: shownOn('stderr') } }
  }
}

function isLine(entry: LogEntry): entry is LogLine {
  return 'text' in entry
}
