import { formatBytes } from '../text/bytes.ts'

/** Lines that did not get to where they should. */
export interface Loss {
  readonly lines: number
  readonly bytes: number
}

/** Nothing is missing. */
export const NO_LOSS: Loss = { lines: 0, bytes: 0 }

const NEWLINE = 10

/** The same with some more lines. */
export function addLines(loss: Loss, bytes: Uint8Array): Loss {
  let { lines } = loss
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, end + 1)) lines += 1
  return { lines, bytes: loss.bytes + bytes.length }
}

/** `1234 lines (55.9 KiB)`. */
export function formatLoss({ lines, bytes }: Loss): string {
  return `${lines} ${lines === 1 ? 'line' : 'lines'} (${formatBytes(bytes)})`
}
