/** Chunks that are written together. */
export type Batch = readonly Uint8Array[]

/** The file that a batch is for. */
export interface CutOptions {
  /** Null: it has no limit, and neither has one whose `maxBytes` is null. */
  readonly size: number | null
  readonly maxBytes: number | null
  /** It ends with the beginning of a line. */
  readonly isWithinLine: boolean
}

const NEWLINE = 10

/**
 * Cuts a batch where the file is full: behind the last line that fits. A line that is longer than a whole file has one
 * for itself, over the limit: none is ever in two.
 */
export function cutAtLimit(
  batch: Batch,
  { size, maxBytes, isWithinLine }: CutOptions,
): { readonly fitting: Batch; readonly later: Batch } {
  const bytes = batch.reduce((sum, chunk) => sum + chunk.length, 0)
  if (size === null || maxBytes === null || size + bytes <= maxBytes) return { fitting: batch, later: [] }
  const all = Buffer.concat(batch)
  const room = maxBytes - size
  const lastEnd = room <= 0 ? 0 : all.lastIndexOf(NEWLINE, room - 1) + 1
  // An empty file must take something, and so must one that has the beginning of the line.
  const cut = lastEnd > 0 || (size > 0 && !isWithinLine) ? lastEnd : all.indexOf(NEWLINE) + 1 || all.length
  return { fitting: cut === 0 ? [] : [all.subarray(0, cut)], later: cut === all.length ? [] : [all.subarray(cut)] }
}
