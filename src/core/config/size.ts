/** A size as a regular expression: a number, and a unit unless it is bytes (Compose, "Specifying byte values"). */
export const SIZE_PATTERN = '^[0-9]+(?:\\.[0-9]+)? ?(?:[bB]|[kKmMgGtTpP](?:[iI]?[bB])?)?$'

const PART = /^([0-9.]+) ?([kmgtp]?)/
const PREFIXES = ['', 'k', 'm', 'g', 't', 'p']
const WHOLE = new RegExp(SIZE_PATTERN)

/**
 * Reads a size as Compose writes it: `512k`, `64m`, `1.5gb`, `1GiB`, or a bare number of bytes. A unit is 1024 of the
 * one before, whatever it is called (docker/go-units, RAMInBytes).
 *
 * @returns Whole bytes, rounded down; null for what is no size, or more than a number holds exactly.
 */
export function parseSize(text: string): number | null {
  const part = WHOLE.test(text) ? PART.exec(text.toLowerCase()) : null
  if (part === null) return null
  const [, amount, prefix = ''] = part
  const bytes = Math.floor(Number(amount) * 1024 ** PREFIXES.indexOf(prefix))
  return Number.isSafeInteger(bytes) ? bytes : null
}
