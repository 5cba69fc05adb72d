import type { Cell } from './table.ts'

/** Where there is nothing to tell. */
export const NONE: Cell = { text: '-', style: 'dim' }

/** A number that may be unknown. */
export function numberCell(value: number | null, format: (value: number) => string): Cell {
  return value === null ? NONE : { text: format(value), style: null }
}

/** `1.5%`. */
export function formatPercent(percent: number): string {
  return `${percent.toFixed(1)}%`
}

/** Bytes of memory for a column, with one digit of the fraction from a MiB on: `512 KiB`, `48.0 MiB`, `1.2 GiB`. */
export function formatMemory(bytes: number): string {
  const mib = bytes / 1024 ** 2
  if (mib < 1) return `${Math.round(bytes / 1024)} KiB`
  return mib < 1024 ? `${mib.toFixed(1)} MiB` : `${(mib / 1024).toFixed(1)} GiB`
}
