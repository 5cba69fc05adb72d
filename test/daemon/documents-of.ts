import type { Batch } from '../../src/core/control/exchange.ts'

/** What a client reads of a batch. */
export function documentsOf<T extends object>({ text }: Batch): readonly T[] {
  const lines = text().split('\n')
  if (lines.pop() !== '') throw new Error('the last document has no newline')
  return lines.map((line) => JSON.parse(line) as T)
}
