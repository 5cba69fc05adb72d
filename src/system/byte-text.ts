import { isUtf8 } from 'node:buffer'
import type { ByteText } from '../core/log/byte-text.ts'

/** Latin-1, which V8 keeps and Node makes and writes a byte a character. */
export const byteText: ByteText = {
  toText: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1'),
  toBytes: (text) => Buffer.from(text, 'latin1'),
  isUtf8,
}
