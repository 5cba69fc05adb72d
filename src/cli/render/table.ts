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

/** A table's columns and rows. */
interface Table<C extends Column> {
  readonly columns: readonly C[]
  readonly rows: readonly (readonly Cell[])[]
}

/** What a table may lose to a narrow terminal. */
interface Fit {
  readonly width: number
  /** The title of the column whose texts may be cut. */
  readonly names: string
  /** The titles of columns that may go, the least telling first. */
  readonly dispensable: readonly string[]
}

/**
 * The table within so many columns of a terminal. Names are cut first, to a third of it: one that is long must not take
 * all other columns. Then columns go; what is left beside them is the names'.
 */
export function fitted<C extends Column>(table: Table<C>, { width, names, dispensable }: Fit): Table<C> {
  const third = Math.floor(width / 3)
  let kept = table
  for (const title of dispensable) {
    if (widthOf(withColumnCut(kept, names, third)) <= width) break
    kept = without(kept, title)
  }
  const over = widthOf(kept) - width
  return over <= 0 ? kept : withColumnCut(kept, names, columnWidth(kept, names) - over)
}

/** The table, with what is longest in one column, but not its title, cut so that it takes so many columns less. */
export function narrowed<C extends Column>(table: Table<C>, title: string, by: number): Table<C> {
  if (by <= 0) return table
  const { rows } = withColumnCut(table, title, Math.max(title.length, columnWidth(table, title) - by))
  return { columns: table.columns, rows }
}

/** With less than this of a name nobody knows who is meant. */
const LEAST = 8

function withColumnCut<C extends Column>({ columns, rows }: Table<C>, title: string, width: number): Table<C> {
  const room = Math.max(LEAST, width)
  const isCut = columns.map((column) => column.title === title)
  return {
    columns: columns.map((column, index) => (isCut[index] === true ? { ...column, title: cut(title, room) } : column)),
    rows: rows.map((cells) =>
      cells.map((cell, index) => (isCut[index] === true ? { ...cell, text: cut(cell.text, room) } : cell)),
    ),
  }
}

function columnWidth({ columns, rows }: Table<Column>, title: string): number {
  return columnWidths(columns, rows)[columns.findIndex((column) => column.title === title)] ?? 0
}

function without<C extends Column>({ columns, rows }: Table<C>, title: string): Table<C> {
  const isKept = columns.map((column) => column.title !== title)
  return {
    columns: columns.filter((_, index) => isKept[index]),
    rows: rows.map((cells) => cells.filter((_, index) => isKept[index])),
  }
}

function widthOf({ columns, rows }: Table<Column>): number {
  return tableWidth(columns, rows)
}

function columnWidths(columns: readonly Column[], rows: readonly (readonly Cell[])[]): readonly number[] {
  return columns.map(({ title }, index) =>
    Math.max(title.length, ...rows.map((cells) => cellWidth(cells[index]?.text ?? ''))),
  )
}
