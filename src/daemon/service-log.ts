import { createLineStream, flushLine, takeLines } from '../core/log/lines.ts'
import type { Room } from '../core/log/room.ts'
import type { LogSettings } from '../core/log/settings.ts'
import { linesOf, type Decode, type LineChunk } from '../core/log/tail.ts'
import type { Cancel, Stream } from '../core/machine.ts'

/** The output of one run. */
export interface ServiceLog {
  /** What the process wrote; the chunk's memory may be used again after the call. */
  readonly output: (stream: Stream, chunk: Uint8Array) => void
  /** Nothing more will come: last lines without a newline go out. */
  readonly outputEnded: () => void
  /** The process has ended; what is left in its pipes is read even when the output is full. */
  readonly exited: () => void
  /** Tells once, when a line of either stream matches; a line counts when it is whole. */
  readonly waitForLine: (pattern: RegExp, matched: () => void) => Cancel
  /** Tells whole lines of either stream as they come. */
  readonly followLines: (heard: Heard) => Cancel
}

/** Whom the log serves. */
export interface ServiceLogOptions {
  readonly settings: Pick<LogSettings, 'format' | 'maxLineBytes'>
  readonly room: Room
  readonly run: number
  readonly now: () => number
  readonly decode: Decode
  /** Takes whole lines, whose memory is used again after the call. */
  readonly emit: (chunk: LineChunk) => void
}

type Heard = (lines: readonly string[]) => void

/** What turns the chunks of one run into whole lines. */
export function createLineLog(options: ServiceLogOptions): Omit<ServiceLog, 'exited'> {
  const { settings, room, run, now, decode, emit } = options
  const splits = settings.format === 'raw' ? ('bare' as const) : ('marked' as const)
  const kind = { maxLineBytes: settings.maxLineBytes, splits, room }
  const streams = { stdout: createLineStream(kind), stderr: createLineStream(kind) }
  const followers = new Set<Heard>()

  function pass(stream: Stream, bytes: Uint8Array): void {
    if (bytes.length === 0) return
    const chunk = { at: now(), run, stream, bytes }
    emit(chunk)
    if (followers.size === 0) return
    const lines = linesOf(chunk, decode)
    for (const heard of followers) heard(lines)
  }

  function followLines(heard: Heard): Cancel {
    followers.add(heard)
    return () => void followers.delete(heard)
  }

  return {
    output: (stream, chunk) => pass(stream, takeLines(streams[stream], chunk)),
    outputEnded() {
      pass('stdout', flushLine(streams.stdout))
      pass('stderr', flushLine(streams.stderr))
    },
    waitForLine(pattern, matched) {
      const cancel = followLines((lines) => {
        if (!lines.some((line) => isMatch(line, pattern))) return
        cancel()
        matched()
      })
      return cancel
    },
    followLines,
  }
}

/** A `RangeError` is V8's word for an expression that would take more memory than it has for going back: no match. */
function isMatch(line: string, pattern: RegExp): boolean {
  try {
    // `search` begins at the start whatever the pattern's flags; `test` would not with `g`.
    return line.search(pattern) >= 0
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}
