/**
 * Bytes as text of one character a byte, U+0000 to U+00FF: what engines search and replace in fastest, by some times, and
 * what any bytes come back from unchanged.
 */
export interface ByteText {
  readonly toText: (bytes: Uint8Array) => string
  readonly toBytes: (text: string) => Uint8Array
  /** Whether bytes are well-formed UTF-8. */
  readonly isUtf8: (bytes: Uint8Array) => boolean
}
