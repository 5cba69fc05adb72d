/**
 * What a terminal would act on: controls, other line ends, marks that turn the direction of a line, half characters; and
 * the two that are no characters, which XML cannot hold (XML 1.0, 2.2).
 */
export const UNPRINTABLE: RegExp = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/gu

/** Text on one line, with escapes as JSON has them in place of what a terminal would act on. */
export function onOneLine(text: string): string {
  return text.replaceAll(UNPRINTABLE, escape)
}

/** Text for a message: in double quotes, on one line, and not too long. */
export function quote(text: string): string {
  return onOneLine(JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text))
}

/** As JSON does; C1 controls and what follows it leaves as they are. */
function escape(character: string): string {
  const escaped = JSON.stringify(character).slice(1, -1)
  return escaped === character ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}` : escaped
}
