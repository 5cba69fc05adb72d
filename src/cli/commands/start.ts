import { change } from '../change.ts'

/** `supervisor start SERVICE…`: services and what they need are started. */
export function start(argv: readonly string[]): Promise<number> {
  return change('start', argv)
}
