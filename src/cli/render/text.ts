import { UNPRINTABLE } from '../../core/text/quote.ts'

const ESCAPE = String.fromCodePoint(27)

/** Sequences that only set colour and weight (ECMA-48, SGR): harmless, and services write them. */
const COLOURS = new RegExp(String.raw`(${ESCAPE}\[[\d;:]*m)`, 'u')

/** Makes characters visible that would do something to a terminal: an escape becomes `\x1b`. */
export function escapeControls(text: string): string {
  return text.replaceAll(UNPRINTABLE, escaped)
}

/** The same for a line of a service's output, whose colours and tabs may stay. */
export function escapeLine(text: string): string {
  const parts = text.split(COLOURS)
  const shown = parts.map((part, index) =>
    index % 2 === 1 ? part : part.replaceAll(UNPRINTABLE, (control) => (control === '\t' ? control : escaped(control))),
  )
  return parts.length > 1 ? `${shown.join('')}${ESCAPE}[0m` : shown.join('')
}

/** The columns that a text takes on a terminal: wide characters take two, combining ones none. */
export function cellWidth(text: string): number {
  if (isPlain(text)) return text.length
  let width = 0
  for (const [, cells] of measured(text)) width += cells
  return width
}

/** The text within so many columns, with `…` in place of what is over. */
export function cut(text: string, width: number): string {
  if (width < 1) return ''
  if (isPlain(text)) return text.length <= width ? text : `${text.slice(0, width - 1)}…`
  let used = 0
  let offset = 0
  // Where the text ends when something has to make room for the ellipsis.
  let end = 0
  for (const [character, cells] of measured(text)) {
    used += cells
    if (used > width) return `${text.slice(0, end)}…`
    offset += character.length
    if (used < width) end = offset
  }
  return text
}

/**
 * The text on lines of so many columns, broken between words where that can be; the last of so many lines is cut.
 *
 * @returns At least one line.
 */
export function wrap(text: string, width: number, maxLines: number = Infinity): readonly string[] {
  const lines: string[] = []
  let rest = text
  // A wide character has no room on a line of one column.
  if (width < 2) return [cut(text, width)]
  while (lines.length + 1 < maxLines && cellWidth(rest) > width) {
    const most = fitting(rest, width)
    const space = rest.lastIndexOf(' ', most)
    const end = space > 0 ? space : most
    lines.push(rest.slice(0, end).trimEnd())
    rest = rest.slice(end).trimStart()
  }
  return [...lines, cut(rest, width)]
}

/** How much of a text, in UTF-16 units, a line of so many columns takes: one character at least. */
function fitting(text: string, width: number): number {
  let used = 0
  let offset = 0
  for (const [character, cells] of measured(text)) {
    used += cells
    if (used > width && offset > 0) return offset
    offset += character.length
  }
  return offset
}

/** Nearly all texts are of this kind, and need no table. */
function isPlain(text: string): boolean {
  return /^[ -~]*$/u.test(text)
}

/** Characters with the columns that each adds; what makes an emoji of the one before (U+FE0F) makes that one wide. */
function* measured(text: string): Generator<readonly [string, number]> {
  let before = 0
  for (const character of text) {
    const cells = character === '\uFE0F' && before === 1 ? 1 : widthOf(character)
    yield [character, cells]
    before = cells
  }
}

const NAMED: ReadonlyMap<string, string> = new Map([
  ['\t', String.raw`\t`],
  ['\n', String.raw`\n`],
  ['\r', String.raw`\r`],
])

function escaped(control: string): string {
  const code = control.codePointAt(0) ?? 0
  const hex = code.toString(16)
  return NAMED.get(control) ?? (code < 256 ? `\\x${hex.padStart(2, '0')}` : `\\u${hex.padStart(4, '0')}`)
}

/** Characters that take no column of their own, in most terminals; of Hangul, the vowels and finals of a syllable. */
const COMBINING = /[\p{Mn}\p{Me}\p{Cf}\u1160-\u11FF]/u

/** East Asian Wide and Fullwidth (UAX #11), in the blocks that matter. */
const WIDE =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6\u{1F200}-\u{1F265}\u{20000}-\u{3FFFD}]|\p{Emoji_Presentation}/u

function widthOf(character: string): number {
  // Nearly all characters are of this kind, and need no table.
  if (character < '\u0300') return 1
  if (COMBINING.test(character)) return 0
  return WIDE.test(character) ? 2 : 1
}
