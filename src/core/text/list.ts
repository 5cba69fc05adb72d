/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? ''
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`
}

/** The same of the first of many: `a, b, c and 12 others`. */
export function listedUpTo(most: number, words: readonly string[]): string {
  const rest = words.length - most
  // A name is no longer than `1 other`.
  return rest < 2 ? listed(words) : listed([...words.slice(0, most), `${rest} others`])
}
