import { quote } from './quote.ts'

/** Longer words than this are no misspelling of ours; those near it have to fit into quotes uncut. */
const MAX_LENGTH = 55
/** Letters that a slip changes, at most, however long the word. */
const MAX_EDITS = 5
/** Comparisons of two words for all hints together, at most: a tenth of a second, and all that a real file needs. */
const MAX_COMPARED = 50_000

/**
 * The end of a message, `; did you mean "db"?`: the known word that was probably meant, by edit distance (a letter
 * added, lost, changed, or two neighbours swapped).
 *
 * @returns Nothing when no word is near: more than a third of the letters would have to change, or more than five.
 */
export function didYouMean(found: string, known: Iterable<string>): string {
  return inWords(nearest(found, candidates(known)))
}

/** `didYouMean` for many words, of which a hostile file has thousands: when enough was compared, it says nothing more. */
export function createHints(known: Iterable<string>): (found: string) => string {
  const words = candidates(known)
  let left = MAX_COMPARED
  return (found) => {
    left -= words.length
    return left < 0 ? '' : inWords(nearest(found, words))
  }
}

interface Candidate {
  readonly word: string
  readonly lower: string
}

function candidates(known: Iterable<string>): readonly Candidate[] {
  return Array.from(known, (word) => ({ word, lower: word.toLowerCase() }))
}

function nearest(found: string, known: readonly Candidate[]): string | null {
  if (found.length > MAX_LENGTH) return null
  const lower = found.toLowerCase()
  let best: string | null = null
  let limit = Math.min(MAX_EDITS, Math.max(1, Math.floor(found.length / 3))) + 1
  for (const candidate of known) {
    if (candidate.word === found) continue
    const away = distance(lower, candidate.lower, limit)
    if (away < limit) [best, limit] = [candidate.word, away]
  }
  return best
}

function inWords(word: string | null): string {
  return word === null ? '' : `; did you mean ${quote(word)}?`
}

/**
 * Optimal string alignment distance (https://en.wikipedia.org/wiki/Damerau–Levenshtein_distance), or `limit` when it is
 * not below: only the cells near the diagonal can lead to less, and a row without any ends it.
 */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let before: number[] = []
  let above = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const line: number[] = []
    line[0] = row
    const last = Math.min(b.length, row + limit - 1)
    let least = row
    for (let column = Math.max(1, row - limit + 1); column <= last; column++) {
      const same = a[row - 1] === b[column - 1]
      const swapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      const cell = Math.min(
        at(above, column) + 1,
        at(line, column - 1) + 1,
        at(above, column - 1) + (same ? 0 : 1),
        swapped ? at(before, column - 2) + 1 : Infinity,
      )
      line[column] = cell
      least = Math.min(least, cell)
    }
    if (least >= limit) return limit
    ;[before, above] = [above, line]
  }
  return Math.min(at(above, b.length), limit)
}

function at(line: readonly number[], column: number): number {
  return line[column] ?? Infinity
}
