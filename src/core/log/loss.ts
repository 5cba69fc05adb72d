import { formatBytes } from '../text/bytes.ts'

/** Lines that did not get to where they should. */
export interface Loss {
  readonly lines: number
  readonly bytes: number
}

/** `1234 lines (55.9 KiB)`. */
export function formatLoss({ lines, bytes }: Loss): string {
  return `${lines} ${lines === 1 ? 'line' : 'lines'} (${formatBytes(bytes)})`
}
