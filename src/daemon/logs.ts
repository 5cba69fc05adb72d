import { labelFor, labelWidth, OWN_NAME } from '../core/log/label.ts'
import { createFormats, type Format, type FormatMeans } from '../core/log/format.ts'
import type { LogSettings } from '../core/log/settings.ts'
import { tailLimits, type Decode, type LineChunk } from '../core/log/tail.ts'
import type { Clock, Output, Stream } from '../core/machine.ts'
import type { LogLine } from '../core/protocol.ts'
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
  readonly encode: (text: string) => Uint8Array
  readonly decode: Decode
  readonly isUtf8: FormatMeans['isUtf8']
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
  const formatFor = createFormats({ encode, decode, isUtf8: options.isUtf8, timestamp })
  const flow = createFlow(output)
  const dateOf = createCalendar(clock)
  const memory = createLogMemory(decode, tailLimits(options.services.length), dateOf)
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
    attach({ service, run, settings }, process) {
      const plain = labelFor(service, width)
      const label = options.paint?.(service, plain) ?? plain
      const formatOn = (stream: Stream): Format => {
        const stripAnsi = settings.stripAnsi && options.isTerminal?.(stream) !== true
        return formatFor({ settings: { ...settings, stripAnsi }, service, run, label })
      }
      const formats = { stdout: formatOn('stdout'), stderr: formatOn('stderr') }
      const emit = (chunk: LineChunk) => pass(service, chunk, formats)
      const lines = createLineLog({ settings, now: clock.now, decode, emit })
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
    tail: (services, last) => [...memory.past(services, last)],
    past: memory.past,
    follow: memory.follow,
  }
}

function timestamp(epochMs: number): string {
  return new Date(epochMs).toISOString()
}
