import { textWidth } from './measure.ts'
import { label } from './sheet.ts'
import { element } from './xml.ts'

/** A sign and what it means. */
export interface Entry {
  readonly word: string
  /** Drawn in a room of 24 by 16, from its upper left corner. */
  readonly sign: readonly string[]
}

/** A legend in rows. */
export interface Legend {
  readonly height: number
  /** The least width that its widest entry needs. */
  readonly content: string
}

const SIZE = 12
const SIGN_WIDTH = 24
const ROW_HEIGHT = 24
const GAP = 20

/** Draws entries in as many rows as they take, from the left. */
export function drawLegend(
  entries: readonly Entry[],
  at: { readonly x: number; readonly y: number; readonly width: number },
): Legend {
  let x = 0
  let row = 0
  const drawn = entries.map(({ word, sign }) => {
    const width = entryWidth(word)
    if (x > 0 && x + width > at.width) {
      x = 0
      row += 1
    }
    const place = { x: at.x + x, y: at.y + row * ROW_HEIGHT }
    x += width + GAP
    return element(
      'g',
      { transform: `translate(${place.x.toFixed(1)} ${place.y})` },
      ...sign,
      label({ x: SIGN_WIDTH + 6, y: 12 }, word, { size: SIZE, className: 'muted' }),
    )
  })
  return { height: entries.length === 0 ? 0 : (row + 1) * ROW_HEIGHT, content: drawn.join('') }
}

/** The room of the widest entry: less would not hold it. */
export function legendWidth(entries: readonly Entry[]): number {
  return Math.max(0, ...entries.map(({ word }) => entryWidth(word)))
}

function entryWidth(word: string): number {
  return SIGN_WIDTH + 6 + textWidth(word, SIZE)
}
