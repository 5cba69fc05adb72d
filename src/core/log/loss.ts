import { formatBytes } from '../text/bytes.ts'
import { countNewlines } from './count-newlines.ts'

/** Lines that did not get to where they should. */
export interface Loss {
  readonly lines: number
  readonly bytes: number
}

/** Nothing is missing. */
export const NO_LOSS: Loss = { lines: 0, bytes: 0 }

/** The same with some more lines. */
export function addLines(loss: Loss, bytes: Uint8Array): Loss {
  return { lines: loss.lines + countNewlines(bytes), bytes: loss.bytes + bytes.length }
}

/** `1234 lines (55.9 KiB)`. */
export function formatLoss({ lines, bytes }: Loss): string {
  return `${lines} ${lines === 1 ? 'line' : 'lines'} (${formatBytes(bytes)})`
}
