import { onOneLine } from './quote.ts'

/** Values as short as this stand by chance inside of other words. */
const SHORT = 8
/** Characters that a value has to have: fewer are a word of any message, or stand in it by chance, and are soon guessed. */
export const SHORTEST_HIDDEN = 4
/** Values in one expression: V8 is fast up to some hundreds. */
const MAX_TOGETHER = 300
/** Characters of them: V8 throws "Regular expression too large" from some 30,000 on. */
const MAX_CHARACTERS = 8_000
/** Where a text was cut, by `quote` or by what keeps only the beginning of what somebody has printed. */
const CUT = /\u2026|\.\.\./g
/** Characters at the beginning of a value that may be told where it is cut: fewer stand there by chance. */
const MAX_TOLD = 3
/** What a variable holds that is called KEY or TOKEN and is no secret; hiding it would hide what is said. */
const PLAIN = /^(?:true|false)$/i

/**
 * Makes a function that puts `***` in place of secret values, also of those that stand in quotes with JSON's escapes, of
 * the lines of those that have several, and of the beginning of one where the text is cut (`…` or `...`).
 *
 * Values shorter than eight characters are replaced as whole words only; those shorter than four, `true`, `false` and
 * blanks never.
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
  // Too large for an expression; being the longest they come first.
  const huge = sorted.filter((value) => value.length > MAX_CHARACTERS)
  const long = inChunks(sorted.filter(isOfSize(SHORT, MAX_CHARACTERS))).map((some) => new RegExp(anyOf(some), 'g'))
  const short = inChunks(sorted.filter(isOfSize(0, SHORT - 1))).map(
    (some) => new RegExp(`(?<![\\p{L}\\p{N}_])(?:${anyOf(some)})(?![\\p{L}\\p{N}_])`, 'gu'),
  )
  const patterns = [...huge, ...long, ...short]
  const cuttable = sorted.filter((value) => value.length >= SHORT)
  return (text) => {
    const rest = patterns.reduce<string>((some, pattern) => some.replaceAll(pattern, mask), text)
    return rest.search(CUT) === -1 ? rest : hideBeginnings(rest, cuttable, mask)
  }
}

function hideBeginnings(text: string, values: readonly string[], mask: (value: string) => string): string {
  let hidden = ''
  let from = 0
  for (const { index: end } of text.matchAll(CUT)) {
    const begin = Math.min(end, ...values.map((value) => beginOf(value, text, { from, end })))
    if (begin === end) continue
    hidden += text.slice(from, begin) + mask(text.slice(begin, end))
    from = end
  }
  return hidden + text.slice(from)
}

/** Where the beginning of a value stands that reaches up to `end`; `end` when none does. */
function beginOf(value: string, text: string, { from, end }: { readonly from: number; readonly end: number }): number {
  const first = Math.max(from, end - value.length)
  const before = text.slice(first, end)
  const head = value.slice(0, MAX_TOLD + 1)
  for (let at = before.indexOf(head); at >= 0; at = before.indexOf(head, at + 1)) {
    if (value.startsWith(before.slice(at))) return first + at
  }
  return end
}

function isHidden(value: string): boolean {
  return value.trim().length >= SHORTEST_HIDDEN && !PLAIN.test(value)
}

/** How a value is written: as it is, on one line, by JSON.stringify, by `quote`, and, where only one line is told, by its lines. */
function spellings(value: string): readonly string[] {
  const escaped = JSON.stringify(value).slice(1, -1)
  const lines = value.split(/[\r\n]+/).filter((line) => line.length >= SHORT)
  return [value, onOneLine(value), escaped, onOneLine(escaped), ...lines]
}

function isOfSize(least: number, most: number): (value: string) => boolean {
  return ({ length }) => length >= least && length <= most
}

function inChunks(values: readonly string[]): readonly (readonly string[])[] {
  const chunks: string[][] = []
  let characters = 0
  for (const value of values) {
    const last = chunks.at(-1)
    characters += value.length
    if (last !== undefined && last.length < MAX_TOGETHER && characters <= MAX_CHARACTERS) last.push(value)
    else {
      chunks.push([value])
      characters = value.length
    }
  }
  return chunks
}

function anyOf(values: readonly string[]): string {
  return values.map((value) => value.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, escape)).join('|')
}

/** With the flag `u` a hyphen may not be escaped by a backslash. */
function escape(character: string): string {
  return character === '-' ? '\\x2d' : `\\${character}`
}
