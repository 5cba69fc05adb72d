import type { Batch } from '../../src/core/control/exchange.ts'
import type { LogEntry } from '../../src/core/protocol.ts'

/** What a client reads of a batch. */
export function documentsOf({ text }: Batch): readonly LogEntry[] {
  const lines = text().split('\n')
  if (lines.pop() !== '') throw new Error('the last document has no newline')
  return lines.map((line) => JSON.parse(line) as LogEntry)
}
