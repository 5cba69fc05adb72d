import type { ServiceConfig } from '../../core/config/model.ts'
import type { Cancel } from '../../core/machine.ts'
import type { Exit } from '../../core/service/exit.ts'
import { type Check, failed, PASSED } from './check.ts'
import { placeOf } from './place.ts'

/**
 * Runs a command once with the environment, user and folder of a service.
 *
 * @returns What kills it with its whole tree; `done` is then not called any more.
 */
export type RunOnce = (
  service: ServiceConfig,
  runId: string,
  argv: readonly string[],
  done: (result: OnceResult) => void,
) => Cancel

/** What came of it: `failure` says why it could not be run; otherwise `exit` says how it ended. */
export interface OnceResult {
  readonly exit: Exit | null
  readonly output: string
  readonly failure: string | null
}

/** A command and whose it is. */
export interface ExecQuestion {
  readonly service: ServiceConfig
  readonly runId: string
  readonly argv: readonly string[]
}

/** Longest piece of a command's output in a `why`. */
const MAX_LINE_LENGTH = 200

/** Passes when the command exits with 0. */
export function execCheck({ service, runId, argv }: ExecQuestion, runOnce: RunOnce): Check {
  return (settle) =>
    runOnce(service, runId, argv, (result) => {
      const why = whyNot(result)
      settle(why === null ? PASSED : failed(`${placeOf({ kind: 'exec', argv })}: ${why}`))
    })
}

function whyNot({ exit, output, failure }: OnceResult): string | null {
  if (failure !== null) return failure
  if (exit === null) return 'ended without a status'
  if (exit.kind === 'code' && exit.code === 0) return null
  const ended = exit.kind === 'code' ? `exited with ${exit.code}` : `killed by ${exit.signal}`
  const line = output
    .split(/[\r\n]/)
    .map((part) => part.trim())
    .find((part) => part !== '')
  return line === undefined ? ended : `${ended}: ${line.slice(0, MAX_LINE_LENGTH)}`
}
