import { cellWidth } from './text.ts'

/** How large a terminal is. */
export interface Size {
  readonly columns: number
  readonly rows: number
}

/** Control Sequence Introducer (ECMA-48). */
const CSI = '\u001B['

/** Takes the whole terminal: its other screen, so that this one comes back; no cursor, and no line goes on in the next. */
export const TAKE_SCREEN: string = `${CSI}?1049h${CSI}?25l${CSI}?7l`

/** Gives it back as it was. */
export const GIVE_SCREEN_BACK: string = `${CSI}?7h${CSI}?25h${CSI}?1049l`

/**
 * What brings a terminal from the lines that it shows to others. Only what differs is written, over what stood there:
 * nothing is blank in between. Terminals that know it (mode 2026) show all of it at once; to others it means nothing.
 *
 * @param before What it shows; null when that is not known.
 */
export function repaint(before: readonly string[] | null, lines: readonly string[], size: Size): string {
  const shown = lines.slice(0, size.rows)
  const changed = shown.map((line, row) =>
    line === before?.[row] ? '' : `${CSI}${row + 1};1H${line}${eraseBehind(line, size)}`,
  )
  const isMoreBelow = shown.length < Math.min(before?.length ?? Infinity, size.rows)
  const text = changed.join('') + (isMoreBelow ? `${CSI}${shown.length + 1};1H${CSI}J` : '')
  return text === '' ? '' : `${CSI}?2026h${text}${CSI}?2026l`
}

/** Behind a line that fills the width the cursor still stands on its last character, which would go too. */
function eraseBehind(line: string, { columns }: Size): string {
  return cellWidth(line.replaceAll(STYLES, '')) < columns ? `${CSI}K` : ''
}

const STYLES = new RegExp(String.raw`${CSI.replace('[', String.raw`\[`)}[\d;]*m`, 'gu')
