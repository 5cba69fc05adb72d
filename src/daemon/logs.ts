import { labelFor, labelWidth, OWN_NAME } from '../core/log/label.ts'
import { createWorkbench } from '../core/log/lines.ts'
import type { Mark } from '../core/log/mark.ts'
import { DEFAULT_LOG_SETTINGS, type LogBuffer } from '../core/log/settings.ts'
import { tailLimits, type Decode, type LineChunk } from '../core/log/tail.ts'
import type { Clock, Output } from '../core/machine.ts'
import type { LogEntry, LogLine } from '../core/protocol.ts'
import { createCalendar } from './calendar.ts'
import { createFlow, type Source } from './flow.ts'
import { createLogMemory, type LogMemory } from './log-memory.ts'
import { createLineLog, type ServiceLog } from './service-log.ts'

/** Every service's output on its way out, and what is remembered of it. */
export interface Logs extends Pick<LogMemory, 'past' | 'follow'> {
  /** Begins the output of a new run; its process can have been spawned already. */
  readonly attach: (service: string, process: Source, run: number) => ServiceLog
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
  readonly clock: Pick<Clock, 'now' | 'today'>
  /** Every service's name: labels are as wide as the longest. */
  readonly services: readonly string[]
  /** How much of each is remembered; absent: the default. The supervisor's own words have their name, too. */
  readonly bufferOf?: (service: string) => LogBuffer
  readonly encode: (text: string) => Uint8Array
  readonly decode: Decode
  /** Colours a label, such as `web | `; absent: labels stay plain. */
  readonly paint?: (service: string, label: string) => string
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
  const bench = createWorkbench()
  const flow = createFlow(output)
  const bufferOf = options.bufferOf ?? (() => DEFAULT_LOG_SETTINGS.buffer)
  const limitsOf = (service: string) => tailLimits(options.services.length, bufferOf(service))
  const memory = createLogMemory(decode, limitsOf, createCalendar(clock))
  let droppedBytes = 0

  output.onOpen(() => {
    if (droppedBytes === 0) return
    output.write(
      'stdout',
      encode(`${labelFor(OWN_NAME, width)}output was not read: ${droppedBytes} bytes are dropped\n`),
    )
    droppedBytes = 0
  })

  function pass(service: string, chunk: LineChunk): void {
    if (output.level() === 'over') droppedBytes += chunk.bytes.length
    else output.write(chunk.stream, chunk.bytes)
    flow.check()
    memory.add(service, chunk)
  }

  return {
    attach(service, process, run) {
      const label = labelFor(service, width)
      const prefix = encode(options.paint?.(service, label) ?? label)
      const emit = (chunk: LineChunk) => pass(service, chunk)
      const lines = createLineLog({ run, prefix, bench, now: clock.now, decode, emit })
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
      memory.add(OWN_NAME, { at: clock.now(), run: 0, stream: 'stdout', bytes, prefixBytes: 0 })
    },
  }
}

function isLine(entry: LogEntry): entry is LogLine {
  return 'text' in entry
}
