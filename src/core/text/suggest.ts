/** Longer words than this are no misspelling of ours, and comparing them would cost time. */
const MAX_LENGTH = 64

/**
 * The known word that was probably meant, by edit distance (a letter added, lost, changed, or two neighbours swapped).
 *
 * @returns null when nothing is near: more than a third of the letters would have to change.
 */
export function suggest(found: string, known: Iterable<string>): string | null {
  if (found.length > MAX_LENGTH) return null
  let best: string | null = null
  let nearest = Math.max(1, Math.floor(found.length / 3)) + 1
  for (const word of known) {
    if (Math.abs(word.length - found.length) >= nearest) continue
    const away = distance(found.toLowerCase(), word.toLowerCase())
    if (away < nearest && word !== found) [best, nearest] = [word, away]
  }
  return best
}

/** The end of a message: `; did you mean "db"?`, or nothing when no known word is near. */
export function didYouMean(found: string, known: Iterable<string>): string {
  const word = suggest(found, known)
  return word === null ? '' : `; did you mean "${word}"?`
}

/** Optimal string alignment distance: https://en.wikipedia.org/wiki/Damerau–Levenshtein_distance */
function distance(a: string, b: string): number {
  let before: number[] = []
  let above = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const line = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      const swapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      line[column] = Math.min(
        at(above, column) + 1,
        at(line, column - 1) + 1,
        at(above, column - 1) + (same ? 0 : 1),
        swapped ? at(before, column - 2) + 1 : Infinity,
      )
    }
    ;[before, above] = [above, line]
  }
  return at(above, b.length)
}

function at(line: readonly number[], column: number): number {
  return line[column] ?? Infinity
}
