import type { Place } from '../../core/config/tree.ts'
import { cellWidth, escapeControls } from './text.ts'

/** Columns of the line that are shown, at most, and those of them before the caret when there is more behind it. */
const MAX_COLUMNS = 100
const MAX_BEFORE = 40

/** A line of a file and, below it, carets under a part of it: two texts to print one below the other. */
export interface Excerpt {
  readonly text: string
  readonly carets: string
}

/** Draws a part of a line; a long line is cut on both sides, and only what is near is looked at. */
export function drawExcerpt(line: string, { column, length }: Place): Excerpt {
  const start = column - 1
  // A character takes one or two columns, and no room only now and then.
  const from = Math.max(0, start - 2 * MAX_COLUMNS)
  const to = start + Math.min(length, MAX_COLUMNS) + 2 * MAX_COLUMNS
  const cells = toCells(line.slice(from, to), from)
  const rest = cells.filter((cell) => cell.end > start)
  const room = Math.max(MAX_BEFORE, MAX_COLUMNS - columns(rest))
  const before = fitFromEnd(
    cells.filter((cell) => cell.end <= start),
    room,
  )
  const shown = [...before, ...fitFromStart(rest, MAX_COLUMNS - columns(before))]
  const left = (shown[0]?.start ?? 0) > 0 ? '…' : ''
  const right = (shown.at(-1)?.end ?? line.length) < line.length ? '…' : ''
  const marked = shown.filter((cell) => cell.end > start && cell.start < start + length)
  return {
    text: `${left}${shown.map((cell) => cell.shown).join('')}${right}`,
    carets: `${' '.repeat(left.length + columns(before))}${'^'.repeat(Math.max(1, columns(marked)))}`,
  }
}

/** One character, from its first offset up to its end, as it is shown. */
interface Cell {
  readonly start: number
  readonly end: number
  readonly shown: string
  readonly columns: number
}

function toCells(text: string, offset: number): readonly Cell[] {
  let start = offset
  return Array.from(text, (character) => {
    const shown = character === '\t' ? '    ' : escapeControls(character)
    const cell = { start, end: start + character.length, shown, columns: cellWidth(shown) }
    start = cell.end
    return cell
  })
}

function columns(cells: readonly Cell[]): number {
  return cells.reduce((sum, cell) => sum + cell.columns, 0)
}

function fitFromStart(cells: readonly Cell[], limit: number): readonly Cell[] {
  let used = 0
  const end = cells.findIndex((cell) => (used += cell.columns) > limit)
  return end === -1 ? cells : cells.slice(0, end)
}

function fitFromEnd(cells: readonly Cell[], limit: number): readonly Cell[] {
  return fitFromStart(cells.toReversed(), limit).toReversed()
}
