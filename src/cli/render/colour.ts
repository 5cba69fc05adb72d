/** Select Graphic Rendition (ECMA-48); the bright ones are everybody's extension of it. */
const CODES = {
  bold: 1,
  dim: 2,
  red: 31,
  green: 32,
  yellow: 33,
  blue: 34,
  magenta: 35,
  cyan: 36,
  'bright green': 92,
  'bright yellow': 93,
  'bright blue': 94,
  'bright magenta': 95,
  'bright cyan': 96,
} as const

/** How a piece of text looks. */
export type Style = keyof typeof CODES

/** Gives a text its look, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string

/** For a terminal with colour. */
export const inColour: Paint = (style, text) => `\u001B[${CODES[style]}m${text}\u001B[0m`

/** For everything else. */
export const plain: Paint = (_style, text) => text
