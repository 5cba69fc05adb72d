import type { TextForm } from '../shape/form.ts'
import { reportBadValue, scalar } from '../shape/scalar.ts'
import { describeTree, report, type At, type Shape } from '../shape/shape.ts'
import { parseSize, SIZE_PATTERN } from '../size.ts'

const FORM: TextForm = {
  kind: 'text',
  words: 'a size such as "64m" or "1g"',
  pattern: SIZE_PATTERN,
  also: ['integer'],
}

/** Less than this no process can live in: a bare `64` was meant as something else. */
const LEAST_BYTES = 1024 * 1024

/** An amount of memory, in bytes. */
export const MEMORY_SIZE: Shape<number> = scalar(FORM, (found, at) => {
  const bytes = parseSize(found)
  if (bytes === null) return reportBadValue(at, FORM)
  return bytes >= LEAST_BYTES ? bytes : reportTooSmall(found, at)
})

function reportTooSmall(found: string, at: At): undefined {
  const hint = /^[0-9]+$/.test(found) && found !== '0' ? `; a bare number is bytes, write "${found}m"` : ''
  return report(at, 'bad-value', `expected a size of at least "1m", found ${describeTree(at.tree)}${hint}`)
}
