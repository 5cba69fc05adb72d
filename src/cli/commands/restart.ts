import { change } from '../change.ts'

/** `supervisor restart SERVICE…`: services are stopped and started again. */
export function restart(argv: readonly string[]): Promise<number> {
  return change('restart', argv)
}
