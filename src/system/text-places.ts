import type { Place } from '../core/config/tree.ts'

/** The place of what stands from the offset `start` up to `end`, cut at the end of its first line. */
export type PlaceOf = (start: number, end: number) => Place

/**
 * Turns offsets in a text into places; columns and lengths count UTF-16 units, as editors do.
 *
 * Lines end at LF or CRLF. Offsets outside of the text are taken as its nearest end.
 */
export function createPlaces(file: string, source: string): PlaceOf {
  const starts = lineStarts(source)
  return (start, end) => {
    const from = Math.min(Math.max(start, 0), source.length)
    const index = lineAt(starts, from)
    const lineStart = starts[index] ?? 0
    const lineEnd = endOfLine(source, starts[index + 1])
    const column = Math.min(from, lineEnd) - lineStart
    const length = Math.min(end, lineEnd) - lineStart - column
    return { file, line: index + 1, column: column + 1, length: Math.max(length, 0) }
  }
}

function lineStarts(source: string): readonly number[] {
  const starts = [0]
  for (let at = source.indexOf('\n'); at !== -1; at = source.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

/** Index of the last line that starts at or before the offset. */
function lineAt(starts: readonly number[], offset: number): number {
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((starts[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return low
}

function endOfLine(source: string, next: number | undefined): number {
  if (next === undefined) return source.length
  return source[next - 2] === '\r' ? next - 2 : next - 1
}
