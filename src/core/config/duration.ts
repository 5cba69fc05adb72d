const UNITS = new Map([
  ['us', 0.001],
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
])

/** Milliseconds of a duration as Compose writes it, such as `1m30s`; null for what is none. */
export function parseDuration(text: string): number | null {
  if (!/^(?:\d+(?:\.\d+)?(?:us|ms|s|m|h))+$/u.test(text)) return null
  const parts = text.matchAll(/(\d+(?:\.\d+)?)(us|ms|s|m|h)/gu)
  return [...parts].reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNITS.get(unit ?? '') ?? 0), 0)
}
