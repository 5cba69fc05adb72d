import { either } from '../shape/collection.ts'
import { object, type Section } from '../shape/object.ts'
import { plainTree } from '../shape/plain.ts'
import { scalar, whole } from '../shape/scalar.ts'
import type { Shape } from '../shape/shape.ts'
import { size } from './size.ts'

/** What is remembered of output, as the file has it. */
export interface BufferDocument {
  readonly lines: number
  readonly size: number
}

const SIZE = size({ words: 'a size such as "256k"', least: '1k', most: '16m', unit: 'k' })

const LONG: Shape<Section<BufferDocument>> = object<BufferDocument>(
  { name: 'logs.buffer' },
  {
    lines: {
      shape: whole('a whole number from 1 to 65536', 1, 65_536),
      default: 1000,
      description: 'How many lines.',
      example: 'lines: 200',
    },
    size: {
      shape: SIZE,
      default: '256k',
      description: 'How much, from `1k` to `16m`; a bare number is bytes.',
      example: 'size: 1m',
    },
  },
)

const SHORT: Shape<Section<BufferDocument>> = scalar(SIZE.form, (found, at) =>
  SIZE.read(at) === undefined ? undefined : LONG.read({ ...at, tree: plainTree({ size: found }, at.tree.place) }),
)

/** What is remembered of output: how much of it, or lines too. */
export const BUFFER: Shape<Section<BufferDocument>> = either({ scalar: SHORT, mapping: LONG })
