/** A size for people: `512 B`, `120 MiB`, `1.5 GiB`. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  // From 1023.95 on it would be rounded to 1024 of its unit.
  while (unit < UNITS.length - 1 && Math.round(value * 10) / 10 >= 1024) {
    value /= 1024
    unit++
  }
  return `${unit === 0 ? Math.round(value) : Math.round(value * 10) / 10} ${UNITS[unit] ?? ''}`
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** How many bytes a text takes in UTF-8. */
export function utf8Length(text: string): number {
  const two = text.match(/[\u0080-\u07ff]/g)?.length ?? 0
  // What takes four bytes takes two of the text's characters.
  const more = text.match(/[\u0800-\u{10ffff}]/gu)?.length ?? 0
  return text.length + two + 2 * more
}
