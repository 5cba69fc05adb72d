import { change } from '../change.ts'

/** `supervisor stop SERVICE…`: services are stopped, and stay so. */
export function stop(argv: readonly string[]): Promise<number> {
  return change('stop', argv)
}
