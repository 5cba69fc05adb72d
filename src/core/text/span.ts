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
