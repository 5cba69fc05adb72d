import type { TextForm } from '../shape/form.ts'
import { reportBadValue, scalar } from '../shape/scalar.ts'
import { describeTree, report, type At, type Shape } from '../shape/shape.ts'
import { parseSize, SIZE_PATTERN } from '../size.ts'

/** What sizes may stand somewhere. */
export interface SizeRange {
  /** With its article: `a size such as "64m"`. */
  readonly words: string
  /** As one would write them. */
  readonly least: string
  readonly most: string | null
  /** What a bare number that is too small was meant in. */
  readonly unit: 'k' | 'm'
}

/** A size within bounds, in bytes. */
export function size(range: SizeRange): Shape<number> {
  const form: TextForm = { kind: 'text', words: range.words, pattern: SIZE_PATTERN, also: ['integer'] }
  const leastBytes = parseSize(range.least) ?? 0
  const mostBytes = range.most === null ? Number.MAX_SAFE_INTEGER : (parseSize(range.most) ?? 0)
  return scalar(form, (found, at) => {
    const bytes = parseSize(found)
    if (bytes === null) return reportBadValue(at, form)
    if (bytes >= leastBytes && bytes <= mostBytes) return bytes
    return reportOutside(range, at, bytes < leastBytes && isBare(found) ? found : null)
  })
}

/** Less than the least no process can live in: a bare `64` was meant as something else. */
export const MEMORY_SIZE: Shape<number> = size({
  words: 'a size such as "64m" or "1g"',
  least: '1m',
  most: null,
  unit: 'm',
})

function isBare(found: string): boolean {
  return /^[0-9]+$/.test(found) && found !== '0'
}

function reportOutside({ least, most, unit }: SizeRange, at: At, bare: string | null): undefined {
  const hint = bare === null ? '' : `; a bare number is bytes, write "${bare}${unit}"`
  const range = most === null ? `of at least "${least}"` : `from "${least}" to "${most}"`
  return report(at, 'bad-value', `expected a size ${range}, found ${describeTree(at.tree)}${hint}`)
}
