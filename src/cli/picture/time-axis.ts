import { formatMs } from '../../core/text/span.ts'

/** A mark of a time axis. */
export interface Tick {
  readonly ms: number
  readonly word: string
}

/** Round times from 0 to an end, of which there are few enough to stand side by side. */
export function ticksUpTo(endMs: number, most: number): readonly Tick[] {
  const step = stepFor(endMs / most)
  const count = Math.floor(endMs / step)
  return Array.from({ length: count + 1 }, (_, index) => ({
    ms: index * step,
    word: index === 0 ? '0' : formatMs(index * step),
  }))
}

/** The next of 1, 2 and 5 times a power of ten; over a minute, of whole minutes. */
function stepFor(leastMs: number): number {
  const minute = 60_000
  const unit = leastMs > minute / 2 ? minute : 1
  const least = Math.max(leastMs / unit, 1)
  const power = 10 ** Math.floor(Math.log10(least))
  const factor = [1, 2, 5, 10].find((one) => one * power >= least) ?? 10
  return factor * power * unit
}
