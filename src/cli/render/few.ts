/** Of many, so many are named on one line: an engine keeps 4096 bytes of what a HEALTHCHECK says. */
const MOST = 10

/** Words on one line: the first of them, and how many more there are. */
export function fewOf(words: readonly string[], separator: string): string {
  const more = words.length - MOST
  return more <= 0 ? words.join(separator) : [...words.slice(0, MOST), `and ${more} more`].join(separator)
}
