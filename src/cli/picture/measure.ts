/**
 * The width that a text takes in a sans-serif font, at most: nobody knows which font is there. Nearly all are narrower, of
 * those that come with systems DejaVu Sans is the widest.
 *
 * @param size Of the font, in the units of the result.
 */
export function textWidth(content: string, size: number, weight: 'regular' | 'bold' = 'regular'): number {
  let ems = 0
  for (const character of content) ems += widthOf(character)
  return ems * size * (weight === 'bold' ? 1.12 : 1)
}

/** A text within a width, with an ellipsis in place of what is over. */
export function fit(content: string, width: number, size: number, weight: 'regular' | 'bold' = 'regular'): string {
  if (textWidth(content, size, weight) <= width) return content
  const characters = Array.from(content)
  while (characters.length > 0 && textWidth(`${characters.join('')}…`, size, weight) > width) characters.pop()
  return `${characters.join('')}…`
}

/** In ems, by classes of characters; measured on DejaVu Sans, and rounded up. */
function widthOf(character: string): number {
  if (/[ijlI.,:;'|![\]() ]/u.test(character)) return 0.4
  if (/[frtJ/\\"*-]/u.test(character)) return 0.46
  if (/[mwMW@%\u2014\u2026]/u.test(character)) return 1
  if (/[A-Z&+<>=\u00D7~^#]/u.test(character)) return 0.8
  return character < '\u0300' ? 0.65 : 1.05
}
