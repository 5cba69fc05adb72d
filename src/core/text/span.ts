/** A span of time for people: `0.4 ms`, `32 ms`, `1.5 s`, `4 min 10 s`, `3 h 5 min`. */
export function formatMs(ms: number): string {
  // Rounded first, so that no span reads as 1000 ms or 60 s.
  const tenths = Math.round(ms * 10) / 10
  if (tenths < 1) return `${tenths} ms`
  const whole = Math.round(ms)
  if (whole < 1000) return `${whole} ms`
  const seconds = Math.round(ms / 100) / 10
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(Math.round(ms / 1000) / 60)
  if (minutes < 60) return withRest(`${minutes} min`, Math.round(ms / 1000) % 60, 's')
  const all = Math.round(ms / 60_000)
  return withRest(`${Math.floor(all / 60)} h`, all % 60, 'min')
}

function withRest(text: string, rest: number, unit: string): string {
  return rest === 0 ? text : `${text} ${rest} ${unit}`
}

/** The same for a column of a table, in whole seconds: `45s`, `12m 3s`, `3h`, `5d 4h`. */
export function formatShort(ms: number): string {
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

const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const
