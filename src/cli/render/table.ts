import type { Paint, Style } from './colour.ts'
import { cellWidth, cut } from './text.ts'

/** A column: numbers stand to the right. */
export interface Column {
  readonly title: string
  readonly align: 'left' | 'right'
}

/** One field of a table; its text must be harmless to a terminal. */
export interface Cell {
  readonly text: string
  readonly style: Style | null
}

const GAP = 2

/** Lines of a table, its titles first, aligned by what a terminal shows. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  paint: Paint,
): readonly string[] {
  const titles = columns.map(({ title }): Cell => ({ text: title, style: 'dim' }))
  const widths = columnWidths(columns, rows)
  return [titles, ...rows].map((cells) => {
    const last = cells.findLastIndex(({ text }) => text !== '')
    return cells
      .slice(0, last + 1)
      .map((cell, index) => {
        const padding = ' '.repeat(Math.max(0, (widths[index] ?? 0) - cellWidth(cell.text)))
        const shown = cell.style === null ? cell.text : paint(cell.style, cell.text)
        if (columns[index]?.align === 'right') return padding + shown
        return index === last ? shown : shown + padding
      })
      .join(' '.repeat(GAP))
  })
}

/** The columns of a terminal that the table takes. */
export function tableWidth(columns: readonly Column[], rows: readonly (readonly Cell[])[]): number {
  return columnWidths(columns, rows).reduce((sum, width) => sum + width + GAP, -GAP)
}

/** The rows, with what is longest in one column cut so that the table takes so many columns less. */
export function narrowed(rows: readonly (readonly Cell[])[], column: number, by: number): readonly (readonly Cell[])[] {
  if (by <= 0) return rows
  const longest = rows.reduce((most, cells) => Math.max(most, cellWidth(cells[column]?.text ?? '')), 0)
  const room = Math.max(LEAST, longest - by)
  return rows.map((cells) =>
    cells.map((cell, index) => (index === column ? { ...cell, text: cut(cell.text, room) } : cell)),
  )
}

/** With less than this of a name nobody knows who is meant. */
const LEAST = 8

function columnWidths(columns: readonly Column[], rows: readonly (readonly Cell[])[]): readonly number[] {
  return columns.map(({ title }, index) =>
    Math.max(title.length, ...rows.map((cells) => cellWidth(cells[index]?.text ?? ''))),
  )
}
