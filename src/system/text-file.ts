import type { ReadText } from '../core/config/world.ts'
import { textOf } from './raw-text.ts'
import { readRegularFile } from './read-file.ts'

const MAX_BYTES = 1024 * 1024

/** The text of a file, which may stand for any bytes. */
export function readTextFile(path: string, maxBytes: number = MAX_BYTES): ReturnType<ReadText> {
  const file = readRegularFile(path, maxBytes)
  if (file.kind === 'bytes') return { kind: 'text', text: textOf(file.bytes) }
  return { kind: file.kind === 'missing' ? 'missing' : 'error', why: file.why }
}
