/** Controls, half surrogates, and marks that turn the direction of a line: what could lie about what is printed. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\u001b': '\\e' }

/** Characters that take no room of their own, in most terminals. */
const NARROWEST = /^[\p{Mn}\p{Me}\p{Cf}]$/u
/** Characters that take two columns (Unicode's East Asian Width, W and F, in coarse ranges). */
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1faff}\u{20000}-\u{3fffd}]|^\p{Emoji_Presentation}/u

/** The text with all that a terminal would act on written as an escape, such as `\e` or `\u202e`. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => SHORT[character] ?? escape(character))
}

function escape(character: string): string {
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`
}

/** How many columns of a terminal one printable character takes. */
export function columnsOf(character: string): 0 | 1 | 2 {
  // Nearly all characters are of this kind, and need no table.
  if (character < '\u0300') return 1
  if (NARROWEST.test(character)) return 0
  return WIDE.test(character) ? 2 : 1
}
