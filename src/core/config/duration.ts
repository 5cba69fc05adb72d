const UNITS: ReadonlyMap<string, number> = new Map([
  ['us', 0.001],
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
])

/** A duration as a regular expression: one or more numbers, each with its unit (Compose, "Specifying durations"). */
export const DURATION_PATTERN = '^(?:[0-9]+(?:\\.[0-9]+)?(?:us|ms|s|m|h))+$'

/**
 * The longest that may be asked for: 596 h. A timer of Node's takes 2^31 - 1 ms and beyond that fires at once; what is
 * left between the two is for those who wait a little longer than was asked.
 */
export const LONGEST_MS = 2_145_600_000

const WHOLE = new RegExp(DURATION_PATTERN)
const PART = /([0-9.]+)([a-z]+)/g

/**
 * Reads a duration as Compose writes it: `1m30s`, `250ms`, `2.5s`.
 *
 * @returns Milliseconds, with a fraction for microseconds; null for what is no duration, a bare number included.
 */
export function parseDuration(text: string): number | null {
  if (!WHOLE.test(text)) return null
  let ms = 0
  for (const [, amount, unit] of text.matchAll(PART)) ms += Number(amount) * (UNITS.get(unit ?? '') ?? 0)
  return Number.isFinite(ms) ? ms : null
}
