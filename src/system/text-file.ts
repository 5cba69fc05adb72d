import type { ReadText } from '../core/config/world.ts'
import { textOf } from './raw-text.ts'
import { readRegularFile } from './read-file.ts'

const MAX_BYTES = 1024 * 1024

/** The text of a file of at most 1 MiB, which may stand for any bytes. */
export const readTextFile: ReadText = (path) => {
  const file = readRegularFile(path, MAX_BYTES)
  if (file.kind === 'bytes') return { kind: 'text', text: textOf(file.bytes) }
  return { kind: file.kind === 'missing' ? 'missing' : 'error', why: file.why }
}
