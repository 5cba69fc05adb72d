/** What charts are drawn with. */
export interface Ink {
  /** Eight heights of a bar that stands, the lowest first. */
  readonly heights: readonly string[]
  /** Lengths of a line that lies, up to a whole cell. */
  readonly lengths: readonly string[]
  /** Behind the title of the column by which is sorted. */
  readonly sorted: string
}

/** Block elements and box drawings of Unicode. */
export const BLOCKS: Ink = { heights: Array.from('▁▂▃▄▅▆▇█'), lengths: Array.from('╸━'), sorted: '▾' }

/** For terminals that know ASCII only. */
export const ASCII: Ink = { heights: Array.from('_.-~=+*#'), lengths: ['='], sorted: '*' }

/** The ends of scales, in percent of a core: few, so that a chart keeps its scale while it is looked at. */
const SCALES = [5, 10, 20, 30, 50, 75, 100, 150, 200, 300, 400, 600, 800, 1600, 3200]

/** The end of the scale on which all of these values have a place. */
export function scaleOf(values: readonly number[]): number {
  const most = values.reduce((max, value) => Math.max(max, value), 0)
  return SCALES.find((end) => end >= most) ?? most
}

/** The last values as bars side by side, the latest at the right; blank where there were none yet. */
export function sparkline(values: readonly number[], width: number, top: number, { heights }: Ink): string {
  const bars = values.slice(-width).map((value) => {
    const height = Math.min(heights.length, Math.ceil((value / top) * heights.length))
    return heights[Math.max(0, height - 1)] ?? ''
  })
  return bars.join('').padStart(width)
}

/** A bar for a share, from 0 to 1, of so many cells. */
export function bar(share: number, width: number, { lengths }: Ink): string {
  const steps = Math.round(share * width * lengths.length)
  const whole = Math.min(width, Math.floor(steps / lengths.length))
  const rest = whole < width ? (lengths[(steps % lengths.length) - 1] ?? '') : ''
  return `${(lengths.at(-1) ?? '').repeat(whole)}${rest}`.padEnd(width)
}
