import { labelFor, labelWidth, OWN_NAME } from '../core/log/label.ts'
import type { ByteText } from '../core/log/byte-text.ts'
import { createFormats, type Format } from '../core/log/format.ts'
import type { Mark } from '../core/log/mark.ts'
import { DEFAULT_LOG_SETTINGS, type LogBuffer, type LogSettings } from '../core/log/settings.ts'
import { tailLimits, type Decode, type LineChunk, type TailLimits } from '../core/log/tail.ts'
import type { Clock, Output, Stream } from '../core/machine.ts'
import type { LogEntry, LogLine } from '../core/protocol.ts'
import { createCalendar } from './calendar.ts'
import { createFlow, type Source } from './flow.ts'
import { createLogMemory, type LogMemory } from './log-memory.ts'
import { createLineLog, type ServiceLog } from './service-log.ts'

/** Every service's output on its way out, and what is remembered of it. */
export interface Logs extends Pick<LogMemory, 'past' | 'follow'> {
  /** Begins the output of a new run; its process can have been spawned already. */
  readonly attach: (origin: LogOrigin, process: Source) => ServiceLog
  /** The last lines of each of the services, or for null as many as an answer has room for, by time, oldest first. */
  readonly tail: (services: readonly string[], last: number | null) => readonly LogLine[]
  /** Remembers where a run of a service begins or ends. */
  readonly mark: (service: string, run: number, mark: Mark) => void
  /** Remembers what the supervisor itself has said. */
  readonly remember: (words: string) => void
}

/** Whose output it is, and what becomes of it. */
export interface LogOrigin {
  readonly service: string
  readonly run: number
  readonly settings: LogSettings
}

type Formats = Readonly<Record<Stream, Format>>

/** What the logs need. */
export interface LogsOptions {
  readonly output: Output
  readonly clock: Pick<Clock, 'now' | 'today'>
  /** Every service's name: labels are as wide as the longest. */
  readonly services: readonly string[]
  /** How much of each is remembered; absent: the default. The supervisor's own words have their name, too. */
  readonly bufferOf?: (service: string) => LogBuffer
  readonly encode: (text: string) => Uint8Array
  readonly decode: Decode
  readonly byteText: ByteText
  /** Colours a label, such as `web | `; absent: labels stay plain. */
  readonly paint?: (service: string, label: string) => string
  /** Whether the output is a terminal, which is not spared escape sequences; absent: it is none. */
  readonly isTerminal?: (stream: Stream) => boolean
}

/**
 * The logs of all services.
 *
 * While the output is full, every process's pipes are left unread, and so the services wait. A run that has ended is
 * read on: its last words are in its pipes, and its end must not wait for a reader that may never come. Only when the
 * output is over are lines dropped, and counted; the tail still has them.
 */
export function createLogs(options: LogsOptions): Logs {
  const { output, clock, decode, encode } = options
  const width = labelWidth(options.services)
  const formatsOf = formatsFor(options, width)
  const flow = createFlow(output)
  const dateOf = createCalendar(clock)
  const memory = createLogMemory(decode, (service) => limitsOf(service, options), dateOf)
  let droppedBytes = 0

  output.onOpen(() => {
    if (droppedBytes === 0) return
    output.write(
      'stdout',
      encode(`${labelFor(OWN_NAME, width)}output was not read: ${droppedBytes} bytes are dropped\n`),
    )
    droppedBytes = 0
  })

  function pass(service: string, chunk: LineChunk, formats: Formats): void {
    const bytes = formats[chunk.stream](chunk.bytes, Math.round(dateOf(chunk.at)), chunk.stream)
    if (output.level() === 'over') droppedBytes += bytes.length
    else output.write(chunk.stream, bytes)
    flow.check()
    memory.add(service, chunk)
  }

  return {
    attach(origin, process) {
      const { service, run, settings } = origin
      const formats = formatsOf(origin)
      const emit = (chunk: LineChunk) => pass(service, chunk, formats)
      const lines = createLineLog({ settings, run, now: clock.now, decode, emit })
      flow.join(process)
      return {
        ...lines,
        outputEnded() {
          lines.outputEnded()
          flow.release(process)
        },
        exited: () => flow.release(process),
      }
    },
    tail: (services, last) => [...memory.past(services, { last, since: null, until: null })].filter(isLine),
    past: memory.past,
    follow: memory.follow,
    mark: (service, run, mark) => memory.add(service, { at: clock.now(), run, mark }),
    remember: (words) => {
      const bytes = encode(`${words}\n`)
      memory.add(OWN_NAME, { at: clock.now(), run: 0, stream: 'stdout', bytes })
    },
  }
}

function limitsOf(service: string, { services, bufferOf }: LogsOptions): TailLimits {
  return tailLimits(services.length, bufferOf?.(service) ?? DEFAULT_LOG_SETTINGS.buffer)
}

/** What makes the formats of one run, of either stream. */
function formatsFor(options: LogsOptions, width: number): (origin: LogOrigin) => Formats {
  const { encode, decode, byteText } = options
  const formatFor = createFormats({ encode, decode, byteText, timestamp })
  return ({ service, run, settings }) => {
    const plain = labelFor(service, width)
    const label = options.paint?.(service, plain) ?? plain
    const formatOn = (stream: Stream): Format => {
      const stripAnsi = settings.stripAnsi && options.isTerminal?.(stream) !== true
      return formatFor({ settings: { ...settings, stripAnsi }, service, run, label })
    }
    return { stdout: formatOn('stdout'), stderr: formatOn('stderr') }
  }
}

function isLine(entry: LogEntry): entry is LogLine {
  return 'text' in entry
}

function timestamp(epochMs: number): string {
  return new Date(epochMs).toISOString()
}
