const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const

/** A span of time in its two greatest units: `45s`, `12m 3s`, `3h`, `5d 4h`. */
export function formatSpan(ms: number): string {
  let seconds = Math.max(0, Math.floor(ms / 1000))
  const parts: string[] = []
  for (const [unit, size] of UNITS) {
    const count = Math.floor(seconds / size)
    // Two neighbours at most: `5d 3m` would say more than anybody asks.
    if (parts.length === 1) return count === 0 ? parts.join('') : `${parts.join('')} ${count}${unit}`
    if (count > 0) parts.push(`${count}${unit}`)
    seconds -= count * size
  }
  return parts[0] ?? '0s'
}
