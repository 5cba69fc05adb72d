import { addLines, formatLoss, NO_LOSS } from '../core/log/loss.ts'
import type { LogSettings } from '../core/log/settings.ts'
import type { Output, Stream } from '../core/machine.ts'
import { createFlow, type Source } from './flow.ts'

/** Somewhere that lines go: the container's own output, or a file. */
export interface Destination {
  /** Begins what one run writes to it. */
  readonly join: (source: Source, options: BranchOptions) => Branch
}

/** What one run writes to one destination. */
export interface Branch {
  /** Writes whole lines as `formatted` gives them, which is not called for those that are dropped. */
  readonly write: (stream: Stream, lines: Uint8Array, formatted: () => Uint8Array) => void
  /** The process has ended: what is left in its pipes is taken as long as there is any room. */
  readonly release: () => void
}

/** How a run's lines are dropped. */
interface BranchOptions {
  readonly overflow: LogSettings['overflow']
  /** Tells that there is a gap. `write` writes to where it is; the words are for people. */
  readonly tellGap: (words: string, stream: Stream, write: (line: Uint8Array) => void) => void
}

type Target = Pick<Output, 'write' | 'level' | 'onOpen'>

const STREAMS: readonly Stream[] = ['stdout', 'stderr']

/**
 * A destination over an output.
 *
 * While that is full, those who are to block wait, and what the others write is dropped. A run that has ended is read
 * on: its last words are in its pipes, and its end must not wait for a reader that may never come. Only when the output
 * is over are they dropped too.
 *
 * @param reason Why lines are dropped, in words.
 */
export function createDestination(output: Target, reason: string): Destination {
  const flow = createFlow(output)
  const gaps = new Set<() => void>()
  output.onOpen(() => {
    for (const close of gaps) close()
  })

  return {
    join(source, { overflow, tellGap }) {
      const lost = { stdout: NO_LOSS, stderr: NO_LOSS }
      let isReleased = false
      if (overflow === 'block') flow.join(source)

      const isToDrop = (): boolean => {
        const level = output.level()
        return level === 'over' || (level === 'full' && overflow === 'drop' && !isReleased)
      }
      /** Before the next line that is written, so that it stands where they are missing. */
      const closeGap = (): void => {
        gaps.delete(closeGap)
        for (const stream of STREAMS) {
          if (lost[stream] === NO_LOSS) continue
          const words = `${formatLoss(lost[stream])} dropped: ${reason}`
          lost[stream] = NO_LOSS
          tellGap(words, stream, (line) => output.write(stream, line))
        }
      }
      return {
        write(stream, lines, formatted) {
          if (isToDrop()) {
            lost[stream] = addLines(lost[stream], lines)
            gaps.add(closeGap)
            return
          }
          if (gaps.size > 0 && gaps.has(closeGap)) closeGap()
          output.write(stream, formatted())
          flow.check()
        },
        release() {
          isReleased = true
          flow.release(source)
        },
      }
    },
  }
}
