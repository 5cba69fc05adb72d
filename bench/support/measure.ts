import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'

/** Whether a program, a path or a name in PATH, may be executed. */
export function isInstalled(program: string): boolean {
  const paths = program.startsWith('/')
    ? [program]
    : (process.env['PATH'] ?? '').split(':').map((at) => join(at, program))
  return paths.some((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** Of an odd number of values the one in the middle. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}

/** Milliseconds for people. */
export function show(ms: number): string {
  return `${ms.toFixed(1)} ms`
}
