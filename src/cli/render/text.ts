/** What moves the cursor, changes the direction of writing or ends a line, byte order marks and halves of characters. */
const CONTROLS = /[\p{Cc}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF\p{Cs}]/gu

const ESCAPE = String.fromCodePoint(27)

/** Sequences that only set colour and weight (ECMA-48, SGR): harmless, and services write them. */
const COLOURS = new RegExp(String.raw`(${ESCAPE}\[[\d;:]*m)`, 'u')

/** Makes characters visible that would do something to a terminal: an escape becomes `\x1b`. */
export function escapeControls(text: string): string {
  return text.replaceAll(CONTROLS, escaped)
}

/** The same for a line of a service's output, whose colours and tabs may stay. */
export function escapeLine(text: string): string {
  const parts = text.split(COLOURS)
  const shown = parts.map((part, index) =>
    index % 2 === 1 ? part : part.replaceAll(CONTROLS, (control) => (control === '\t' ? control : escaped(control))),
  )
  return parts.length > 1 ? `${shown.join('')}${ESCAPE}[0m` : shown.join('')
}

/** The columns that a text takes on a terminal: wide characters take two, combining ones none. */
export function cellWidth(text: string): number {
  if (/^[ -~]*$/u.test(text)) return text.length
  let width = 0
  for (const character of text) width += widthOf(character)
  return width
}

/** The text within so many columns, with `…` in place of what is over. */
export function cut(text: string, width: number): string {
  if (width < 1) return ''
  let used = 0
  let offset = 0
  // Where the text ends when something has to make room for the ellipsis.
  let end = 0
  for (const character of text) {
    used += widthOf(character)
    if (used > width) return `${text.slice(0, end)}…`
    offset += character.length
    if (used < width) end = offset
  }
  return text
}

/**
 * A text in lines of at most so many columns, broken at blanks; words that are longer stand alone and are cut.
 *
 * @param indent Stands before each line but the first.
 */
export function wrap(text: string, width: number, indent: string): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line.trim() !== '' && cellWidth(line) + 1 + cellWidth(word) > width) {
      lines.push(line)
      line = `${indent}${word}`
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].map((one) => cut(one, width))
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
