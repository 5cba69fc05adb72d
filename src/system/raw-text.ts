import { isUtf8 } from 'node:buffer'

/** Where the bytes that are no UTF-8 go: byte 0x80 becomes U+DC80, 0xff U+DCFF. */
const ESCAPE = 0xdc00
const ESCAPED = /([\udc80-\udcff]+)/u

/**
 * Text of bytes that may be anything: what the kernel passes on (arguments, environment, paths) need not be UTF-8.
 *
 * What is no UTF-8 becomes lone surrogates, byte by byte, which no UTF-8 can contain (Python's `surrogateescape`, PEP 383).
 * They come out as U+FFFD wherever the text is written as UTF-8 without {@link bytesOf}.
 */
export function textOf(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (isUtf8(buffer)) return buffer.toString()
  let text = ''
  for (let at = 0; at < buffer.length;) {
    const character = buffer.subarray(at, at + lengthFrom(buffer[at] ?? 0))
    const isWhole = isUtf8(character)
    text += isWhole ? character.toString() : String.fromCharCode(ESCAPE + (buffer[at] ?? 0))
    at += isWhole ? character.length : 1
  }
  return text
}

/** The inverse of {@link textOf}, exact for all that it gives; other lone surrogates become U+FFFD. */
export function bytesOf(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text)
  // A split by a group has what matched at the odd places.
  const parts = text
    .split(ESCAPED)
    .map((part, index) =>
      index % 2 === 0 ? Buffer.from(part) : Buffer.from(Array.from(part, (unit) => unit.charCodeAt(0) - ESCAPE)),
    )
  return Buffer.concat(parts)
}

/** How many bytes a character has that begins so; a byte that begins none makes no whole one. */
function lengthFrom(first: number): number {
  if (first < 0xc0) return 1
  return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
}
