import { onOneLine } from './quote.ts'

/** Values as short as this stand by chance inside of other words. */
const SHORT = 8
/** Values in one expression: V8 is fast up to some hundreds. */
const MAX_TOGETHER = 300
/** What a variable holds that is called KEY or TOKEN and is no secret; hiding it would hide what is said. */
const PLAIN = /^(?:\d|true|false|yes|no|on|off)$/i

/**
 * Makes a function that puts `***` in place of secret values, also of those that stand in quotes with JSON's escapes.
 *
 * Values shorter than eight characters are replaced as whole words only; `true`, `false`, `yes`, `no`, `on`, `off`,
 * numbers of one digit and blanks never.
 *
 * @param mask What is put in place of a value.
 */
export function createRedactor(
  values: Iterable<string>,
  mask: (value: string) => string = () => '***',
): (text: string) => string {
  const shown = new Set([...values].filter(isHidden).flatMap(spellings))
  // The longest first: one value may begin with another.
  const sorted = [...shown].toSorted((a, b) => b.length - a.length)
  const long = inChunks(sorted.filter((value) => value.length >= SHORT)).map((some) => new RegExp(anyOf(some), 'g'))
  const short = inChunks(sorted.filter((value) => value.length < SHORT)).map(
    (some) => new RegExp(`(?<![\\p{L}\\p{N}_])(?:${anyOf(some)})(?![\\p{L}\\p{N}_])`, 'gu'),
  )
  const patterns = [...long, ...short]
  return (text) => patterns.reduce((rest, pattern) => rest.replace(pattern, mask), text)
}

function isHidden(value: string): boolean {
  return value.trim() !== '' && !PLAIN.test(value)
}

/** How a value is written: as it is, by JSON.stringify, and by `quote`. */
function spellings(value: string): readonly string[] {
  const escaped = JSON.stringify(value).slice(1, -1)
  return [value, escaped, onOneLine(escaped)]
}

function inChunks(values: readonly string[]): readonly (readonly string[])[] {
  const count = Math.ceil(values.length / MAX_TOGETHER)
  return Array.from({ length: count }, (_, index) => values.slice(index * MAX_TOGETHER, (index + 1) * MAX_TOGETHER))
}

function anyOf(values: readonly string[]): string {
  return values.map((value) => value.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, escape)).join('|')
}

/** With the flag `u` a hyphen may not be escaped by a backslash. */
function escape(character: string): string {
  return character === '-' ? '\\x2d' : `\\${character}`
}
