import type { Format } from '../core/log/format.ts'
import type { LogFileSettings, LogSettings } from '../core/log/settings.ts'
import type { LineChunk } from '../core/log/tail.ts'
import type { Machine, Output, Stream } from '../core/machine.ts'
import { createDestination, type Branch, type Destination } from './destination.ts'
import type { Source } from './flow.ts'
import type { Holder, HoldBacks } from './held-back.ts'
import { shareSource } from './shared-source.ts'

/** Whose output it is, and what becomes of it. */
export interface LogOrigin {
  readonly service: string
  readonly run: number
  readonly settings: LogSettings
}

/** What brings the lines of one run to where they go. */
export interface Route {
  readonly pass: (chunk: LineChunk) => void
  /** The process has ended; what is left in its pipes is taken even where there is no room. */
  readonly release: () => void
}

/** How the lines of a run look. */
export interface Formats {
  /** In the container's output. */
  readonly shown: Readonly<Record<Stream, Format>>
  /** In a file. */
  readonly filed: Format
}

/** What all routes have in common. */
export interface RoutesOptions {
  readonly output: Output
  readonly openLogFile: Machine['openLogFile']
  readonly formatsFor: (origin: LogOrigin) => Formats
  /** When a monotonic instant was, ms since 1970. */
  readonly dateOf: (instant: number) => number
  readonly now: () => number
  readonly encode: (text: string) => Uint8Array
  /** Says in the supervisor's own name what cannot stand among the bytes of a raw log. */
  readonly warn: (text: string) => void
  readonly watch: HoldBacks['watch']
}

const DROPPING = 'set "logs: { overflow: drop }" for those that must not wait'

/** Slow readers are not told from those that have gone: both leave the queue full. */
const OUTPUT: Holder = {
  why: "nobody reads the container's output, or too slowly",
  wayOut: `see to its reader, or ${DROPPING}`,
}

function holderFor({ path }: LogFileSettings): Holder {
  const why = `${JSON.stringify(path)} takes no more, or too slowly`
  return { why, wayOut: `see to its disk or its reader, or ${DROPPING}` }
}

/** Makes the routes of runs: to the container's output, to files, to both or to none. */
export function createRoutes(options: RoutesOptions): (origin: LogOrigin, process: Source) => Route {
  const { encode, now } = options
  const timeOf = (instant: number): number => Math.round(options.dateOf(instant))
  const output = createDestination(options.output, 'output was not read fast enough')
  const files = new Map<string, Destination>()

  function fileFor(settings: LogFileSettings): Destination {
    const reason = `${JSON.stringify(settings.path)} was not written fast enough`
    const file = files.get(settings.path) ?? createDestination(options.openLogFile(settings), reason)
    files.set(settings.path, file)
    return file
  }

  /** What is missing is told by a line of the service's own, but where nothing may be added to those. */
  function tellerFor({ service, settings }: LogOrigin, formats: Formats['shown']) {
    return (words: string, stream: Stream, write: (line: Uint8Array) => void): void => {
      if (settings.format === 'raw') options.warn(`${service}: ${words}`)
      else write(formats[stream](encode(`… ${words}\n`), timeOf(now()), stream))
    }
  }

  return (origin, process) => {
    const { overflow, stdout, file } = origin.settings
    const { shown, filed } = options.formatsFor(origin)
    const source = shareSource(process)
    const join = (destination: Destination, holder: Holder, formats: Formats['shown']): Branch => {
      const watched = options.watch(origin.service, holder, source)
      return destination.join(watched, { overflow, tellGap: tellerFor(origin, formats) })
    }
    const container = stdout ? join(output, OUTPUT, shown) : null
    const log = file === null ? null : join(fileFor(file), holderFor(file), { stdout: filed, stderr: filed })
    return {
      pass({ at, stream, bytes }) {
        const format = shown[stream]
        container?.write(stream, bytes, () => format(bytes, timeOf(at), stream))
        log?.write(stream, bytes, () => filed(bytes, timeOf(at), stream))
      },
      release() {
        container?.release()
        log?.release()
      },
    }
  }
}
